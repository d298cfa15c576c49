"""The inspection tasks of one enterprise."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.tasks.tables import InspectionTask


def history(db: Session, scope: Scope, enterprise_id: UUID, limit: int) -> Sequence[InspectionTask]:
    """Return the tasks of an enterprise within a scope, newest first."""
    query = select(InspectionTask).where(
        InspectionTask.enterprise_id == enterprise_id,
        scope.of(InspectionTask.unit_id, InspectionTask.enterprise_id),
    )
    return db.scalars(query.order_by(InspectionTask.id.desc()).limit(limit)).all()
