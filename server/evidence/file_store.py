"""Evidence in a local folder, addressed by hash: <folder>/ab/ab12…, read-only."""

import os
from collections.abc import Iterator
from pathlib import Path

from server.evidence.arriving import PIECE, EvidenceStore


class FileStore(EvidenceStore):
    """One folder of evidence."""

    def path(self, sha256: str) -> Path:
        """Return where a whole file lies."""
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether a whole file is there."""
        return self.path(sha256).is_file()

    def read(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield a file's bytes."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            left = end - start if end is not None else None
            while piece := file.read(PIECE if left is None else min(PIECE, left)):
                left = None if left is None else left - len(piece)
                yield piece

    def remove(self, sha256: str) -> None:
        """Erase a file for good."""
        self.path(sha256).unlink(missing_ok=True)

    def set_aside(self, sha256: str) -> None:
        """Make room for an altered file's true bytes, and keep the altered ones to look into."""
        place = self.path(sha256)
        if place.exists():
            place.rename(place.with_suffix(".altered"))

    def _take_in(self, path: Path, sha256: str) -> None:
        path.chmod(0o400)
        place = self.path(sha256)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        path.rename(place)
        for folder in (place.parent, self._folder):
            _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
