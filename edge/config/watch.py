"""Notices that a configuration on disk was changed, once it has come to rest."""

from collections.abc import Iterable
from pathlib import Path

#: File → inode, size, time of change; zeros where there is none.
_Trace = dict[Path, tuple[int, int, int]]


class ConfigWatch:
    """Looked at every so often by one thread; asks the file system only."""

    def __init__(self, file: Path) -> None:
        """Take the present state of `site.yaml` and `cameras/*.yaml` beside it as known."""
        self._file = file
        self._others: tuple[Path, ...] = ()
        self._known = self._seen = self._trace()

    def watch_also(self, files: Iterable[Path]) -> None:
        """Name what else a configuration is made of, such as password files; they are known now."""
        self._others = tuple(files)
        # What is watched already stays as it was known: a change meanwhile must not be missed.
        self._known = self._trace() | self._known

    def take_as_known(self) -> None:
        """Take the files as they are now for known: they are about to be read."""
        self._known = self._seen = self._trace()

    def has_changed(self) -> bool:
        """Whether something changed and then stayed the same for one look; told once."""
        trace = self._trace()
        at_rest = trace == self._seen
        self._seen = trace
        if not at_rest or trace == self._known:
            return False
        self._known = trace
        return True

    def _trace(self) -> _Trace:
        cameras = sorted((self._file.parent / "cameras").glob("*.yaml"))
        return {file: _trace_of(file) for file in (self._file, *cameras, *self._others)}


def _trace_of(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_size, found.st_mtime_ns
