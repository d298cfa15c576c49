"""Incidents: one camera + hazard + zone, opened once, however long it lasts."""

from dataclasses import dataclass

from edge.core.findings import Finding
from edge.core.moment import Moment
from edge.core.scene import Scene
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, HazardId, IncidentId, ZoneId


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as the book keeps it.

    started: the condition first held; opened: the rule completed; last_held: it last held.
    """

    id: IncidentId
    camera: CameraId
    hazard: HazardId
    zone: ZoneId | None
    started: Moment
    opened: Moment
    last_held: Moment
    seq: int
    score: float


@dataclass(frozen=True, slots=True)
class IncidentChange:
    """An incident opened, went on, or closed.

    finding, scene: the newest look at which the rule was fulfilled. For `opened` it is the present
    one; for `updated` and `closed` it may be an older one, so that the newest message still says
    what was seen. None only when nothing was seen since a restart.
    """

    change: Change
    incident: Incident
    finding: Finding | None
    scene: Scene | None
