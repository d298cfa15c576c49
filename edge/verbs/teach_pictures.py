"""Where the pictures come from that teach a region: a folder, a film, or the camera itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.app import Box
from edge.config import CameraConfig, FileSource
from edge.errors import ConfigError, SourceError, Unreachable
from edge.fleet.system_clock import SystemClock
from edge.inference.teaching import Picture
from edge.ports import NO_BOXES, Pixels
from edge.runtime.source_specs import source_spec
from edge.verbs.looking import PICTURES, picture_of, seen_in, sources_in
from edge.video.glimpse import glimpse

#: Pictures of a film that are kept while it is read; then every second one, at twice the distance.
_MOST_KEPT = 48
#: So many pictures are looked at for each that is wanted: some show somebody before the region.
_SPARE = 3


def pictures_from(given: Path, clock: SystemClock) -> tuple[Picture, ...]:
    """Return whole pictures of the camera from a folder, a picture or a film.

    Raises:
        SourceError: there is nothing, or it cannot be read.
    """
    if given.is_dir() or given.suffix.lower() in PICTURES:
        return tuple(
            Picture(file.name, picture_of(file), _changed_at(file)) for file in sources_in(given)
        )
    if not given.is_file():
        raise Unreachable(f"{given}: there is no such film or folder; mend the path")
    return tuple(_film(given, clock.now().utc))


def pictures_live(
    box: Box, camera: CameraConfig, count: int, over_s: float, clock: SystemClock
) -> tuple[Picture, ...]:
    """Take pictures of the camera, spread over some seconds.

    Raises:
        SourceError: the camera gives none.
        ConfigError: its password cannot be read.
    """
    if isinstance(camera.source, FileSource):
        return pictures_from(box.site.path(camera.source.path), clock)
    spec = source_spec(box.site, camera)
    wanted = count * _SPARE
    taken: list[Picture] = []
    until = clock.now().mono + over_s
    while len(taken) < wanted:
        now = clock.now()
        taken.append(Picture(f"{now.utc:%H:%M:%S}", glimpse(spec, clock).pixels, now.utc))
        left_s = until - clock.now().mono
        if left_s <= 0 and len(taken) >= count:
            break
        clock.wait(max(0.0, min(left_s, over_s / wanted)))
    return tuple(taken)


def _film(film: Path, now: datetime) -> Iterator[Picture]:
    kept: list[tuple[float, Pixels]] = []
    step_s = 0.2
    for seen in seen_in(film, lambda _: NO_BOXES):
        if kept and seen.time_s - kept[-1][0] < step_s:
            continue
        kept.append((seen.time_s, seen.pixels))
        if len(kept) > _MOST_KEPT:
            kept, step_s = kept[::2], step_s * 2
    if not kept:
        raise SourceError(f"{film}: shows no picture; name another film")
    for time_s, pixels in kept:
        yield Picture(f"{time_s:.1f} s", pixels, now - timedelta(seconds=kept[-1][0] - time_s))


def _changed_at(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError as fault:
        raise ConfigError(f"{file}: cannot be read ({fault.strerror}); mend its rights") from fault
