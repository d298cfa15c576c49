"""`/api/v1/tasks`: reading inspection tasks, planning them, and the form 现场检查方案."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.calendar import service as calendar
from server.documents import service as documents
from server.documents.ground import Files, Hazards, IsDemo
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    VersionNotGiven,
)
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, Writing, ground
from server.tasks import bodies, service
from server.tasks.inspection_plan import plan_of
from server.tasks.schemas import Task, TaskList
from server.tasks.service import Attempt, Looking

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TaskId = Annotated[UUID, Path(alias="id")]
REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)


@dataclass(frozen=True, slots=True)
class Deciding:
    """One act on a task as it came: who, which task and version, under which key."""

    on: Ground
    actor: Actor
    catalogue: Catalogue
    task_id: UUID
    version: int
    key: str | None

    def by(self, event: str, body: BaseModel, act: Callable[[Session, Attempt], UUID]) -> Task:
        """Do it once for a key, and answer the task's page as it is afterwards."""
        at = self.on.clock.now()
        tried = Attempt(at, self.actor, self.task_id, self.version)
        asked = Asked(self.actor.id, self.key, f"task/{self.task_id}/{event}", body, at)

        def answer() -> Task:
            looking = Looking(at, self.actor, self.catalogue, calendar.current(db))
            return service.page(db, looking, service.one(db, looking, act(db, tried)))

        with self.on.database.writing() as db:
            return once(db, asked, Task, answer)


def _deciding(
    task_id: TaskId,
    on: Annotated[Ground, Depends(ground)],
    actor: SignedIn,
    catalogue: Hazards,
    version: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> Deciding:
    return Deciding(on, actor, catalogue, task_id, version, idempotency_key)


Decide = Annotated[Deciding, Depends(_deciding)]


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_tasks(
    db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards, cursor: UUID | None = None
) -> TaskList:
    """List the tasks in scope, newest first."""
    looking = Looking(clock.now(), actor, catalogue, calendar.current(db))
    return service.listed(db, looking, cursor)


@router.post("", responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing))
def create_task(
    body: bodies.NewTask,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    idempotency_key: IdempotencyKey = None,
) -> Task:
    """新建: a draft from a plan, a signal or a superior's order; leads make their own."""
    at = clock.now()
    looking = Looking(at, actor, catalogue, calendar.current(db))
    asked = Asked(actor.id, idempotency_key, "tasks/create", body, at)

    def answer() -> Task:
        made = service.create(db, at, actor, catalogue, body)
        return service.page(db, looking, service.one(db, looking, made))

    return once(db, asked, Task, answer)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_task(
    task_id: TaskId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> Task:
    """Return a task: its fields with their marks, its people, its record, what came of it."""
    looking = Looking(clock.now(), actor, catalogue, calendar.current(db))
    return service.page(db, looking, service.one(db, looking, task_id))


@router.get(
    "/{id}/documents/inspection-plan.docx",
    response_class=Response,
    responses={
        200: {"content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}},
        **answers(NotSignedIn, NotPermitted, NotFound),
    },
)
def download_inspection_plan(
    task_id: TaskId,
    actor: SignedIn,
    catalogue: Hazards,
    files: Files,
    is_demo: IsDemo,
    on: Annotated[Ground, Depends(ground)],
) -> Response:
    """Write the 现场检查方案; the download is recorded as an export."""
    now = on.clock.now()
    actor.require(Act.DOCUMENTS_DOWNLOAD, now)
    with on.database.reading() as db:
        looking = Looking(now, actor, catalogue, calendar.current(db))
        task = service.page(db, looking, service.one(db, looking, task_id))
    content = documents.render(plan_of(task, files, now), demo=is_demo)
    with on.database.writing() as db:
        thing = audit.Thing("inspection_task", str(task.id), task.version)
        sha256 = hashlib.sha256(content).hexdigest()
        detail = {"form": "inspection-plan.docx", "sha256": sha256, "demo": is_demo}
        audit.record(db, now, actor.who, thing, audit.Act("exported", detail=detail))
        audit.record_access(db, now, actor.who, thing, "导出现场检查方案")
    name = quote(f"现场检查方案-{task.number}.docx")
    disposition = f"attachment; filename=\"{task.number}.docx\"; filename*=UTF-8''{name}"
    return Response(content, media_type=DOCX, headers={"Content-Disposition": disposition})


@router.post("/{id}/edit", responses=REFUSALS)
def edit(body: bodies.EditTask, deciding: Decide) -> Task:
    """修改草稿: what was proposed, and what only the officer writes."""
    catalogue = deciding.catalogue
    return deciding.by("edit", body, lambda db, tried: service.edit(db, tried, catalogue, body))


@router.post("/{id}/submit", responses=REFUSALS)
def submit(body: bodies.Nothing, deciding: Decide) -> Task:
    """提交审批."""
    catalogue = deciding.catalogue
    return deciding.by("submit", body, lambda db, tried: service.submit(db, tried, catalogue))


@router.post("/{id}/approve", responses=REFUSALS)
def approve(body: bodies.ApproveTask, deciding: Decide) -> Task:
    """批准: a leader who had no other part in the matter."""
    return deciding.by("approve", body, lambda db, tried: service.approve(db, tried, body))


@router.post("/{id}/return", responses=REFUSALS)
def send_back(body: bodies.WithReason, deciding: Decide) -> Task:
    """退回, with the reason."""
    return deciding.by("return", body, lambda db, tried: service.send_back(db, tried, body))


@router.post("/{id}/assign", responses=REFUSALS)
def assign(body: bodies.AssignTask, deciding: Decide) -> Task:
    """派发: two certified officers of the unit, or a change of people or day."""
    return deciding.by("assign", body, lambda db, tried: service.assign(db, tried, body))


@router.post("/{id}/cancel", responses=REFUSALS)
def cancel(body: bodies.WithReason, deciding: Decide) -> Task:
    """取消, with the reason."""
    return deciding.by("cancel", body, lambda db, tried: service.cancel(db, tried, body))
