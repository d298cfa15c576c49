"""Tasks for other modules and for pages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.documents.standing import Standing
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import NotFound
from server.tasks import pages, repository, schemas
from server.tasks.drafting import create, prefill
from server.tasks.moving import Attempt
from server.tasks.onsite import (
    approve_measure,
    arrive,
    complete,
    enterprise_signs,
    refuse,
    sign,
    sign_in,
    stop_danger,
    write,
)
from server.tasks.outcome import (
    close,
    consider,
    reopen,
    result_case,
    result_none,
    result_order,
    violations_of,
)
from server.tasks.pages import Looking, is_overdue, page
from server.tasks.planning import approve, assign, cancel, edit, send_back, submit
from server.tasks.states import ENDED, OnsiteTruth, TaskState
from server.tasks.tables import InspectionTask, MajorHazard

__all__ = [
    "Attempt",
    "Looking",
    "Verified",
    "approve",
    "approve_measure",
    "arrive",
    "assign",
    "cancel",
    "close",
    "complete",
    "consider",
    "create",
    "edit",
    "enterprise_signs",
    "is_overdue",
    "listed",
    "of_lead",
    "one",
    "onsite_truths",
    "open_major_hazards",
    "page",
    "prefill",
    "refuse",
    "reopen",
    "result_case",
    "result_none",
    "result_order",
    "send_back",
    "sign",
    "sign_in",
    "standing",
    "stop_danger",
    "submit",
    "violations_of",
    "write",
]

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Verified:
    """现场核实: what two officers found of the machine's claim. The gold label of a lead."""

    truth: OnsiteTruth
    at: datetime
    note: str | None
    task_id: UUID


def of_lead(db: Session, lead_id: UUID) -> UUID | None:
    """Return the newest task that came of a lead."""
    found = repository.of_lead(db, lead_id)
    return found.id if found is not None else None


def standing(db: Session, lead_id: UUID) -> Standing | None:
    """Say how far the newest task of a lead is."""
    found = repository.of_lead(db, lead_id)
    if found is None:
        return None
    is_draft = found.state is TaskState.DRAFT
    return Standing(
        kind="inspection_task",
        id=found.id,
        is_issued=not is_draft,
        is_over=found.state in ENDED,
        is_void=found.state is TaskState.CANCELLED,
    )


def one(db: Session, looking: Looking, task_id: UUID) -> InspectionTask:
    """Return a task within the reader's scope.

    Raises:
        NotPermitted: the role reads no tasks.
        NotFound: there is none, or it lies outside the scope.
    """
    looking.actor.require(Act.TASKS_READ, looking.at)
    found = repository.visible(db, jurisdiction.scope(db, looking.actor), task_id)
    if found is None:
        raise NotFound(f"task {task_id}")
    return found


def listed(db: Session, looking: Looking, cursor: UUID | None) -> schemas.TaskList:
    """List the tasks in scope, newest first.

    Raises:
        NotPermitted: the role reads no tasks.
    """
    looking.actor.require(Act.TASKS_READ, looking.at)
    found = repository.listed(db, jurisdiction.scope(db, looking.actor), cursor, _PAGE)
    more = str(found[_PAGE - 1].id) if len(found) > _PAGE else None
    return schemas.TaskList(items=pages.rows(db, looking, found[:_PAGE]), next_cursor=more)


def onsite_truths(db: Session, lead_ids: Collection[UUID]) -> Mapping[UUID, Verified]:
    """Return what was verified on site of leads; a lead that nobody verified is not in it."""
    return {
        task.lead_id: Verified(
            OnsiteTruth(task.record["onsite_truth"]),
            task.recorded_at,
            task.record.get("truth_note"),
            task.id,
        )
        for task in repository.of_leads(db, lead_ids)
        if task.lead_id is not None
        and task.recorded_at is not None
        and task.record
        and task.record.get("onsite_truth")
    }


def open_major_hazards(db: Session, enterprise_id: UUID) -> list[MajorHazard]:
    """Return the major hazards of an enterprise that were found on site and are not removed."""
    return list(repository.open_major_hazards(db, enterprise_id))
