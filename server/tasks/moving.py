"""How a task moves: who may, which version, what its state allows; and what is written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.documents import following
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit import live
from server.kit.errors import NotFound
from server.kit.live import Change, Kind
from server.kit.preconditions import check_version
from server.tasks import repository
from server.tasks.states import ENDED, TASK, TaskEvent
from server.tasks.tables import InspectionTask

_E = TaskEvent

#: What the permission is to each event.
ACT_FOR = {
    _E.EDIT: Act.TASKS_EDIT,
    _E.SUBMIT: Act.TASKS_EDIT,
    _E.APPROVE: Act.TASKS_APPROVE,
    _E.RETURN: Act.TASKS_APPROVE,
    _E.ASSIGN: Act.TASKS_APPROVE,
    _E.CANCEL: Act.TASKS_APPROVE,
    _E.SIGN_IN: Act.TASKS_EDIT,
    _E.ARRIVE: Act.TASKS_EDIT,
    _E.REFUSE: Act.TASKS_EDIT,
    _E.STOP_DANGER: Act.TASKS_EDIT,
    _E.APPROVE_MEASURE: Act.TASKS_APPROVE,
    _E.WRITE: Act.TASKS_EDIT,
    _E.SIGN: Act.TASKS_EDIT,
    _E.RECORD: Act.TASKS_EDIT,
    _E.RESULT_NONE: Act.TASKS_EDIT,
    _E.RESULT_ORDER: Act.TASKS_EDIT,
    _E.RESULT_CASE: Act.TASKS_EDIT,
    _E.CONSIDER: Act.TASKS_EDIT,
    _E.CLOSE: Act.TASKS_EDIT,
    _E.REOPEN: Act.TASKS_APPROVE,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who acts when on which version of which task."""

    at: datetime
    actor: Actor
    task_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a task: why, and what else the audit chain keeps of it."""

    event: TaskEvent
    reason: str | None = None
    detail: Mapping[str, object] | None = None


def taken(db: Session, tried: Attempt, event: TaskEvent) -> InspectionTask:
    """Lock the task and refuse who may not, what has changed, and what the state forbids.

    Raises:
        NotPermitted: the role may not, the certificate is not valid, or the task is another
            unit's (R-020).
        NotFound: there is none in scope.
        StaleVersion: it was changed since.
        NotAllowedNow: the state does not know the event.
    """
    tried.actor.require(ACT_FOR[event], tried.at)
    task = repository.locked(db, jurisdiction.scope(db, tried.actor), tried.task_id)
    if task is None:
        raise NotFound(f"task {tried.task_id}")
    jurisdiction.require_unit(tried.actor, identity.unit_ref(db, task.unit_id))
    check_version(f"task {task.number}", tried.version, task.version)
    TASK.after(task.state, event)
    return task


def move(db: Session, tried: Attempt, task: InspectionTask, step: Step) -> None:
    """Write the next state with its audit entry, and tell the pages."""
    before = task.state
    task.state = TASK.after(before, step.event)
    task.version += 1
    db.flush()
    act = audit.Act(step.event, before, task.state, step.reason, dict(step.detail or {}))
    audit.record(db, tried.at, tried.actor.who, thing_of(task), act)
    tell(db, tried.at, task)
    if task.state in ENDED and task.lead_id is not None:
        following.moved(db, tried.at, tried.actor.who, task.lead_id)


def tell(db: Session, at: datetime, task: InspectionTask) -> None:
    """Tell the pages that a task is another now."""
    told = {"version": task.version, "state": task.state}
    live.announce(db, at, Change(Kind.TASK, str(task.id), told))


def thing_of(task: InspectionTask) -> audit.Thing:
    """Name a task for the audit chain."""
    return audit.Thing("inspection_task", str(task.id), task.version)


def sendable(events: Iterable[TaskEvent], actor: Actor, at: datetime) -> list[TaskEvent]:
    """Return those of the events that somebody may send now."""
    return [one for one in events if actor.may(ACT_FOR[one], at)]
