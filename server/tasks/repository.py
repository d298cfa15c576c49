"""SQL of tasks. What a reader may see is the condition on units."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.tasks.tables import InspectionTask


def visible(db: Session, units: Collection[UUID], task_id: UUID) -> InspectionTask | None:
    """Return a task of these units."""
    return db.scalar(
        select(InspectionTask).where(
            InspectionTask.id == task_id, InspectionTask.unit_id.in_(units)
        )
    )


def of_lead(db: Session, lead_id: UUID) -> InspectionTask | None:
    """Return the task that came of a lead."""
    return db.scalar(select(InspectionTask).where(InspectionTask.lead_id == lead_id))


def listed(
    db: Session, units: Collection[UUID], before: UUID | None, limit: int
) -> Sequence[InspectionTask]:
    """Return a page of tasks and one more, newest first."""
    query = select(InspectionTask).where(InspectionTask.unit_id.in_(units))
    if before is not None:
        query = query.where(InspectionTask.id < before)
    return db.scalars(query.order_by(InspectionTask.id.desc()).limit(limit + 1)).all()
