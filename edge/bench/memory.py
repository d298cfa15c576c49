"""`patrol bench memory`: what a running box takes, as PSS of its process tree."""

import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from edge.bench.compare import film_of
from edge.errors import EdgeError
from edge.fleet.system_clock import SystemClock
from edge.runtime import figures

#: What the box may take with two cameras.
LIMIT_MB = 400.0
_LOOK_S = 0.5
_START_S = 60.0
_LEAVE_S = 60.0


@dataclass(frozen=True, slots=True)
class MemoryBench:
    """seconds: how long it is watched after its first pictures."""

    video: Path | None
    models: tuple[str, ...]
    seconds: float
    cameras: int


def measure(bench: MemoryBench) -> int:
    """Run a box on a looped film and print the most it took; 1 when that is over the limit.

    Raises:
        EdgeError: the film or a model cannot be used, or the box does not start.
    """
    film = film_of(bench.video)
    with tempfile.TemporaryDirectory() as folder:
        config = _config(bench, film, Path(folder))
        command = [sys.executable, "-P", "-m", "patrol", "edge", "run", "--config", str(config)]
        box = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            _await_pictures(box, Path(folder), bench.cameras)
            most = _watch(box.pid, bench.seconds)
        finally:
            box.send_signal(signal.SIGTERM)
            box.wait(_LEAVE_S)
    for name, megabytes in most.items():
        print(f"{name:<10} {megabytes:7.1f} MB PSS")
    models = ", ".join(bench.models)
    print(f"limit      {LIMIT_MB:7.1f} MB PSS with {bench.cameras} cameras on {film.name}")
    print(f"models     {len(bench.models)}: {models}")
    return 0 if most["together"] <= LIMIT_MB else 1


def _config(bench: MemoryBench, film: Path, folder: Path) -> Path:
    camera = {
        "source": {"kind": "file", "path": str(film.resolve()), "loop": True},
        "mode": "live",
        "all_with_model": True,
        "whole_picture": True,
    }
    site = {
        "site": "bench",
        "device": "bench",
        "stores": "stores",
        "models": [str(Path(m).resolve()) if Path(m).is_dir() else m for m in bench.models],
        "cameras": [{"id": f"camera-{n + 1}", **camera} for n in range(bench.cameras)],
    }
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(site), encoding="utf-8")
    return file


def _await_pictures(box: "subprocess.Popen[bytes]", folder: Path, cameras: int) -> None:
    clock = SystemClock()
    until = clock.now().mono + _START_S
    while sum(row.frames > 0 for row in figures.read(folder / "stores")) < cameras:
        if box.poll() is not None or clock.now().mono > until:
            raise EdgeError("the box did not start; run patrol edge run to see why")
        clock.wait(_LOOK_S)


def _watch(parent: int, seconds: float) -> dict[str, float]:
    """Return the most that parent, children and all together took."""
    clock = SystemClock()
    until = clock.now().mono + seconds
    most = {"parent": 0.0, "children": 0.0, "together": 0.0}
    while clock.now().mono < until:
        children = sum(_pss_mb(pid) for pid in _tree(parent) if pid != parent)
        own = _pss_mb(parent)
        for name, now in (("parent", own), ("children", children), ("together", own + children)):
            most[name] = max(most[name], now)
        clock.wait(_LOOK_S)
    return most


def _tree(root: int) -> set[int]:
    """Return a process and all that descend from it."""
    parents = {int(entry.name): _parent_of(entry) for entry in Path("/proc").glob("[0-9]*")}
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _parent_of(entry: Path) -> int | None:
    try:
        # The name in parentheses may hold anything, even spaces: count from its end.
        return int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
