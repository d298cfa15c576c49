"""What an online patrol asks leads about a camera: its newest picture, and what is open there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import HazardId
from server.evidence import service as evidence
from server.evidence.states import FileState
from server.identity.actor import Actor
from server.jurisdiction import service as jurisdiction
from server.leads import camera_queries, repository


@dataclass(frozen=True, slots=True)
class CameraPicture:
    """A shown picture of a camera whose bytes are here; heads are blurred in it."""

    evidence_id: UUID
    sha256: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLead:
    """An undecided lead of a camera (疑似)."""

    id: UUID
    number: str
    hazard: HazardId


def newest_picture(db: Session, device: str, camera: str, since: datetime) -> CameraPicture | None:
    """Return the newest shown picture of a camera that was taken since a moment."""
    for incident in camera_queries.newest_of_camera(db, device, camera, since):
        for seen in evidence.of_incidents(db, [incident.incident_id]):
            is_shown = seen.kind is EvidenceKind.FRAME_SHOWN and seen.state is FileState.STORED
            if is_shown and seen.sha256 is not None:
                return CameraPicture(seen.id, seen.sha256, incident.opened_at)
    return None


def open_at(db: Session, actor: Actor, device: str, camera: str) -> list[OpenLead]:
    """Return the undecided leads of a camera that the actor sees, oldest first."""
    found = camera_queries.open_of_camera(db, jurisdiction.scope(db, actor), device, camera)
    return [OpenLead(lead.id, lead.number, HazardId(lead.hazard)) for lead in found]


def cameras_with_open_leads(db: Session, unit_id: UUID) -> set[tuple[str, str]]:
    """Return (device, camera) of a unit's undecided leads."""
    return camera_queries.cameras_open(db, unit_id)


def hazard_of(db: Session, lead_id: UUID) -> HazardId:
    """Return which hazard a lead suspects."""
    return HazardId(repository.lead(db, lead_id).hazard)
