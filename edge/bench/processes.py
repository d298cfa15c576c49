"""What processes take, as the kernel tells it: memory (PSS) and processor time of a tree."""

import os
from collections.abc import Iterable
from pathlib import Path

_USER, _SYSTEM = 13, 14


def tree(root: int) -> set[int]:
    """Return a process and all that descend from it."""
    parents = {int(entry.name): _parent_of(entry) for entry in Path("/proc").glob("[0-9]*")}
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def pss_mb(processes: Iterable[int]) -> float:
    """Return what they take together in MB, shared pages shared out."""
    return sum(_pss_mb(pid) for pid in processes)


def cpu_seconds(process: int) -> float:
    """Return the processor time a process took since its start; 0 when it is gone."""
    fields = _stat(Path(f"/proc/{process}"))
    if fields is None:
        return 0.0
    # What follows the name is counted from field 3 on.
    return (int(fields[_USER - 2]) + int(fields[_SYSTEM - 2])) / os.sysconf("SC_CLK_TCK")


def _stat(entry: Path) -> list[str] | None:
    try:
        # The name in parentheses may hold anything, even spaces: count from its end.
        return (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None


def _parent_of(entry: Path) -> int | None:
    fields = _stat(entry)
    return None if not fields else int(fields[1])


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
