from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from edge.config import load_site
from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.incidents import Incident
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.errors import DeliveryError
from edge.fleet.box_clock import ClockReading, state_of
from edge.fleet.status_board import StatusBoard
from edge.inference.lane import Looked
from edge.ports import Frame, Outbox, RawBoxes
from edge.runtime.camera_pipeline import CameraPipeline, PipelineParts
from edge.runtime.events import EventFacts
from edge.runtime.permit_desk import PermitDesk
from edge.testing.events import Happening
from edge.testing.fake_clock import FakeClock
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.memory_recorder import MemoryRecorder
from edge.testing.scripted_backend import NOTHING, raw_boxes
from edge.testing.tally import Tally
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import Change, HazardEvent, ModelUsed
from hazard_library.contract.ids import CameraId, DeviceId, HazardId
from hazard_library.contract.message import Numbered, parse
from hazard_library.contract.topics import Channel

GATE = CameraId("gate")
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PERSON = raw_boxes(("person", 0.9, (100, 100, 160, 220)))
MODEL = ModelUsed(name="m", version="1.0.0", sha256="a" * 64, precision="float32")


class RefusingOutbox(MemoryOutbox):
    """An outbox on a disk that is sometimes full."""

    is_full = False

    def append(
        self, channel: Channel, write: Callable[[int], Numbered], incident: Incident | None = None
    ) -> Numbered:
        if self.is_full:
            raise DeliveryError("outbox.db: the disk is full; make room")
        return super().append(channel, write, incident)


class Scene:
    """One camera with rule ZONE-01 on the whole picture, and everything around it in memory."""

    def __init__(self, outbox: Outbox | None = None, permits: PermitDesk | None = None) -> None:
        self.permits = permits
        self.outbox = outbox or RefusingOutbox()
        self.recorder = MemoryRecorder()
        self.counters = Tally()
        self.pipeline = self.new_pipeline()
        self.second = 0.0

    def new_pipeline(self) -> CameraPipeline:
        catalogue = load_catalogue()
        hazard = catalogue.hazards[HazardId("ZONE-01")]
        facts = EventFacts(
            device=DeviceId("box-1"),
            boot=self.outbox.boot,
            models={hazard.id: (MODEL,)},
            severities={hazard.id: hazard.severity},
            catalogue_sha256=catalogue.sha256,
            config_sha256="c" * 64,
            clock=lambda at: state_of("file", at, ClockReading),
        )
        bindings = (RuleBinding(hazard.id, hazard.rule),)
        core = CameraCore(CoreSpec(facts.device, GATE, bindings))
        core.restore(self.outbox.open_incidents())
        parts = PipelineParts(
            self.recorder, self.outbox, FakeClock(), self.counters, permits=self.permits
        )
        return CameraPipeline(GATE, core, facts, parts)

    def see(
        self,
        boxes: RawBoxes | None,
        seconds: float,
        blind: str | None = None,
        fault: str | None = None,
    ) -> "Scene":
        for _ in range(round(seconds * 5)):
            at = Moment(100 + self.second, BEGIN + timedelta(seconds=self.second))
            frame = Frame(GATE, round(self.second * 5) + 1, at, np.zeros((480, 640, 3), np.uint8))
            self.pipeline.step(Looked(frame, boxes, blind=blind, fault=fault))
            self.second += 0.2
        return self

    @property
    def events(self) -> list[HazardEvent]:
        return [parse(HazardEvent, kept.payload) for kept in self.outbox.pending(1000)]

    @property
    def changes(self) -> list[Change]:
        return [event.change for event in self.events]


def test_somebody_in_the_zone_for_long_enough_is_one_event_with_evidence() -> None:
    scene = Scene().see(NOTHING, 1).see(PERSON, 8)
    (event,) = scene.events
    assert (event.change, event.hazard, event.camera, event.seq) == (
        Change.OPENED,
        "ZONE-01",
        "gate",
        1,
    )
    assert event.started_at == BEGIN + timedelta(seconds=1)
    assert event.opened_at - event.started_at == pytest.approx(
        timedelta(seconds=3), abs=timedelta(seconds=0.3)
    )
    assert (event.width, event.height, event.persons) == (640, 480, 1)
    assert [(box.label, box.subject) for box in event.boxes] == [("person", True)]
    assert [ref.kind for ref in event.evidence] == ["frame_original"]
    assert event.models == (MODEL,)


def test_the_incident_is_kept_with_its_event_and_an_end_of_the_film_closes_both() -> None:
    scene = Scene().see(PERSON, 8)
    assert [incident.seq for incident in scene.outbox.open_incidents()] == [1]
    scene.pipeline.finish("the film ended")
    assert scene.changes == [Change.OPENED, Change.CLOSED]
    assert scene.events[1].ended_at == scene.events[1].last_held_at
    assert scene.outbox.open_incidents() == ()
    assert scene.recorder.ended == [(GATE, "the film ended")]


def test_a_restart_with_an_open_incident_tells_nothing_new_in_a_steady_scene(
    tmp_path: Path,
) -> None:
    clock, tally = FakeClock(BEGIN, 100.0), Tally()
    first = SqliteOutbox(tmp_path / "outbox.db", clock.now(), tally)
    scene = Scene(first).see(PERSON, 8)
    opened = scene.events[0].incident_id
    first.close()
    events: list[HazardEvent] = []
    for _ in range(20):
        clock.wait(0.1)
        outbox = SqliteOutbox(tmp_path / "outbox.db", clock.now(), tally)
        scene.outbox = outbox
        scene.pipeline = scene.new_pipeline()
        scene.see(PERSON, 5)
        events = scene.events
        outbox.close()
    assert [event.change for event in events].count(Change.OPENED) == 1
    assert {event.incident_id for event in events} == {opened}


def test_what_is_open_of_a_hazard_that_the_catalogue_has_lost_is_closed_and_the_camera_goes_on(
    tmp_path: Path,
) -> None:
    outbox = SqliteOutbox(tmp_path / "outbox.db", FakeClock(BEGIN, 100.0).now(), Tally())
    gone = Happening(Moment(100.0, BEGIN), hazard=HazardId("OLD-01"))
    outbox.append(Channel.INCIDENT, gone.event(outbox.boot), gone.incident())
    scene = Scene(outbox).see(PERSON, 8)
    assert [(event.hazard, event.change, event.severity) for event in scene.events] == [
        ("ZONE-01", Change.OPENED, 3),
        ("OLD-01", Change.OPENED, 2),
        ("OLD-01", Change.CLOSED, 1),
    ]
    assert [one.hazard for one in outbox.open_incidents()] == ["ZONE-01"]
    outbox.close()


def test_from_a_covered_picture_nothing_is_found() -> None:
    scene = Scene().see(PERSON, 8, blind="the picture is dark or covered")
    assert scene.events == []
    assert scene.recorder.observed == []


def test_a_picture_the_model_failed_on_is_no_evidence_of_absence() -> None:
    scene = Scene().see(PERSON, 8).see(None, 60, fault="broken kernel")
    assert Change.CLOSED not in scene.changes


def test_an_incident_goes_out_without_the_evidence_that_could_not_be_kept() -> None:
    scene = Scene()
    scene.recorder.is_broken = True
    scene.see(PERSON, 8)
    assert [event.evidence for event in scene.events] == [()]
    assert scene.counters["evidence_failed"] == 1


def test_a_full_disk_keeps_events_back_and_tells_them_in_order_when_there_is_room() -> None:
    outbox = RefusingOutbox()
    outbox.is_full = True
    scene = Scene(outbox).see(PERSON, 8)
    assert (scene.events, scene.pipeline.untold) == ([], 1)
    outbox.is_full = False
    scene.see(PERSON, 1)
    assert (scene.changes, scene.pipeline.untold) == ([Change.OPENED], 0)
    assert [event.message_no for event in scene.events] == [1]


def test_a_pipeline_that_follows_goes_on_with_what_is_open_and_what_a_full_disk_kept_back() -> None:
    outbox = RefusingOutbox()
    scene = Scene(outbox)
    outbox.is_full = True
    scene.see(PERSON, 8)
    assert scene.events == []

    following = scene.new_pipeline()
    scene.pipeline.hand_over(following)
    scene.pipeline = following
    outbox.is_full = False
    following.adopt_configuration("d" * 64)
    scene.see(PERSON, 70)
    # Told again as soon as it holds by the new rules, and after a minute.
    assert scene.changes == [Change.OPENED, Change.UPDATED, Change.UPDATED]
    assert len({event.incident_id for event in scene.events}) == 1
    assert {event.config_sha256 for event in scene.events} == {"d" * 64}


SITE = """\
site: yard
device: box-1
stores: stores
cameras:
  - id: gate
    source: {kind: file, path: a.mp4}
    whole_picture: true
    hazards: [{id: ZONE-01}]
"""
MAINTENANCE = """\
permits:
  - {id: JX-7, kind: 检维修, cameras: [gate], hazards: [ZONE-01], from: 2026-03-02T08:00:00Z,
     to: 2026-03-02T08:00:20Z}
"""


def test_under_a_permit_nothing_is_told_but_what_it_excused_is_counted(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "permits.yaml").write_text(MAINTENANCE, encoding="utf-8")
    board = StatusBoard()
    permits = PermitDesk(FakeClock(), board)
    permits.look(load_site(tmp_path / "site.yaml", load_catalogue()), load_catalogue())
    scene = Scene(permits=permits).see(PERSON, 19.0)
    assert scene.events == []
    assert board.counters() == {"incidents_excused": 1}
    assert [(one.id, one.excused) for one in board.snapshot().permits] == [("JX-7", 1)]
    assert scene.see(PERSON, 6.0).changes == [Change.OPENED]
