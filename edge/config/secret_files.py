"""The files beside a configuration that hold its cameras' passwords."""

from collections.abc import Iterator
from pathlib import Path

from edge.config.camera import FileSource
from edge.config.load import Site
from hazard_library.contract.ids import CameraId


def password_files(site: Site) -> Iterator[tuple[CameraId, Path]]:
    """Yield the password file of every stream that has one, and whose it is."""
    for camera in site.cameras:
        for source in camera.sources.values():
            if not isinstance(source, FileSource) and source.password_file is not None:
                yield camera.id, site.path(source.password_file)
