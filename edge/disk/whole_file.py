"""Writes a file whole or not at all, whenever the power goes."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put a file in place of the one that is there: temporary, fsync, rename, fsync folder.

    Its folder is made if it is not there. mode: its rights from the first byte on.

    Raises:
        OSError: the disk does not take it; then the file before it stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # One writer a path: whatever lies under this name is what a power cut left.
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut, as the bytes of its files do."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
