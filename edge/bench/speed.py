"""One camera at 720p, every frame: the engine against the plain loop and against the ceiling.

The plain loop pads every picture to the model's square, as everybody's first program does; the
engine fits the input to the picture. That what it finds is right is shown twice: on the square it
must find what the plain loop finds, fitted its boxes are compared and the difference is told. The
ceiling has the engine's own input.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from edge.bench.agreement import Agreement, agree
from edge.bench.report import Figure, at_least, at_most
from edge.bench.tied import tied
from edge.config.inference import Backend, Precision
from edge.core.tracking import TrackingSettings
from edge.errors import EdgeError
from edge.inference.layout import Layout
from edge.inference.machine import look_around
from edge.video.probe import probe
from hazard_library.registry.package import ModelPackage

#: What is asked for, as the issue says it: times the plain loop, and what the engine may cost.
PLAIN_F32, PLAIN_BEST, RIVAL, OVERHEAD = 1.4, 2.4, 2.0, 10.0
_RIVAL = "hazard_library.training.ultralytics_track"


@dataclass(frozen=True, slots=True)
class SpeedBench:
    """What to compare.

    frames: how many each run looks at; folder: where intermediate files may lie; ultralytics: a
    Python that has it, None: it is not compared with.
    """

    film: Path
    package: ModelPackage
    frames: int
    repeats: int
    folder: Path
    ultralytics: Path | None = None


@dataclass(slots=True)
class Runs:
    """The frames a second of each repetition in turn."""

    plain: list[float]
    engine: list[float]
    ceiling: list[float]
    rival: list[float]
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Job:
    """A loop as a program: its module, the words before and behind the file it writes."""

    module: str
    before: list[str]
    out: Path
    after: Sequence[str] = ()
    python: str = sys.executable


def layouts() -> tuple[Layout, ...]:
    """Return the layouts of this machine's processor that a site may choose, the careful first."""
    machine = look_around()
    return tuple(
        Layout(backend, precision, machine.cores)
        for backend in (Backend.ONNXRUNTIME, Backend.OPENVINO)
        for precision in (Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8)
        if precision in machine.able.get(backend, frozenset())
    )


def measure(bench: SpeedBench) -> Iterator[Figure]:
    """Yield the figures of every layout; each repetition runs all loops.

    Raises:
        EdgeError: one of the loops failed, or in float32 both do not find the same.
    """
    size = f"{bench.package.card.name}, {bench.package.card.input.width}, {bench.film.name}"
    best: Figure | None = None
    for layout in layouts():
        if layout.precision is Precision.FLOAT32:
            yield _on_the_square(bench, layout)
        runs = _runs(bench, layout)
        yield from _of(layout, runs, size)
        ratio = _ratio(runs.engine, runs.plain)
        bar = at_least(PLAIN_F32, ratio) if layout.precision is Precision.FLOAT32 else ("", None)
        name = f"one camera, engine / plain f32, {layout.backend}"
        figure = Figure(name, ratio, "x", layout.precision, str(runs.agreement), *bar)
        yield figure
        best = figure if best is None or figure.value > best.value else best
    if best is not None:
        bar = at_least(PLAIN_BEST, best.value)
        yield Figure(
            "one camera, engine / plain f32, best", best.value, "x", best.precision, "", *bar
        )


def _on_the_square(bench: SpeedBench, layout: Layout) -> Figure:
    """Compare on the plain loop's own input, where both must find the same.

    Raises:
        EdgeError: they do not.
    """
    runs = _runs(bench, replace(layout, is_fitted=False))
    if not runs.agreement.holds:
        raise EdgeError(f"{layout}: engine and plain loop differ: {runs.agreement}")
    name = f"one camera, engine on the square / plain f32, {layout.backend}"
    ceiling = f"the ceiling is {_ratio(runs.ceiling, runs.plain):.2f}; {runs.agreement}"
    return Figure(name, _ratio(runs.engine, runs.plain), "x", layout.precision, ceiling)


def skipped(ultralytics: Path | None) -> tuple[str, ...]:
    """Say what is not compared here."""
    if ultralytics is not None:
        return ()
    return ("ultralytics track: make train installs it; then give --ultralytics PYTHON",)


def _of(layout: Layout, runs: Runs, size: str) -> Iterator[Figure]:
    name = f"one camera, {{}}, {layout.backend}"
    precision = layout.precision
    yield Figure(name.format("plain loop"), median(runs.plain), "frames/s", "float32", size)
    yield Figure(name.format("engine"), median(runs.engine), "frames/s", precision, size)
    yield Figure(name.format("ceiling"), median(runs.ceiling), "frames/s", precision, size)
    overhead = (_ratio(runs.ceiling, runs.engine) - 1) * 100
    bar = at_most(OVERHEAD, overhead)
    yield Figure(name.format("engine above the ceiling"), overhead, "%", precision, "", *bar)
    if runs.rival:
        rival = "ultralytics track"
        yield Figure(name.format(rival), median(runs.rival), "frames/s", "float32", size)
        ratio = _ratio(runs.engine, runs.rival)
        bar = at_least(RIVAL, ratio)
        yield Figure(f"one camera, engine / {rival}", ratio, "x", precision, "", *bar)


def _ratio(one: list[float], other: list[float]) -> float:
    return median(a / b for a, b in zip(one, other, strict=True))


def _runs(bench: SpeedBench, layout: Layout) -> Runs:
    """Run all in turn; who begins changes, so that a busy machine hits all alike."""
    jobs = _jobs(bench, layout)
    fps: dict[str, list[float]] = {name: [] for name in ("plain", "engine", "ceiling", "rival")}
    for repeat in range(bench.repeats):
        order = list(jobs)
        for name in order if repeat % 2 == 0 else reversed(order):
            fps[name].append(_run(jobs[name]))
    agreement = agree(*(_boxes(jobs[name].out) for name in ("plain", "engine")))
    return Runs(**fps, agreement=agreement)


def _jobs(bench: SpeedBench, layout: Layout) -> dict[str, Job]:
    card, low = bench.package.card, TrackingSettings().low
    folder = str(bench.package.folder)
    models = json.dumps([f"{folder}:{card.precision}"])
    given = [str(bench.film), str(min(bench.frames, probe(bench.film).packets))]
    chosen = [layout.backend.value, layout.precision.value, str(int(layout.is_fitted))]
    plain, engine, ceiling, rival = (
        bench.folder / f"{name}.json" for name in ("plain", "engine", "ceiling", "rival")
    )
    jobs = {
        "plain": Job("edge.bench.plain_loop", [models, *given, str(low)], plain),
        "engine": Job(
            "edge.bench.pipeline_loop", [models, *given, str(low)], engine, ["1", *chosen]
        ),
        "ceiling": Job("edge.bench.ceiling", [folder, *given, *chosen], ceiling),
    }
    if bench.ultralytics is not None and layout == layouts()[0]:
        words = [str(bench.package.model_file), str(card.input.width), *given]
        jobs["rival"] = Job(_RIVAL, words, rival, python=str(bench.ultralytics))
    return jobs


def _run(job: Job) -> float:
    command = tied([job.python, "-P", "-m", job.module, *job.before, str(job.out), *job.after])
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise EdgeError(f"{job.module} failed: {last[0]}")
    said = json.loads(job.out.read_text(encoding="utf-8"))
    return float(said["frames"] / said["seconds"])


def _boxes(file: Path) -> list[list[list[float]]]:
    found: list[list[list[float]]] = json.loads(file.read_text(encoding="utf-8"))["boxes"]
    return found
