"""Files under the name of their content: written once, complete or not at all."""

import hashlib
import os
from collections.abc import Collection
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
    """Copy `source` to `target` under another name first, then rename.

    The bytes are durable only after `settle`, which the store calls before it writes a row. What a
    crash may have left at `target` is replaced, unless it is whole.

    Raises:
        SampleError: the bytes are no longer those that were looked at.
    """
    if target.is_file() and digest_of(target) == sha256:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    with source.open("rb") as read, half.open("wb") as write:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            write.write(chunk)
    if digest.hexdigest() != sha256:
        half.unlink()
        message = f"{source}: content changed while it was read; import it again"
        raise SampleError(message)
    half.replace(target)


def settle(files: Collection[Path]) -> None:
    """Make files and their names durable; many at once cost little more than one."""
    for file in files:
        _sync(file)
    for folder in {file.parent for file in files}:
        _sync(folder)


def write_text(text: str, target: Path) -> None:
    """Write a text file whole: neighbour, sync, rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".part")
    with half.open("w", encoding="utf-8") as write:
        write.write(text)
        write.flush()
        os.fsync(write.fileno())
    half.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Make a file's bytes, or the names in a folder, durable."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
