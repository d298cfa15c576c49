"""The files of evidence on disk, addressed by hash: whole and checked, or still coming in.

<folder>/ab/ab12…        a file, read-only
<folder>/incoming/ab12…  what has come so far
"""

import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from server.kit.errors import StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_PIECE = 1024 * 1024


class Found(StrEnum):
    """What a look at a file says."""

    WHOLE = "whole"
    MISSING = "missing"
    ALTERED = "altered"


class FileStore:
    """One folder of evidence. Several processes may use it; each coming file is locked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, sha256: str) -> Path:
        """Return where a whole file lies."""
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether a whole file is there."""
        return self.path(sha256).is_file()

    def offset(self, sha256: str) -> int:
        """Return how much of a coming file is there."""
        try:
            return (self._incoming / sha256).stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def coming(self, sha256: str) -> Iterator[None]:
        """Hold a coming file for one writer."""
        with (self._incoming / f"{sha256[:2]}.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def append(self, sha256: str, content: bytes) -> int:
        """Add bytes to a coming file; return how much is there.

        Raises:
            StorageFull: the disk is full; what had come before is still there.
        """
        path = self._incoming / sha256
        before = self.offset(sha256)
        try:
            with path.open("ab") as file:
                file.write(content)
        except OSError as fault:
            if fault.errno not in _FULL:
                raise
            with contextlib.suppress(OSError):
                os.truncate(path, before)
            raise StorageFull(f"{self._folder}: the disk is full; make room") from fault
        return before + len(content)

    def keep(self, sha256: str) -> bool:
        """Move a file that has come to its place; False, and it is gone, when its hash differs."""
        path = self._incoming / sha256
        with path.open("rb") as file:
            if _hash(file.fileno()) != sha256:
                self.discard(sha256)
                return False
            os.fsync(file.fileno())
        path.chmod(0o400)
        place = self.path(sha256)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        path.rename(place)
        for folder in (place.parent, self._folder):
            _sync(folder)
        return True

    def discard(self, sha256: str) -> None:
        """Throw away what has come of a file."""
        (self._incoming / sha256).unlink(missing_ok=True)

    def set_aside(self, sha256: str) -> None:
        """Make room for an altered file's true bytes, and keep the altered ones to look into."""
        place = self.path(sha256)
        if place.exists():
            place.rename(place.with_suffix(".altered"))

    def look(self, sha256: str) -> Found:
        """Hash a file again."""
        try:
            with self.path(sha256).open("rb") as file:
                return Found.WHOLE if _hash(file.fileno()) == sha256 else Found.ALTERED
        except FileNotFoundError:
            return Found.MISSING


def _hash(descriptor: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while piece := os.pread(descriptor, _PIECE, at):
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
