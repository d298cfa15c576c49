"""`/api/v1/tasks`: inspection tasks and the form 现场检查方案."""

import hashlib
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from server.audit import service as audit
from server.documents import service as documents
from server.documents.ground import Files, Hazards, IsDemo
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import NotFound, NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, ground
from server.tasks import service
from server.tasks.inspection_plan import plan_of
from server.tasks.schemas import Task, TaskList

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TaskId = Annotated[UUID, Path(alias="id")]


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_tasks(
    db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards, cursor: UUID | None = None
) -> TaskList:
    """List the tasks in scope, newest first."""
    return service.listed(db, clock.now(), actor, catalogue, cursor)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_task(
    task_id: TaskId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> Task:
    """Return a task with every field's mark."""
    return service.page(db, catalogue, service.one(db, clock.now(), actor, task_id))


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
        task = service.page(db, catalogue, service.one(db, now, actor, task_id))
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
