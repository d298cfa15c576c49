"""`patrol bench edge`: which parts are measured, on what films and models, and what is printed."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from edge.bench import (
    cameras,
    clips,
    gated_cameras,
    latency,
    memory,
    quiet_film,
    speed,
    stages,
    still_film,
)
from edge.bench.box import BoxBench
from edge.bench.clips import Clip
from edge.bench.report import Figure, show, to_json
from edge.bench.resized_model import resized
from edge.config.inference import Backend, Precision
from edge.errors import EdgeError, Unreachable
from edge.inference.layout import Layout
from edge.inference.machine import look_around
from edge.inference.site_models import find_packages
from hazard_library.registry.package import ModelPackage, find_package

PARTS = ("speed", "cameras", "gate", "memory", "idle", "latency", "stages")
_MEMORY_CAMERAS, _IDLE_CAMERAS, _LATENCY_CAMERAS = 4, 2, 4
_FRAMES = 60
#: People come and go in the film: fewer seconds give too few events.
_LATENCY_S = 80.0


@dataclass(frozen=True, slots=True)
class EdgeBench:
    """What to measure.

    video: footage instead of Debian's street film; in `speed` it is taken as it is. side: of the
    model's input where engine and plain program are compared; None: as released. seconds: of film
    in `speed`, of watching in `memory` and `idle`. material: folder that holds video/.
    ultralytics: a Python that has it, to compare with.
    """

    parts: tuple[str, ...]
    model: str
    video: Path | None
    side: int | None
    seconds: float
    repeats: int
    as_json: bool
    material: Path | None
    ultralytics: Path | None


def run(bench: EdgeBench) -> int:
    """Measure part by part and print; 1 when something asked for is not met.

    Raises:
        EdgeError: a film or a model cannot be used, or a part failed.
    """
    figures: list[Figure] = []
    skipped: list[str] = []
    with tempfile.TemporaryDirectory(prefix="patrol-bench-") as folder:
        desk = _Desk(bench, Path(folder))
        for part in bench.parts:
            print(f"== {part}", flush=True)
            try:
                figures.extend(show(figure) for figure in desk.parts[part]())
            except _NotHere as reason:
                skipped.append(f"{part}: {reason}")
                print(f"SKIPPED {skipped[-1]}", flush=True)
    if "speed" in bench.parts:
        not_compared = speed.skipped(bench.ultralytics)
        skipped.extend(not_compared)
        for one in not_compared:
            print(f"SKIPPED {one}")
    if bench.as_json:
        print(to_json(figures, skipped))
    return 1 if any(figure.is_met is False for figure in figures) else 0


class _NotHere(Exception):
    """A part needs something that this machine lacks."""


class _Desk:
    """Films and models, made when a part asks for them."""

    def __init__(self, bench: EdgeBench, folder: Path) -> None:
        self._bench = bench
        self._folder = folder
        self._released = find_packages((bench.model,))[0]
        self._machine = look_around()
        self.parts: dict[str, Callable[[], Iterator[Figure]]] = {
            "speed": self._speed,
            "cameras": self._cameras,
            "gate": self._gate,
            "memory": partial(self._memory, _MEMORY_CAMERAS),
            "idle": self._idle,
            "latency": self._latency,
            "stages": self._stages,
        }

    def _speed(self) -> Iterator[Figure]:
        film = (
            clips.film_of(self._bench.video) if self._bench.video else self._clip(720, "h264", 20)
        )
        frames = max(1, round(self._bench.seconds * clips.FPS))
        yield from speed.measure(
            speed.SpeedBench(
                film,
                self._compared(),
                frames,
                self._bench.repeats,
                self._folder,
                self._bench.ultralytics,
            )
        )

    def _cameras(self) -> Iterator[Figure]:
        film = self._clip(720, "h264", 60)
        trial = partial(cameras.CamerasBench, film, "h264", folder=self._folder)
        others = [one for one in speed.layouts() if one.precision is Precision.BFLOAT16]
        yield from cameras.measure(trial(self._compared()), (self._careful, *others))
        fast = [one for one in speed.layouts() if one.precision is not Precision.FLOAT32]
        yield from cameras.fastest(trial(self._released), tuple(fast))

    def _gate(self) -> Iterator[Figure]:
        footage = (self._bench.material or Path()) / "video" / "car-detection.mp4"
        if not footage.is_file():
            raise _NotHere("PATROL_MATERIAL names no folder with video/car-detection.mp4")
        film = quiet_film.make(footage, 720, self._folder)
        trial = cameras.CamerasBench(film.files[0], "h264", self._compared(), self._folder)
        yield from gated_cameras.measure(trial, film, self._careful)

    def _memory(self, number: int) -> Iterator[Figure]:
        film = self._clip(720, "h264", 20)
        for layout in (self._careful, *self._openvino()):
            yield from memory.memory(self._box(film, layout, number))

    def _idle(self) -> Iterator[Figure]:
        for codec in ("h264", "hevc"):
            film = still_film.make(Clip(1080, codec, 8), self._folder, self._bench.video)
            yield from memory.idle(self._box(film, self._careful, _IDLE_CAMERAS))

    def _latency(self) -> Iterator[Figure]:
        why = latency.lacking()
        if why is not None:
            raise _NotHere(why)
        # An incident that comes back soon is the same one: new ones need new people.
        film = self._clip(720, "h264", _LATENCY_S)
        box = self._box(film, self._careful, _LATENCY_CAMERAS)
        yield from latency.measure(replace(box, seconds=max(box.seconds, _LATENCY_S)))

    def _stages(self) -> Iterator[Figure]:
        film = self._clip(720, "h264", 20)
        for number, layout in enumerate(speed.layouts()):
            alone = Layout(layout.backend, layout.precision, 1)
            told = stages.measure(stages.StagesBench(film, self._compared(), alone, _FRAMES))
            # The other steps do not depend on where the model runs.
            yield from (one for one in told if number == 0 or "infer" in one.name)

    @property
    def _careful(self) -> Layout:
        return Layout(workers=self._machine.cores)

    def _openvino(self) -> tuple[Layout, ...]:
        if Backend.OPENVINO not in self._machine.able:
            return ()
        return (Layout(Backend.OPENVINO, Precision.FLOAT32, self._machine.cores),)

    def _box(self, film: Path, layout: Layout, number: int) -> BoxBench:
        models = (self._bench.model,)
        return BoxBench(
            film, models, layout, number, self._bench.seconds, self._folder, cameras.RATE
        )

    def _clip(self, height: int, codec: str, seconds: float) -> Path:
        return clips.make(Clip(height, codec, seconds), self._folder, self._bench.video)

    def _compared(self) -> ModelPackage:
        """Return the model at the size of the comparison."""
        side = self._bench.side
        if side is None or side == self._released.card.input.width:
            return self._released
        return find_package(str(resized(self._released, side, self._folder)))


def check_parts(wanted: list[str]) -> tuple[str, ...]:
    """Return the parts in the order of measuring; all of them if none is named.

    Raises:
        EdgeError: there is no such part.
    """
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        raise EdgeError(f"there is no part {unknown[0]!r}; name some of {', '.join(PARTS)}")
    return tuple(part for part in PARTS if part in wanted) or PARTS


def material_of(given: str | None) -> Path | None:
    """Return the folder with real films, if one is named.

    Raises:
        Unreachable: it is named and not there.
    """
    if not given:
        return None
    if not Path(given).is_dir():
        raise Unreachable(f"PATROL_MATERIAL: {given} is no folder; mend it or unset it")
    return Path(given)
