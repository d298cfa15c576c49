"""SQL of leads by camera, for online patrols."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.leads.repository import in_reach
from server.leads.states import OPEN
from server.leads.tables import Lead, LeadIncident

#: Incidents that are looked through for a picture.
_NEWEST = 20


def newest_of_camera(
    db: Session, device: str, camera: str, since: datetime
) -> Sequence[LeadIncident]:
    """Return a camera's incidents that opened since a moment, newest first, a few."""
    query = select(LeadIncident).where(
        LeadIncident.device == device,
        LeadIncident.camera == camera,
        LeadIncident.opened_at >= since,
    )
    return db.scalars(query.order_by(LeadIncident.started_at.desc()).limit(_NEWEST)).all()


def open_of_camera(db: Session, scope: Scope, device: str, camera: str) -> Sequence[Lead]:
    """Return the undecided leads of a camera in reach, oldest first."""
    query = select(Lead).where(
        in_reach(scope), Lead.device == device, Lead.camera == camera, Lead.state.in_(OPEN)
    )
    return db.scalars(query.order_by(Lead.first_seen)).all()


def cameras_open(db: Session, unit_id: UUID) -> set[tuple[str, str]]:
    """Return (device, camera) of a unit's undecided leads."""
    query = select(Lead.device, Lead.camera).where(Lead.unit_id == unit_id, Lead.state.in_(OPEN))
    return {(row[0], row[1]) for row in db.execute(query.distinct())}
