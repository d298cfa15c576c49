"""From a change of an incident to the message that tells it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from edge.core.findings import Finding
from edge.core.incidents import IncidentChange
from edge.core.labels import PERSON
from edge.core.moment import Moment
from edge.core.scene import Scene, Track
from hazard_library.contract.clock import ClockState
from hazard_library.contract.events import Box, Change, HazardEvent, ModelUsed
from hazard_library.contract.evidence import EvidenceRef
from hazard_library.contract.ids import DeviceId, HazardId, event_message_id

_MOST_BOXES = 100
_LEAST_SEVERITY = 1


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What every event of one camera says about the box and its configuration.

    models: hazard → the models that answer for the classes of its rule. clock: says how far a
    moment of this camera can be trusted.
    """

    device: DeviceId
    boot: str
    models: Mapping[HazardId, tuple[ModelUsed, ...]]
    severities: Mapping[HazardId, int]
    catalogue_sha256: str
    config_sha256: str
    clock: Callable[[Moment], ClockState]


@dataclass(frozen=True, slots=True)
class Told:
    """A change with everything that its message needs, but the number and the time of writing.

    size: width and height of the picture, for a change that has no scene of its own.
    """

    change: IncidentChange
    evidence: tuple[EvidenceRef, ...]
    size: tuple[int, int]


def event_writer(facts: EventFacts, told: Told, sent_at: datetime) -> Callable[[int], HazardEvent]:
    """Return what writes the event once the outbox gives it its number."""
    incident, scene = told.change.incident, told.change.scene
    closed = told.change.change is Change.CLOSED
    width, height = told.size if scene is None else (scene.width, scene.height)
    finding = told.change.finding

    def write(message_no: int) -> HazardEvent:
        return HazardEvent(
            id=event_message_id(incident.id, incident.seq),
            device=facts.device,
            sent_at=sent_at,
            boot=facts.boot,
            message_no=message_no,
            incident_id=incident.id,
            seq=incident.seq,
            change=told.change.change,
            camera=incident.camera,
            hazard=incident.hazard,
            zone=incident.zone,
            # What is open of a hazard that the catalogue has lost must be closed all the same.
            severity=facts.severities.get(incident.hazard, _LEAST_SEVERITY),
            started_at=incident.started.utc,
            opened_at=incident.opened.utc,
            last_held_at=incident.last_held.utc,
            ended_at=incident.last_held.utc if closed else None,
            clock=facts.clock(incident.last_held),
            score=_rounded(min(1.0, incident.score)),
            persons=0 if scene is None else len(scene.of(PERSON)),
            boxes=_boxes(finding, scene),
            width=width,
            height=height,
            measured={} if finding is None else _numbers(finding.measured),
            required={} if finding is None else _numbers(finding.required),
            models=facts.models.get(incident.hazard, ()),
            catalogue_sha256=facts.catalogue_sha256,
            config_sha256=facts.config_sha256,
            evidence=told.evidence,
        )

    return write


def _boxes(finding: Finding | None, scene: Scene | None) -> tuple[Box, ...]:
    """Return the finding's objects first, then the others in the picture."""
    if finding is None:
        return ()
    subjects = {track.id for track in finding.subjects}
    others = {track.id: track for track in (*finding.context, *(scene.tracks if scene else ()))}
    rest = [track for number, track in others.items() if number not in subjects]
    ordered = [(track, True) for track in finding.subjects] + [(track, False) for track in rest]
    return tuple(_box(track, is_subject) for track, is_subject in ordered[:_MOST_BOXES])


def _box(track: Track, is_subject: bool) -> Box:  # noqa: FBT001 - both cases come from one list
    x1, y1, x2, y2 = (round(float(edge), 1) for edge in track.box)
    return Box(
        label=track.label,
        score=_rounded(min(1.0, track.score)),
        box=(x1, y1, x2, y2),
        subject=is_subject,
    )


def _numbers(values: Mapping[str, float]) -> dict[str, float]:
    return {name: _rounded(value) for name, value in values.items()}


def _rounded(value: float) -> float:
    """Keep four places: more is noise, and differs between processors."""
    return round(float(value), 4)
