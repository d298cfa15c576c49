"""What a power cut leaves: every byte that no fsync had brought to the disk is taken away again.

The box runs under strace, which writes down what it writes, syncs, renames and cuts. When it is
dead, each file goes back to what the last fsync of that file had made safe: what was appended since
is cut off, what was written over since becomes zeros. A new name that its folder was never synced
for is taken away. That is harsher than any disk, which keeps most of it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: What strace is asked for.
CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,rename,renameat,renameat2,openat"

_CALL = re.compile(r"^(?P<name>\w+)\((?P<words>.*)\)\s+= (?P<result>-?\d+)")
_FILE = re.compile(r"^\d+<(?P<path>[^>]+)>")
_PATHS = re.compile(r'"(?P<path>[^"]+)"')
#: SQLite makes this one anew from the log; it is never synced.
_REMADE = "-shm"


def strace(trace: Path) -> list[str]:
    """Return the words that put a command under strace."""
    return ["strace", "-f", "-qq", "-y", "-s", "0", "-e", f"trace={CALLS}", "-o", str(trace)]


@dataclass
class _Disk:
    """What is safe of one file, and what was written since."""

    size: int = 0
    at: int = 0
    unsafe: list[tuple[int, int]] = field(default_factory=list)
    safe_size: int = 0

    def changed(self, call: str, number: int, result: int) -> None:
        """Follow a pwrite64 at an offset, a write where the last one ended, or a cut to a size."""
        if call == "ftruncate":
            self.size = number
            self.safe_size = min(self.safe_size, number)
            return
        offset = number if call == "pwrite64" else self.at
        self.unsafe.append((offset, result))
        self.size = max(self.size, offset + result)
        if call == "write":
            self.at += result

    def synced(self) -> None:
        self.unsafe.clear()
        self.safe_size = self.size


@dataclass(frozen=True, slots=True)
class Cut:
    """What the power cut took: files shortened or holed, and files that had no safe name."""

    files: int
    taken_bytes: int
    nameless: int


def cut_the_power(trace: Path, folder: Path, sizes: dict[Path, int]) -> Cut:
    """Take from the files below `folder` whatever had not reached the disk.

    Args:
        trace: what strace wrote of a box that is dead.
        folder: of the box.
        sizes: of the files that were there before it started.
    """
    disks: dict[Path, _Disk] = defaultdict(_Disk)
    for path, size in sizes.items():
        disks[path] = _Disk(size=size, safe_size=size)
    named: dict[Path, Path] = {}
    for name, words, result in _calls(trace):
        _take(name, words, result, disks, named)
    taken = [_lose(path, disk) for path, disk in disks.items() if folder in path.parents]
    nameless = [path for path in named if folder in path.parents and path.is_file()]
    for path in nameless:
        path.unlink()
    return Cut(sum(lost > 0 for lost in taken), sum(taken), len(nameless))


def _take(
    name: str, words: str, result: int, disks: dict[Path, _Disk], named: dict[Path, Path]
) -> None:
    """Follow one call that succeeded."""
    if result < 0:
        return
    if name.startswith("rename"):
        before, after = (Path(found) for found in _PATHS.findall(words)[:2])
        disks[after] = disks.pop(before, _Disk())
        named[after] = after.parent
    elif name == "openat":
        _opened(words, disks)
    elif (found := _FILE.match(words)) is not None and not found["path"].endswith(_REMADE):
        path = Path(found["path"])
        if name in ("fsync", "fdatasync"):
            disks[path].synced()
            for new in [one for one, home in named.items() if home == path]:
                del named[new]
        else:
            disks[path].changed(
                name, int(words.rsplit(", ", maxsplit=1)[-1] if "," in words else 0), result
            )


def _opened(words: str, disks: dict[Path, _Disk]) -> None:
    """A file that is opened is written from its beginning, or from its end."""
    found = _PATHS.search(words)
    if found is None or "O_WRONLY" not in words:
        return
    disk = disks[Path(found["path"])]
    disk.at = disk.size if "O_APPEND" in words else 0


def _lose(path: Path, disk: _Disk) -> int:
    if not path.is_file() or not disk.unsafe:
        return 0
    lost = sum(length for _, length in disk.unsafe)
    with path.open("r+b") as file:
        for offset, length in disk.unsafe:
            if offset < disk.safe_size:
                file.seek(offset)
                file.write(bytes(min(length, disk.safe_size - offset)))
        file.truncate(min(disk.safe_size, path.stat().st_size))
    return lost


def _calls(trace: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (name, arguments, result) in the order in which the calls ended."""
    begun: dict[str, str] = {}
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        process, _, said = line.partition(" ")
        said = said.strip()
        if said.endswith("<unfinished ...>"):
            begun[process] = said.removesuffix("<unfinished ...>").rstrip()
            continue
        if said.startswith("<..."):
            said = begun.pop(process, "") + said.partition(" resumed>")[2]
        found = _CALL.match(said)
        if found is not None:
            yield found["name"], found["words"], int(found["result"])
