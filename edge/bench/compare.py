"""`patrol bench edge`: both loops in turn, in processes of their own, over the same frames."""

import json
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from edge.bench.agreement import Agreement, agree
from edge.core.tracking import TrackingSettings
from edge.errors import EdgeError, Unreachable
from edge.inference.machine import cores
from edge.inference.site_models import find_packages
from edge.inference.tuned import processor
from edge.video.probe import Probe, probe
from hazard_library.registry.package import ModelPackage

#: The film that Debian's package opencv-doc brings.
STREET = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
_PACKAGES = ("onnxruntime", "opencv-python", "av", "numpy")


@dataclass(frozen=True, slots=True)
class EdgeBench:
    """seconds: of film that each loop looks at; repeats: how often each runs."""

    video: Path | None
    models: tuple[str, ...]
    seconds: float
    cameras: int
    repeats: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one loop."""

    fps: float
    file: Path


def compare(bench: EdgeBench) -> int:
    """Print the figures; 1 when the boxes of both loops do not agree.

    Raises:
        EdgeError: the film or a model cannot be used.
    """
    film = film_of(bench.video)
    packages = find_packages(bench.models)
    found = probe(film)
    frames = max(1, min(found.packets, round(bench.seconds * found.packets / found.seconds)))
    _print_setting(packages, film, found, frames)
    with tempfile.TemporaryDirectory() as folder:
        plain, edge = _measure(bench, packages, film, (frames, Path(folder)))
        agreement = agree(_boxes(plain[-1].file), _boxes(edge[-1].file))
    _print_result(bench, plain, edge, agreement)
    return 0 if agreement.holds else 1


def film_of(given: Path | None) -> Path:
    """Return the film to measure with.

    Raises:
        Unreachable: it is not there.
    """
    film = given or STREET
    if not film.is_file():
        raise Unreachable(
            f"{film}: there is no such film; give one with --video, or install opencv-doc"
        )
    return film


def _measure(
    bench: EdgeBench, packages: tuple[ModelPackage, ...], film: Path, job: tuple[int, Path]
) -> tuple[list[Measured], list[Measured]]:
    """Run both loops in turn; who begins changes, so that a busy machine hits both alike."""
    frames, folder = job
    low = TrackingSettings().low
    models = json.dumps([f"{one.folder}:{one.card.precision}" for one in packages])
    given = [models, str(film), str(frames), str(low)]
    plain: list[Measured] = []
    edge: list[Measured] = []
    for repeat in range(bench.repeats):
        turns = [
            ("plain_loop", plain, []),
            ("pipeline_loop", edge, [str(bench.cameras)]),
        ]
        for name, results, more in turns if repeat % 2 == 0 else reversed(turns):
            out = folder / f"{name}.json"
            results.append(_run(name, [*given, str(out), *more], out))
            print(f"  {name:<14} {results[-1].fps:7.1f} frames/s", flush=True)
    return plain, edge


def _run(name: str, given: list[str], out: Path) -> Measured:
    command = [sys.executable, "-P", "-m", f"edge.bench.{name}", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise EdgeError(f"{name} failed: {last[0]}")
    said = json.loads(out.read_text(encoding="utf-8"))
    return Measured(said["frames"] / said["seconds"], out)


def _boxes(file: Path) -> list[list[list[float]]]:
    boxes: list[list[list[float]]] = json.loads(file.read_text(encoding="utf-8"))["boxes"]
    return boxes


def _print_setting(
    packages: tuple[ModelPackage, ...], film: Path, found: Probe, frames: int
) -> None:
    print(f"film      {film.name}, {found.width}x{found.height} {found.codec}, {frames} frames")
    print(f"models    {len(packages)}, one after the other on every frame, ONNX Runtime on the CPU")
    for card in (package.card for package in packages):
        size = f"{card.input.width}x{card.input.height}"
        print(f"          {card.name} {card.version}, {size}, {card.precision}")
    print(f"processor {processor() or platform.machine()} x {cores()}")
    print("versions  " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES))


def _print_result(
    bench: EdgeBench, plain: list[Measured], edge: list[Measured], agreement: Agreement
) -> None:
    ratios = [one.fps / other.fps for one, other in zip(edge, plain, strict=True)]
    result = {
        "edge_fps": round(median(one.fps for one in edge), 2),
        "plain_fps": round(median(one.fps for one in plain), 2),
        "ratio": round(median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "cameras": bench.cameras,
        "models": len(bench.models),
        "boxes_agree": agreement.holds,
        "boxes": agreement.boxes,
        "unmatched": agreement.unmatched,
        "max_score_difference": round(agreement.max_score_difference, 4),
        "max_corner_difference_px": round(agreement.max_corner_difference_px, 2),
    }
    print(f"boxes     {agreement}")
    print(f"ratio     {result['ratio']} (edge / plain, median of {len(ratios)})")
    print(json.dumps(result))
