"""A reader and everything it gave, for tests."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edge.fleet.system_clock import SystemClock
from edge.ports import Clock, Frame
from edge.testing.fake_clock import FakeClock
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderLimits, ReaderOutlets
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId

GATE = CameraId("gate")


@dataclass
class Reading:
    """What one reader said and gave. Frames are kept as numbers, monos and sizes only."""

    spec: SourceSpec
    clock: Clock = field(default_factory=FakeClock)
    ring: PacketRing = field(default_factory=lambda: PacketRing(1000.0))
    limits: ReaderLimits = field(default_factory=ReaderLimits)
    monos: list[float] = field(default_factory=list)
    utcs: list[str] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    conditions: list[tuple[CameraCondition, str]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    stop_after: int | None = None

    def __post_init__(self) -> None:
        outlets = ReaderOutlets(self.ring, self._frame, self._condition)
        chance = random.Random(1)  # noqa: S311 - spreads retries
        self.reader = CameraReader(self.spec, self.clock, outlets, self.limits, chance)

    def run(self) -> "Reading":
        """Read on this thread until the source is over."""
        self.reader.run(self.stop)
        return self

    def said(self) -> list[CameraCondition]:
        return [condition for condition, _ in self.conditions]

    @property
    def detail(self) -> str:
        return self.conditions[-1][1]

    def _frame(self, frame: Frame) -> None:
        self.monos.append(frame.at.mono)
        self.utcs.append(frame.at.utc.isoformat())
        self.sizes.append((frame.pixels.shape[1], frame.pixels.shape[0]))
        if self.stop_after is not None and len(self.monos) >= self.stop_after:
            self.stop.set()

    def _condition(self, condition: CameraCondition, detail: str) -> None:
        self.conditions.append((condition, detail))


@contextmanager
def read_live(spec: SourceSpec, limits: ReaderLimits) -> Iterator[Reading]:
    """Read a source on a thread of its own, by the machine's clock, until the test has seen it."""
    one = Reading(spec, clock=SystemClock(), limits=limits)
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield one
    finally:
        one.stop.set()
        thread.join(10)
        assert not thread.is_alive()


def replay(path: Path, sample_fps: float | None = None) -> Reading:
    """Read a file to its end without dropping anything."""
    spec = SourceSpec(GATE, FileAddress(path), Mode.REPLAY, sample_fps=sample_fps)
    return Reading(spec).run()
