"""SQL of tasks. What a reader may see is the scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.tasks.tables import InspectionTask


def visible(db: Session, scope: Scope, task_id: UUID) -> InspectionTask | None:
    """Return a task within a scope."""
    return db.scalar(
        select(InspectionTask).where(
            InspectionTask.id == task_id,
            scope.of(InspectionTask.unit_id, InspectionTask.enterprise_id),
        )
    )


def of_lead(db: Session, lead_id: UUID) -> InspectionTask | None:
    """Return the task that came of a lead."""
    return db.scalar(select(InspectionTask).where(InspectionTask.lead_id == lead_id))


def listed(db: Session, scope: Scope, before: UUID | None, limit: int) -> Sequence[InspectionTask]:
    """Return a page of tasks and one more, newest first."""
    query = select(InspectionTask).where(
        scope.of(InspectionTask.unit_id, InspectionTask.enterprise_id)
    )
    if before is not None:
        query = query.where(InspectionTask.id < before)
    return db.scalars(query.order_by(InspectionTask.id.desc()).limit(limit + 1)).all()
