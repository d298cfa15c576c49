"""What a running box takes: memory of its process tree over time, and processor time when idle."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.bench.box import BoxBench, running, site_of, written
from edge.bench.processes import cpu_seconds, pss_mb, tree
from edge.bench.report import Figure, at_most
from edge.errors import EdgeError
from edge.fleet.system_clock import SystemClock
from edge.runtime import figures

#: What the box may take with four cameras, and of one core per camera that sees nothing move.
LIMIT_MB, IDLE_PERCENT = 500.0, 15.0
_LOOK_S = 0.5
_START_S = 90.0
#: The first share of the samples belongs to the start: caches fill, rings grow to their size.
_SETTLING = 0.3


@dataclass(frozen=True, slots=True)
class Watched:
    """Samples of a box's processes. at: seconds; parent, children: MB; cores: on average."""

    at: list[float]
    parent: list[float]
    children: list[float]
    cores: float


def memory(bench: BoxBench) -> Iterator[Figure]:
    """Yield what the box takes at most, and how that grows.

    Raises:
        EdgeError: the film or a model cannot be used, or the box does not start.
    """
    watched = _watched(bench)
    together = np.add(watched.parent, watched.children)
    note = f"{bench.cameras} cameras, {len(bench.models)} models, {bench.film.name}"
    precision = bench.layout.precision
    yield Figure("memory of the supervisor, PSS", max(watched.parent), "MB", "-", note)
    yield Figure("memory of the engine, PSS", max(watched.children), "MB", precision, note)
    most = float(together.max())
    yield Figure("memory together, PSS", most, "MB", precision, note, *at_most(LIMIT_MB, most))
    slope, doubt = _slope_per_hour(watched.at, together.tolist())
    yield Figure(
        "memory growth",
        slope,
        "MB/h",
        precision,
        f"± {2 * doubt:.1f} (2 standard errors) over {bench.seconds:g} s",
        "within its noise",
        slope <= 2 * doubt,
    )


def idle(bench: BoxBench) -> Iterator[Figure]:
    """Yield the processor time of a box whose cameras see nothing move, gate on."""
    percent = _watched(bench).cores / bench.cameras * 100
    note = f"{bench.cameras} cameras, {bench.film.name}, gate on"
    bar = at_most(IDLE_PERCENT, percent)
    yield Figure(
        "processor of an idle camera", percent, "% of a core", bench.layout.precision, note, *bar
    )


def _slope_per_hour(at: list[float], megabytes: list[float]) -> tuple[float, float]:
    """Fit a line through what came after settling; return its slope and standard error."""
    begin = round(len(at) * _SETTLING)
    seconds, values = np.array(at[begin:]), np.array(megabytes[begin:])
    centred = seconds - seconds.mean()
    spread = float((centred**2).sum()) or 1.0
    slope = float((centred * values).sum()) / spread
    rest = values - values.mean() - slope * centred
    error = float(np.sqrt((rest**2).sum() / max(len(values) - 2, 1) / spread))
    return slope * 3600, error * 3600


def _watched(bench: BoxBench) -> Watched:
    config = _config(bench)
    with running(config) as box:
        _await_pictures(box, config.parent / "stores", bench.cameras)
        return _watch(box.pid, bench.seconds)


def _config(bench: BoxBench) -> Path:
    folder = bench.folder / f"box-{bench.cameras}-{bench.film.stem}-{bench.layout.backend}"
    return written(site_of(bench), folder)


def _await_pictures(box: "subprocess.Popen[bytes]", stores: Path, cameras: int) -> None:
    clock = SystemClock()
    until = clock.now().mono + _START_S
    while sum(row.frames > 0 for row in figures.read(stores)) < cameras:
        if box.poll() is not None or clock.now().mono > until:
            raise EdgeError("the box did not start; run patrol edge run to see why")
        clock.wait(_LOOK_S)


def _watch(root: int, seconds: float) -> Watched:
    clock = SystemClock()
    started = clock.now()
    before = sum(map(cpu_seconds, tree(root)))
    watched = Watched([], [], [], 0.0)
    while (elapsed := clock.now().seconds_since(started)) < seconds:
        watched.at.append(elapsed)
        watched.parent.append(pss_mb([root]))
        watched.children.append(pss_mb(tree(root) - {root}))
        clock.wait(_LOOK_S)
    took = clock.now().seconds_since(started)
    spent = sum(map(cpu_seconds, tree(root))) - before
    return Watched(watched.at, watched.parent, watched.children, spent / took)
