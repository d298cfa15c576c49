"""From a camera's configuration to what its reader needs, passwords read from where they lie."""

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import assert_never

import cv2
import numpy as np

from edge.config import CameraConfig, FileSource, HttpSource, RtspSource, Site
from edge.errors import ConfigError
from edge.video.picture_health import Watch
from edge.video.source import (
    Address,
    FileAddress,
    HttpAddress,
    Mode,
    RtspAddress,
    SourceSpec,
)
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.evidence import PrivacyMask

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def source_spec(site: Site, camera: CameraConfig) -> SourceSpec:
    """Say a camera's source fully.

    Raises:
        ConfigError: its password or its reference view cannot be read.
    """
    source = camera.source
    return SourceSpec(
        camera=camera.id,
        address=_address(site, source),
        mode=Mode(camera.mode.value),
        loop=isinstance(source, FileSource) and source.loop,
        start_at=_start_at(site, source),
        sample_fps=camera.sample_fps,
        masks=tuple(PrivacyMask(id=mask.id, points=mask.points) for mask in camera.privacy_masks),
        watch=_watch(site, camera),
        main=None if camera.evidence_source is None else _address(site, camera.evidence_source),
    )


def _address(site: Site, source: FileSource | RtspSource | HttpSource) -> Address:
    match source:
        case FileSource():
            return FileAddress(site.path(source.path))
        case RtspSource():
            return RtspAddress(
                host=source.host,
                port=source.port,
                path=source.path,
                user=source.user,
                password=_password(site, source),
                transport=source.transport,
            )
        case HttpSource():
            return HttpAddress(
                url=source.url,
                user=source.user,
                password=_password(site, source),
                ca_file=None if source.ca_file is None else site.path(source.ca_file),
                check_certificate=source.check_certificate,
            )
        case _:
            assert_never(source)


def _start_at(site: Site, source: FileSource | RtspSource | HttpSource) -> datetime:
    """Return the configured start, else the file's own time: a replay is exact either way."""
    if isinstance(source, RtspSource):
        return _NEVER
    if source.start_at is not None:
        return source.start_at.astimezone(UTC)
    if isinstance(source, HttpSource):
        return _NEVER
    try:
        return datetime.fromtimestamp(int(site.path(source.path).stat().st_mtime), UTC)
    except OSError:
        return _NEVER


def _watch(site: Site, camera: CameraConfig) -> Watch:
    unwatched = frozenset(CameraCondition(state.value) for state in camera.unwatched)
    if camera.reference_view is None:
        return Watch(unwatched)
    file = site.path(camera.reference_view)
    data = b""
    try:
        data = file.read_bytes()
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except (OSError, cv2.error):
        picture = None
    if picture is None:
        raise ConfigError(f"{file}: reference_view is no picture that can be read; give a JPEG")
    return Watch(unwatched, np.asarray(picture, np.uint8), sha256(data).hexdigest())


def _password(site: Site, source: RtspSource | HttpSource) -> str | None:
    if source.password_env is not None:
        return os.environ.get(source.password_env)
    if source.password_file is None:
        return None
    return _first_line(site.path(source.password_file), "password_file")


def _first_line(file: Path, field: str) -> str:
    """Return the first line of a file that holds a secret.

    Raises:
        ConfigError: it cannot be read or is empty.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{file}: {field} cannot be read ({fault}); mend the file") from fault
    if not lines or not lines[0].strip():
        raise ConfigError(f"{file}: {field} is empty; write the secret into its first line")
    return lines[0].strip()
