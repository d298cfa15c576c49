"""What a pipeline tells of a camera whose own state is the hazard."""

from datetime import timedelta

import numpy as np

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.fleet.box_clock import ClockReading, state_of
from edge.inference.lane import Looked
from edge.ports import Frame
from edge.runtime.camera_pipeline import CameraPipeline, PipelineParts
from edge.runtime.events import EventFacts
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.memory_recorder import MemoryRecorder
from edge.testing.scripted_backend import NOTHING
from edge.testing.tally import Tally
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.device import CameraCondition as State
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import CameraId, DeviceId, HazardId
from hazard_library.contract.message import parse

GATE = CameraId("gate")


class Camera:
    """One camera with hazards of its state, and everything around it in memory."""

    def __init__(self, *hazards: str) -> None:
        self.outbox, self.recorder = MemoryOutbox(), MemoryRecorder()
        catalogue = load_catalogue()
        known = [catalogue.hazards[HazardId(one)] for one in hazards]
        facts = EventFacts(
            device=DeviceId("box-1"),
            boot=self.outbox.boot,
            models={},
            severities={one.id: one.severity for one in known},
            catalogue_sha256=catalogue.sha256,
            config_sha256="c" * 64,
            clock=lambda at: state_of("arrival", at, ClockReading),
        )
        bindings = tuple(RuleBinding(one.id, one.rule) for one in known)
        core = CameraCore(CoreSpec(facts.device, GATE, bindings))
        parts = PipelineParts(self.recorder, self.outbox, FakeClock(), Tally())
        self.pipeline = CameraPipeline(GATE, core, facts, parts)
        self.second = 0.0

    def _now(self) -> Moment:
        self.second += 0.5
        return Moment(100 + self.second, START + timedelta(seconds=self.second))

    def seen(self, state: State, seconds: float, fault: str | None = None) -> "Camera":
        for _ in range(round(seconds * 2)):
            frame = Frame(GATE, 1, self._now(), np.zeros((48, 64, 3), np.uint8), (), state)
            blind = "it is covered" if state is State.DARK_OR_COVERED else None
            self.pipeline.step(Looked(frame, NOTHING, blind=blind, fault=fault))
        return self

    def away(self, state: State, seconds: float) -> "Camera":
        for _ in range(round(seconds * 2)):
            self.pipeline.unseen(self._now(), "offline", state)
        return self

    @property
    def told(self) -> list[tuple[str, Change]]:
        events = [parse(HazardEvent, kept.payload) for kept in self.outbox.pending(1000)]
        return [(one.hazard, one.change) for one in events if one.change is not Change.UPDATED]


def test_an_outage_is_one_incident_that_closes_when_the_camera_sees_again() -> None:
    camera = Camera("CAM-05").seen(State.OK, 10).away(State.OFFLINE, 100).away(State.NO_FRAMES, 60)
    assert camera.told == [("CAM-05", Change.OPENED)]
    assert camera.recorder.captured_states == ["CAM-05"]
    camera.seen(State.OK, 880).away(State.OFFLINE, 130).seen(State.OK, 880)
    assert camera.told == [("CAM-05", Change.OPENED)], "it came back within the cool-down"
    assert camera.seen(State.OK, 30).told[-1] == ("CAM-05", Change.CLOSED)


def test_a_model_that_fails_hides_no_state_of_the_camera() -> None:
    camera = Camera("CAM-02", "CAM-05").seen(State.OK, 5).seen(State.MOVED, 125, fault="broken")
    assert camera.told == [("CAM-02", Change.OPENED)]


def test_a_camera_of_a_box_that_cannot_analyse_is_no_camera_in_trouble() -> None:
    camera = Camera("CAM-01", "CAM-02", "CAM-03", "CAM-05").seen(State.OK, 400, fault="overloaded")
    assert camera.told == []


def test_a_recorder_hears_of_states_only_where_they_are_hazards() -> None:
    assert len(Camera("CAM-01").seen(State.DARK_OR_COVERED, 5).recorder.states) == 10
    assert Camera("ZONE-01").seen(State.DARK_OR_COVERED, 5).recorder.states == []
