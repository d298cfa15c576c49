"""A box that is killed twenty times in a steady scene tells of it once, on one outbox on disk."""

import random
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.rules.binding import RuleBinding
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.fleet.box_clock import ClockReading, state_of
from edge.inference.lane import Looked
from edge.ports import Frame, RawBoxes
from edge.runtime.camera_pipeline import CameraPipeline, PipelineParts
from edge.runtime.events import EventFacts
from edge.runtime.sqlite_report import events_of
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_recorder import MemoryRecorder
from edge.testing.scripted_backend import NOTHING, raw_boxes
from edge.testing.tally import Tally
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, DeviceId, HazardId

GATE = CameraId("gate")
PERSON = raw_boxes(("person", 0.9, (100, 100, 160, 220)))
BARE = raw_boxes(("person", 0.9, (100, 100, 160, 220)), ("no_helmet", 0.8, (118, 100, 142, 124)))
PIXELS = np.zeros((360, 640, 3), np.uint8)
EVERY_S = 0.2
COOLDOWN_S = 300.0


class Box:
    """A camera with two hazards over the whole picture; every start has a monotonic clock anew."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "outbox.db"
        self.now = START

    def live(self, seconds: float, boxes: RawBoxes) -> None:
        """Start, look for so long, and be killed: nobody closes anything."""
        clock = FakeClock(self.now, mono=5.0)
        outbox = SqliteOutbox(self.file, clock.now(), Tally())
        pipeline = self._pipeline(outbox, clock)
        for number in range(1, round(seconds / EVERY_S) + 1):
            clock.wait(EVERY_S)
            pipeline.step(Looked(Frame(GATE, number, clock.now(), PIXELS), boxes))
        outbox.close()
        self.now = clock.now().utc

    def stay_away(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def told(self) -> list[tuple[str, Change]]:
        """Return every change that was told, by hazard."""
        events = [one for kept in events_of(self.file, "").values() for one in kept]
        return [(str(one.hazard), one.change) for one in events if one.change is not Change.UPDATED]

    def _pipeline(self, outbox: SqliteOutbox, clock: FakeClock) -> CameraPipeline:
        catalogue = load_catalogue()
        hazards = [catalogue.hazards[HazardId(name)] for name in ("ZONE-01", "PPE-01")]
        facts = EventFacts(
            device=DeviceId("box-1"),
            boot=outbox.boot,
            models={},
            severities={hazard.id: hazard.severity for hazard in hazards},
            catalogue_sha256=catalogue.sha256,
            config_sha256="c" * 64,
            clock=lambda at: state_of("arrival", at, ClockReading),
        )
        bindings = tuple(RuleBinding(hazard.id, hazard.rule) for hazard in hazards)
        core = CameraCore(CoreSpec(facts.device, GATE, bindings))
        core.restore(outbox.open_incidents())
        return CameraPipeline(
            GATE, core, facts, PipelineParts(MemoryRecorder(), outbox, clock, Tally())
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_steady_scene_is_told_of_once_whenever_the_box_is_killed(
    tmp_path: Path, seed: int
) -> None:
    box = Box(tmp_path)
    chance = random.Random(seed)  # noqa: S311 - picks times, guards nothing
    box.live(10, BARE)
    once = [("PPE-01", Change.OPENED), ("ZONE-01", Change.OPENED)]
    assert sorted(box.told()) == once
    for _ in range(20):
        box.stay_away(chance.uniform(0.1, 60))
        box.live(chance.uniform(0.2, 20), BARE)
    assert sorted(box.told()) == once
    box.stay_away(5)
    box.live(COOLDOWN_S + 5, NOTHING)
    closed = [("PPE-01", Change.CLOSED), ("ZONE-01", Change.CLOSED)]
    assert sorted(box.told()) == sorted(once + closed)


def test_an_empty_scene_and_stays_that_each_start_cuts_short_are_never_told_of(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path)
    for number in range(20):
        box.live(2.8, PERSON if number % 2 else NOTHING)
        box.stay_away(0.2)
        box.live(2.8, PERSON)
        box.stay_away(3)
    assert box.told() == []
