"""The whole engine of a box in a process of its own, watched from within for some seconds.

python -m edge.bench.box_child CONFIG WARM_UP_S SECONDS OUT

Composed as `patrol edge run` does it, without a way to the server.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from edge.app import compose, open_box
from edge.bench.processes import cpu_seconds, pss_mb
from edge.fleet.system_clock import SystemClock
from edge.runtime.camera_unit import CameraUnit
from edge.runtime.logs import configure_logging
from hazard_library.catalogue.load import load_catalogue

_LOOK_S = 1.0
_START_S = 60.0


def run(config: Path, warm_up_s: float, seconds: float) -> dict[str, Any]:
    """Return for every camera what it decoded and dropped in those seconds, and what that took."""
    box = open_box(config, load_catalogue())
    engine = compose(box)
    clock = SystemClock()
    engine.start()
    try:
        until = clock.now().mono + _START_S
        while not all(unit.figures.frames for unit in engine.units) and clock.now().mono < until:
            clock.wait(_LOOK_S)
        clock.wait(warm_up_s)
        before = [_counts(unit) for unit in engine.units]
        cpu, started = cpu_seconds(os.getpid()), clock.now()
        memory: list[tuple[float, float]] = []
        while (elapsed := clock.now().seconds_since(started)) < seconds:
            memory.append((elapsed, pss_mb([os.getpid()])))
            clock.wait(min(_LOOK_S, seconds - elapsed))
        took = clock.now().seconds_since(started)
        after = [_counts(unit) for unit in engine.units]
        cpu = cpu_seconds(os.getpid()) - cpu
    finally:
        engine.stop()
    return {
        "seconds": took,
        "cpu_s": cpu,
        "memory": memory,
        "decoded": [b[0] - a[0] for a, b in zip(before, after, strict=True)],
        "dropped": [b[1] - a[1] for a, b in zip(before, after, strict=True)],
    }


def _counts(unit: CameraUnit) -> tuple[int, int]:
    figures = unit.figures
    return figures.frames, figures.dropped


if __name__ == "__main__":
    configure_logging(logging.ERROR)
    measured = run(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
    Path(sys.argv[4]).write_text(json.dumps(measured), encoding="utf-8")
