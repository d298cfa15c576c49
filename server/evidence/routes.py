"""Where officers look at evidence; every look is recorded (INV-9)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.evidence import service
from server.evidence.file_store import FileStore
from server.evidence.service import EvidenceSeen
from server.evidence.states import FileState
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import (
    EvidenceMismatch,
    FieldsMissing,
    NotFound,
    NotPermitted,
    NotSignedIn,
)
from server.kit.problems import answers
from server.kit.web import Ground, ground

router = APIRouter(prefix="/api/v1/evidence", tags=["evidence"])

#: A player asks for one clip many times; that is one look.
_ONE_LOOK = timedelta(minutes=10)
_SHORTEST_PURPOSE = 4
_WHY_SHOWN = "查看线索"

#: Whether an incident lies in somebody's scope; known above evidence, so it is handed in.
SeesIncident = Callable[[Session, Actor, UUID], bool]

Purpose = Annotated[
    str | None,
    Query(max_length=500, description="Why; needed for sealed originals, and recorded"),
]


@router.get(
    "/{evidence_id}/content",
    response_class=FileResponse,
    responses=answers(NotSignedIn, NotPermitted, NotFound, EvidenceMismatch),
)
def content(
    evidence_id: UUID,
    request: Request,
    actor: SignedIn,
    on: Annotated[Ground, Depends(ground)],
    purpose: Purpose = None,
) -> FileResponse:
    """Return a file's bytes, whole or the asked range."""
    now = on.clock.now()
    actor.require(Act.EVIDENCE_READ, now)
    with on.database.reading() as db:
        seen = service.one(db, evidence_id)
        is_visible = seen is not None and _sees(request)(db, actor, seen.incident_id)
    if seen is None or not is_visible or seen.sha256 is None or seen.state is FileState.ANNOUNCED:
        raise NotFound(f"evidence {evidence_id} is not there", "证据不存在或尚未上传完成")
    why = _purpose(seen, actor, on, purpose)
    path = _look(seen, actor, on, why, cast("FileStore", request.app.state.files))
    return FileResponse(
        path,
        media_type=seen.media_type or "application/octet-stream",
        headers={"Cache-Control": "private, no-cache", "Content-Disposition": "inline"},
    )


def _sees(request: Request) -> SeesIncident:
    return cast("SeesIncident", request.app.state.sees_incident)


def _purpose(seen: EvidenceSeen, actor: Actor, on: Ground, given: str | None) -> str:
    if not seen.kind.is_sealed:
        return (given or "").strip() or _WHY_SHOWN
    actor.require(Act.EVIDENCE_READ_SEALED, on.clock.now())
    purpose = (given or "").strip()
    if len(purpose) < _SHORTEST_PURPOSE:
        raise FieldsMissing(["purpose"], "查看封存原件须填写用途（至少4个字）", rule_id="INV-9")
    return purpose


def _look(seen: EvidenceSeen, actor: Actor, on: Ground, why: str, store: FileStore) -> Path:
    """Record the look, and check the bytes before the first one."""
    now = on.clock.now()
    with on.database.reading() as db:
        recent = any(
            look.actor == actor.account and look.purpose == why and now - look.at < _ONE_LOOK
            for look in audit.looks(db, Thing("evidence", str(seen.id)))
        )
    if recent and seen.state is FileState.STORED:
        return store.path(seen.sha256 or "")
    return service.open_file(on.database, store, seen, service.Look(now, actor.who, why))
