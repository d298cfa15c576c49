"""Files under the name of their content: written once, complete or not at all."""

import hashlib
import os
from pathlib import Path

from hazard_library.errors import SampleError

CHUNK = 1 << 20


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def place(source: Path, target: Path, sha256: str) -> None:
    """Copy `source` to `target`: a neighbour is written, synced and renamed.

    A crash leaves at most the neighbour, which the next attempt overwrites.

    Raises:
        SampleError: the bytes are no longer those that were looked at.
    """
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    with source.open("rb") as read, half.open("wb") as write:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    if digest.hexdigest() != sha256:
        half.unlink()
        message = f"{source}: content changed while it was read; import it again"
        raise SampleError(message)
    half.replace(target)
    sync_folder(target.parent)


def write_text(text: str, target: Path) -> None:
    """Write a text file whole: neighbour, sync, rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".part")
    with half.open("w", encoding="utf-8") as write:
        write.write(text)
        write.flush()
        os.fsync(write.fileno())
    half.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
