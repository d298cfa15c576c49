from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.fleet.box_clock import ClockReading, state_of
from edge.inference.lane import Looked
from edge.ports import Frame, Look, Pixels, RawBoxes
from edge.runtime.bystanders import Bystanders
from edge.runtime.camera_pipeline import CameraPipeline, PipelineParts
from edge.runtime.events import EventFacts
from edge.testing.fake_clock import FakeClock
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.memory_recorder import MemoryRecorder
from edge.testing.scripted_backend import NOTHING, raw_boxes
from edge.testing.tally import Tally
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import CameraId, DeviceId, HazardId
from hazard_library.contract.message import parse

GATE = CameraId("gate")
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FIRE = raw_boxes(("fire", 0.9, (300, 100, 400, 220)))
PEOPLE = raw_boxes(
    ("person", 0.9, (10, 10, 60, 200)),
    ("person", 0.8, (90, 10, 140, 200)),
    ("person", 0.2, (200, 10, 250, 200)),
    ("helmet", 0.9, (10, 10, 60, 40)),
)


class Scene:
    """One camera that looks only for fire; whoever asks for people asks `look`."""

    def __init__(self, look: Look) -> None:
        catalogue, self.outbox, self.counters = load_catalogue(), MemoryOutbox(), Tally()
        hazard = catalogue.hazards[HazardId("FIRE-01")]
        facts = EventFacts(
            DeviceId("box-1"),
            self.outbox.boot,
            {},
            {hazard.id: hazard.severity},
            catalogue.sha256,
            "c" * 64,
            lambda at: state_of("file", at, ClockReading),
        )
        core = CameraCore(CoreSpec(facts.device, GATE, (RuleBinding(hazard.id, hazard.rule),)))
        bystanders = Bystanders(look, 0.5, self.counters)
        parts = PipelineParts(MemoryRecorder(), self.outbox, FakeClock(), self.counters, bystanders)
        self.pipeline = CameraPipeline(GATE, core, facts, parts)

    def watch(self, boxes: RawBoxes, from_s: float, seconds: float) -> None:
        for step in range(round(seconds * 5)):
            second = from_s + step / 5
            at = Moment(100 + second, BEGIN + timedelta(seconds=second))
            frame = Frame(GATE, round(second * 5) + 1, at, np.zeros((480, 640, 3), np.uint8))
            self.pipeline.step(Looked(frame, boxes))

    @property
    def events(self) -> list[HazardEvent]:
        return [parse(HazardEvent, kept.payload) for kept in self.outbox.pending(1000)]


def test_who_stands_by_a_fire_is_told_and_only_then_looked_for() -> None:
    looks: list[int] = []

    def look(pixels: Pixels) -> RawBoxes:
        looks.append(pixels.size)
        return PEOPLE

    scene = Scene(look)
    scene.watch(FIRE, 0, 5)
    (opened,) = scene.events
    assert opened.change is Change.OPENED
    assert opened.persons == 2
    assert [(box.label, box.subject) for box in opened.boxes] == [
        ("fire", True),
        ("person", False),
        ("person", False),
    ]
    assert len(looks) == 1


def test_a_change_that_tells_of_an_older_picture_keeps_its_people() -> None:
    answers = [PEOPLE, NOTHING]
    scene = Scene(lambda _: answers.pop(0))
    scene.watch(FIRE, 0, 5)
    scene.pipeline.finish("the film ended")
    opened, closed = scene.events
    assert closed.change is Change.CLOSED
    assert (opened.persons, closed.persons) == (2, 2)
    assert answers == [NOTHING]


def test_a_model_that_fails_costs_the_people_and_not_the_event() -> None:
    def fail(_: Pixels) -> RawBoxes:
        raise RuntimeError("broken kernel")

    scene = Scene(fail)
    scene.watch(FIRE, 0, 5)
    assert [event.persons for event in scene.events] == [0]
    assert scene.counters["people_not_looked_for"] == 1


@pytest.mark.parametrize("boxes", [NOTHING, raw_boxes(("person", 0.3, (1, 1, 9, 9)))])
def test_nobody_there_is_nobody(boxes: RawBoxes) -> None:
    scene = Scene(lambda _: boxes)
    scene.watch(FIRE, 0, 5)
    assert [event.persons for event in scene.events] == [0]
