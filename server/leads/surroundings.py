"""What a lead's page tells of what lies around it: verdicts, proposals, children, look-alikes."""

from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Hazard
from hazard_library.contract.ids import CameraId, DeviceId
from server.documents.schemas import Named
from server.fleet import service as fleet
from server.identity import service as identity
from server.identity.actor import Actor
from server.leads import repository, said, schemas
from server.leads.allowing import Looking, allowed
from server.leads.children import children
from server.leads.desk_tables import LeadProposal, LeadVerdict
from server.leads.joining import RECURRENCE_WITHIN
from server.leads.states import OPEN
from server.leads.tables import Lead


def surroundings(
    db: Session, at: datetime, actor: Actor, hazard: Hazard | None, lead: Lead
) -> dict[str, object]:
    """Return the members of a lead's page that are none of its own columns."""
    proposal = repository.waiting_proposal(db, lead.id)
    looking = Looking(at, actor, hazard, is_waiting=proposal is not None)
    since = lead.first_seen - RECURRENCE_WITHIN
    return {
        "allowed": allowed(db, looking, lead),
        "said": [_said(db, row) for row in said.verdicts_of(db, lead.id)],
        "waiting": waiting(db, proposal) if proposal is not None else None,
        "children": [
            schemas.Child(kind=one.kind, id=one.id, over=one.is_over)
            for one in children(db, lead.id)
        ],
        "alike": _alike(db, lead) if lead.state in OPEN else [],
        "duplicate_of": lead.duplicate_of,
        "muted_until": lead.muted_until,
        "again_at": lead.again_at,
        "earlier_confirmed": repository.earlier_confirmed(db, lead.site_id, lead.hazard, since),
    }


def waiting(db: Session, proposal: LeadProposal) -> schemas.Waiting:
    """Write what waits for the leader."""
    return schemas.Waiting(
        event=proposal.event,
        reason=proposal.reason,
        basis=proposal.basis,
        by=identity.name_of(db, proposal.proposed_by),
        at=proposal.proposed_at,
    )


def _said(db: Session, row: LeadVerdict) -> schemas.Said:
    return schemas.Said(
        verdict=row.verdict,
        reason=row.reason,
        by=identity.name_of(db, row.by),
        at=row.at,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
    )


def _alike(db: Session, lead: Lead) -> list[schemas.Alike]:
    """Suggest duplicates: another camera of the same area, the same hazard, within ten minutes."""
    area = _area(db, lead)
    return [
        schemas.Alike(
            id=other.id,
            number=other.number,
            camera=Named(id=other.camera, name=other.camera_name),
            first_seen=other.first_seen,
        )
        for other in repository.near_elsewhere(db, lead)
        if area is not None and _area(db, other) == area
    ]


def _area(db: Session, lead: Lead) -> str | None:
    camera = fleet.camera(db, DeviceId(lead.device), CameraId(lead.camera))
    return camera.place if camera is not None else None
