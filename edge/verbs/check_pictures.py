"""A fresh picture of each camera with its zones drawn over it: `patrol edge check --pictures`."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2

from edge.config import CameraConfig, Site
from edge.errors import ConfigError, SourceError
from edge.fleet.system_clock import SystemClock
from edge.ports import Clock
from edge.runtime.source_specs import source_spec
from edge.verbs.zone_picture import drawn_over
from edge.video.glimpse import Glimpse, glimpse
from edge.video.two_views import trouble_with_main

#: Cameras asked at once: dead ones answer only after their deadline.
_AT_ONCE = 8
_QUALITY = 90


def check_pictures(site: Site, folder: Path) -> tuple[str, ...]:
    """Write one JPEG for each camera, say where; return what gave no picture, and why.

    Raises:
        ConfigError: the folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file; name a folder for the pictures")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise ConfigError(f"{folder}: cannot be made ({fault.strerror}); name another") from fault
    clock = SystemClock()
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="glimpse") as helpers:
        seen = list(helpers.map(lambda camera: _look(site, camera, clock), site.cameras))
    return tuple(_told(seen, site.cameras, folder, clock))


def file_name(camera: CameraConfig) -> str:
    """Return the name of a camera's picture."""
    return re.sub(r"[^\w.-]", "_", str(camera.id)) + ".jpg"


def _look(site: Site, camera: CameraConfig, clock: Clock) -> Glimpse | str:
    try:
        spec = source_spec(site, camera)
        seen = glimpse(spec, clock)
        troubles = (seen.worry, trouble_with_main(spec, seen.pixels, clock))
        return replace(seen, worry="; ".join(filter(None, troubles)))
    except (SourceError, ConfigError) as fault:
        return str(fault)


def _told(
    seen: Sequence[Glimpse | str], cameras: Sequence[CameraConfig], folder: Path, clock: Clock
) -> list[str]:
    problems = []
    for camera, one in zip(cameras, seen, strict=True):
        if isinstance(one, str):
            problems.append(f"{camera.id}: no picture: {one}")
            continue
        file = folder / file_name(camera)
        height, width = one.pixels.shape[:2]
        caption = f"{camera.id}  {width}x{height} {one.codec}  {clock.now().utc:%Y-%m-%d %H:%M} UTC"
        if not cv2.imwrite(
            str(file), drawn_over(one.pixels, camera, caption), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
        ):
            problems.append(f"{camera.id}: {file} could not be written; look at the disk")
            continue
        worry = f"; but {one.worry}" if one.worry else ""
        zones = ", ".join(zone.id for zone in camera.zones) or "no zone is drawn"
        print(f"{camera.id}: {file}: {zones}{worry}")
    return problems
