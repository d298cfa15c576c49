"""Where a file of evidence comes in: piece by piece in a local folder, whatever store it goes to.

<folder>/incoming/ab12…  what has come so far
<folder>/rejected/ab12…  what came whole under this announced hash and has another one, the latest

A file goes to its store only after its hash was checked, so a store never holds anything else.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from server.kit.errors import StorageFull

#: How much is read at once: what a reader holds of a file, however large it is.
PIECE = 1024 * 1024

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Found(StrEnum):
    """What a look at a file says."""

    WHOLE = "whole"
    MISSING = "missing"
    ALTERED = "altered"


class EvidenceStore(ABC):
    """Files of evidence by their hash; every one passes `testing/evidence_store.py`.

    Several processes may use one store; each coming file is locked.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._rejected = folder / "rejected"
        for one in (self._incoming, self._rejected):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)

    @abstractmethod
    def has(self, sha256: str) -> bool:
        """Whether a whole file is there."""

    @abstractmethod
    def read(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield a file's bytes from start up to end (not included), a piece at a time.

        Raises:
            FileNotFoundError: it is not there; told with the first piece.
        """

    @abstractmethod
    def remove(self, sha256: str) -> None:
        """Erase a file for good; nothing happens when it is not there."""

    @abstractmethod
    def set_aside(self, sha256: str) -> None:
        """Make room for an altered file's true bytes, and keep the altered ones to look into."""

    @abstractmethod
    def _take_in(self, path: Path, sha256: str) -> None:
        """Bring a checked local file to its place; it is gone from `path` afterwards."""

    def content(self, sha256: str) -> bytes:
        """Return a small file, such as a picture, as a whole."""
        return b"".join(self.read(sha256))

    def look(self, sha256: str) -> Found:
        """Hash a file again."""
        digest = hashlib.sha256()
        try:
            for piece in self.read(sha256):
                digest.update(piece)
        except FileNotFoundError:
            return Found.MISSING
        return Found.WHOLE if digest.hexdigest() == sha256 else Found.ALTERED

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
        """Take a file in that has come whole; False, and it is rejected, when its hash differs."""
        path = self._incoming / sha256
        with path.open("rb") as file:
            if _hash(file.fileno()) != sha256:
                path.rename(self._rejected / sha256)
                return False
            os.fsync(file.fileno())
        self._take_in(path, sha256)
        return True

    def discard(self, sha256: str) -> None:
        """Throw away what has come of a file."""
        (self._incoming / sha256).unlink(missing_ok=True)


def _hash(descriptor: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while piece := os.pread(descriptor, PIECE, at):
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()
