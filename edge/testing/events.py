"""Incidents and events, ready-made: say what matters to a test and leave the rest."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from edge.core.incidents import Incident
from edge.core.moment import Moment
from edge.testing.fake_clock import START
from hazard_library.contract.clock import ClockState
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import (
    CameraId,
    DeviceId,
    HazardId,
    ZoneId,
    event_message_id,
    incident_id,
)

BOX = DeviceId("box-1")
GATE = CameraId("gate")
NO_HELMET = HazardId("PPE-01")
_SHA = "0" * 64


@dataclass(frozen=True, slots=True)
class Happening:
    """One incident that a test makes up; `opened` names it, as on a real box."""

    opened: Moment = field(default_factory=lambda: Moment(1000.0, START))
    device: DeviceId = BOX
    camera: CameraId = GATE
    hazard: HazardId = NO_HELMET
    zone: ZoneId | None = None
    severity: int = 2

    def incident(self, seq: int = 1, held_s: float = 0.0) -> Incident:
        """Return the book's entry after its `seq`-th change."""
        return Incident(
            id=incident_id(self.device, self.camera, self.hazard, self.zone, self.opened.utc),
            camera=self.camera,
            hazard=self.hazard,
            zone=self.zone,
            started=later(self.opened, -5.0),
            opened=self.opened,
            last_held=later(self.opened, held_s),
            seq=seq,
            score=0.9,
        )

    def event(
        self, boot: str, seq: int = 1, change: Change = Change.OPENED
    ) -> Callable[[int], HazardEvent]:
        """Return what an outbox needs to write the event: a number in, the event out."""
        incident = self.incident(seq)
        held = incident.last_held.utc

        def write(number: int) -> HazardEvent:
            return HazardEvent(
                id=event_message_id(incident.id, seq),
                device=self.device,
                sent_at=held,
                boot=boot,
                message_no=number,
                incident_id=incident.id,
                seq=seq,
                change=change,
                camera=self.camera,
                hazard=self.hazard,
                zone=self.zone,
                severity=self.severity,
                started_at=incident.started.utc,
                opened_at=incident.opened.utc,
                last_held_at=held,
                ended_at=held if change is Change.CLOSED else None,
                clock=ClockState(source="file", synchronised=None, uncertainty_ms=0.0),
                score=incident.score,
                persons=1,
                boxes=(),
                width=640,
                height=360,
                measured={"for_s": 5.0},
                required={"for_s": 5.0},
                models=(),
                catalogue_sha256=_SHA,
                config_sha256=_SHA,
            )

        return write


def happenings(count: int, camera: str = GATE) -> list[Happening]:
    """Return incidents of one camera that opened a second apart."""
    first = Moment(1000.0, START)
    return [Happening(later(first, float(n)), camera=CameraId(camera)) for n in range(count)]


def later(at: Moment, seconds: float) -> Moment:
    """Return the moment that many seconds later."""
    return Moment(at.mono + seconds, at.utc + timedelta(seconds=seconds), at.uncertainty_s)
