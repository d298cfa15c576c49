"""Unpacking an archive from outside: no name leads out, no link is made, nothing fills the disk."""

import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hazard_library.errors import SampleError
from hazard_library.samples.blobs import CHUNK
from hazard_library.samples.folders import inside
from hazard_library.samples.intake import Refusal

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
MAX_ENTRIES = 500_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come out of an archive, in bytes."""

    file: int
    total: int = 50_000_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file in an archive: its name, why it is refused at once, and its bytes."""

    name: str
    problem: str
    stream: IO[bytes] | None


def is_archive(file: Path) -> bool:
    """Whether a file is named like an archive that can be unpacked."""
    return file.is_file() and file.name.lower().endswith(SUFFIXES)


def unpack(archive: Path, target: Path, limits: Limits) -> list[Refusal]:
    """Unpack what is harmless into `target`; return what is not.

    Raises:
        SampleError: it is no archive, or more comes out of it than is allowed.
    """
    refused: list[Refusal] = []
    left = limits.total
    try:
        for number, entry in enumerate(_entries(archive)):
            if number == MAX_ENTRIES or left <= 0:
                message = f"{archive}: unpacks to too much; split it into several archives"
                raise SampleError(message)
            taken, problem = _take(entry, target, min(limits.file, left))
            left -= taken
            if problem:
                refused.append(Refusal(entry.name, "archive", problem))
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError) as error:
        message = f"{archive}: no whole archive ({error}); pack it again"
        raise SampleError(message) from error
    return refused


def _entries(archive: Path) -> Iterator[_Entry]:
    """Yield the files of an archive one by one; folders are made as files need them."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                if info.is_dir():
                    continue
                kind = info.external_attr >> 28
                if kind not in {0, 8}:
                    yield _Entry(info.filename, "a link or device; pack the file itself", None)
                    continue
                with opened.open(info) as stream:
                    yield _Entry(info.filename, "", stream)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isdir():
                continue
            if not member.isreg():
                yield _Entry(member.name, "a link or device; pack the file itself", None)
                continue
            yield _Entry(member.name, "", tar.extractfile(member))


def _take(entry: _Entry, target: Path, limit: int) -> tuple[int, str]:
    """Write one file; return how many bytes were read and why it was refused, if it was."""
    if entry.stream is None:
        return 0, entry.problem
    try:
        file = inside(target, entry.name)
    except SampleError as error:
        return 0, str(error)
    if file.exists():
        return 0, "stands twice in the archive; keep one"
    file.parent.mkdir(parents=True, exist_ok=True)
    taken = 0
    with file.open("wb") as write:
        while taken <= limit and (chunk := entry.stream.read(CHUNK)):
            taken += len(chunk)
            write.write(chunk)
    if taken > limit:
        file.unlink()
        return taken, f"more than {limit} bytes when unpacked; make it smaller"
    return taken, ""
