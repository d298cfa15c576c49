"""SQL of tasks. What a reader may see is the scope."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.tasks.states import TaskState
from server.tasks.tables import (
    InspectionTask,
    MajorHazard,
    PenaltyConsideration,
    SiteSignIn,
    TaskMember,
)


def visible(db: Session, scope: Scope, task_id: UUID) -> InspectionTask | None:
    """Return a task within a scope."""
    return db.scalar(
        select(InspectionTask).where(
            InspectionTask.id == task_id,
            scope.of(InspectionTask.unit_id, InspectionTask.enterprise_id),
        )
    )


def locked(db: Session, scope: Scope, task_id: UUID) -> InspectionTask | None:
    """Return a task within a scope, held until the transaction ends."""
    query = select(InspectionTask).where(
        InspectionTask.id == task_id,
        scope.of(InspectionTask.unit_id, InspectionTask.enterprise_id),
    )
    return db.scalar(query.with_for_update())


def task(db: Session, task_id: UUID) -> InspectionTask | None:
    """Return a task, whoever asks."""
    return db.get(InspectionTask, task_id)


def of_lead(db: Session, lead_id: UUID) -> InspectionTask | None:
    """Return the newest task that came of a lead."""
    query = select(InspectionTask).where(InspectionTask.lead_id == lead_id)
    newest = query.order_by(InspectionTask.created_at.desc(), InspectionTask.number.desc())
    return db.scalar(newest.limit(1))


def of_leads(db: Session, lead_ids: Collection[UUID]) -> Sequence[InspectionTask]:
    """Return the tasks that came of leads."""
    return db.scalars(select(InspectionTask).where(InspectionTask.lead_id.in_(lead_ids))).all()


def listed(db: Session, scope: Scope, before: UUID | None, limit: int) -> Sequence[InspectionTask]:
    """Return a page of tasks and one more, newest first."""
    query = select(InspectionTask).where(
        scope.of(InspectionTask.unit_id, InspectionTask.enterprise_id)
    )
    if before is not None:
        query = query.where(InspectionTask.id < before)
    return db.scalars(query.order_by(InspectionTask.id.desc()).limit(limit + 1)).all()


def all_in_states(db: Session, states: Collection[TaskState]) -> Sequence[InspectionTask]:
    """Return the tasks of all units in some states, oldest first."""
    query = select(InspectionTask).where(InspectionTask.state.in_(states))
    return db.scalars(query.order_by(InspectionTask.id)).all()


def visited(db: Session, enterprise_id: UUID, since: datetime) -> Sequence[InspectionTask]:
    """Return the tasks of an enterprise whose officers have been on site since a moment."""
    query = select(InspectionTask).where(
        InspectionTask.enterprise_id == enterprise_id, InspectionTask.arrived_at >= since
    )
    return db.scalars(query.order_by(InspectionTask.arrived_at)).all()


def members(db: Session, task_id: UUID) -> Sequence[TaskMember]:
    """Return who is assigned, officers before experts."""
    query = select(TaskMember).where(TaskMember.task_id == task_id)
    return db.scalars(query.order_by(TaskMember.duty.desc(), TaskMember.name)).all()


def remove_members(db: Session, task_id: UUID) -> None:
    """Let nobody be assigned; the audit chain keeps who was."""
    db.execute(delete(TaskMember).where(TaskMember.task_id == task_id))


def last_sign_ins(db: Session, task_id: UUID) -> dict[UUID, datetime]:
    """Return the last sign-in of each account."""
    query = (
        select(SiteSignIn.account_id, func.max(SiteSignIn.at).label("last"))
        .where(SiteSignIn.task_id == task_id)
        .group_by(SiteSignIn.account_id)
    )
    return {row.account_id: row.last for row in db.execute(query)}


def major_hazards(db: Session, task_id: UUID) -> Sequence[MajorHazard]:
    """Return the major hazards that were found on a task, oldest first."""
    query = select(MajorHazard).where(MajorHazard.task_id == task_id)
    return db.scalars(query.order_by(MajorHazard.found_at, MajorHazard.id)).all()


def open_major_hazards(db: Session, enterprise_id: UUID) -> Sequence[MajorHazard]:
    """Return the major hazards of an enterprise that are not removed, oldest first."""
    query = select(MajorHazard).where(
        MajorHazard.enterprise_id == enterprise_id, MajorHazard.removed_at.is_(None)
    )
    return db.scalars(query.order_by(MajorHazard.found_at, MajorHazard.id)).all()


def lacking_paperwork(db: Session) -> Sequence[MajorHazard]:
    """Return the emergency measures that no leader has approved yet, oldest first."""
    query = select(MajorHazard).where(MajorHazard.paperwork_at.is_(None))
    return db.scalars(query.order_by(MajorHazard.found_at)).all()


def considerations(db: Session, task_id: UUID) -> dict[str, PenaltyConsideration]:
    """Return the last word on each violation."""
    query = select(PenaltyConsideration).where(PenaltyConsideration.task_id == task_id)
    ordered = query.order_by(PenaltyConsideration.decided_at, PenaltyConsideration.id)
    return {row.item: row for row in db.scalars(ordered)}
