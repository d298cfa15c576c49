"""A whole box as a bench runs it: looped films, one configuration, the program of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edge.bench.tied import tied
from edge.inference.layout import Layout

_LEAVE_S = 60.0


@dataclass(frozen=True, slots=True)
class BoxBench:
    """A box on looped films. seconds: how long it is watched after its first pictures."""

    film: Path
    models: tuple[str, ...]
    layout: Layout
    cameras: int
    seconds: float
    folder: Path
    sample_fps: float | None = None


def inference_of(layout: Layout) -> dict[str, Any]:
    """Return how a configuration says a layout."""
    return {
        "backend": layout.backend.value,
        "precision": layout.precision.value,
        "workers": layout.workers,
        "fitted": layout.is_fitted,
    }


def site_of(bench: BoxBench) -> dict[str, Any]:
    """Return the configuration of the box, without a way to the server."""
    camera: dict[str, Any] = {
        "source": {"kind": "file", "path": str(bench.film.resolve()), "loop": True},
        "mode": "live",
        "all_with_model": True,
        "whole_picture": True,
    }
    if bench.sample_fps is not None:
        camera["sample_fps"] = bench.sample_fps
    return {
        "site": "bench",
        "device": "bench",
        "stores": "stores",
        "models": [str(Path(m).resolve()) if Path(m).is_dir() else m for m in bench.models],
        "inference": inference_of(bench.layout),
        "cameras": [{"id": f"camera-{n + 1}", **camera} for n in range(bench.cameras)],
    }


def written(site: dict[str, Any], folder: Path) -> Path:
    """Write a configuration into a folder of its own; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(site), encoding="utf-8")
    return file


@contextmanager
def running(config: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a box, and ask it to leave in the end."""
    command = [sys.executable, "-P", "-m", "patrol", "edge", "run", "--config", str(config)]
    box = subprocess.Popen(tied(command), stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        yield box
    finally:
        box.send_signal(signal.SIGTERM)
        box.wait(_LEAVE_S)
