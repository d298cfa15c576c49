"""Where officers look at evidence; every look is recorded (INV-9)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from server.audit import service as audit
from server.audit.service import Thing
from server.evidence import export as exporting
from server.evidence import service
from server.evidence.arriving import EvidenceStore
from server.evidence.material_states import LEAD_ONLY_MARK
from server.evidence.sending import BytesWanted, sent
from server.evidence.service import EvidenceSeen
from server.evidence.states import NOT_HERE, FileState
from server.fleet import service as fleet
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
_PIECE = 1024 * 1024
_WHY_SHOWN = "查看线索"

#: Whether an incident lies in somebody's scope; known above evidence, so it is handed in.
SeesIncident = Callable[[Session, Actor, UUID], bool]

Purpose = Annotated[
    str | None,
    Query(max_length=500, description="Why; needed for sealed originals, and recorded"),
]


@router.get(
    "/{evidence_id}/content",
    response_class=StreamingResponse,
    responses=answers(NotSignedIn, NotPermitted, NotFound, EvidenceMismatch),
)
def content(
    evidence_id: UUID,
    request: Request,
    actor: SignedIn,
    on: Annotated[Ground, Depends(ground)],
    purpose: Purpose = None,
) -> StreamingResponse:
    """Return a file's bytes, whole or the asked range."""
    now = on.clock.now()
    actor.require(Act.EVIDENCE_READ, now)
    with on.database.reading() as db:
        seen = service.one(db, evidence_id)
        is_visible = seen is not None and _sees(request)(db, actor, seen.incident_id)
    if seen is None or not is_visible or seen.sha256 is None or seen.state in NOT_HERE:
        raise NotFound(f"evidence {evidence_id} is not there", "证据不存在或尚未上传完成")
    why = _purpose(seen, actor, on, purpose)
    store = cast("EvidenceStore", request.app.state.files)
    _look(seen, actor, on, why, store)
    return sent(store, seen, BytesWanted(request.headers.get("range")))


@router.get(
    "/incidents/{incident_id}/export",
    response_class=StreamingResponse,
    responses=answers(NotSignedIn, NotPermitted, NotFound, EvidenceMismatch, FieldsMissing),
)
def export(
    incident_id: UUID,
    request: Request,
    actor: SignedIn,
    on: Annotated[Ground, Depends(ground)],
    purpose: Purpose = None,
) -> StreamingResponse:
    """Return the shown copies of an incident as 线索材料, marked as such.

    Sealed originals leave by an approved export only (`/evidence/materials/{id}/exports`).
    """
    now = on.clock.now()
    actor.require(Act.EVIDENCE_EXPORT, now)
    with on.database.reading() as db:
        found = exporting.sealed(db, incident_id)
        if found is None or not _sees(request)(db, actor, incident_id):
            raise NotFound(f"incident {incident_id} has no manifest here", "该事件的证据尚未封存")
        pieces = service.of_incidents(db, [incident_id])
        key = fleet.public_key(db, found.manifest.device)
    store = cast("EvidenceStore", request.app.state.files)
    left_out = {one.sha256: _stays(one, actor, on, purpose, store) for one in pieces if one.sha256}
    going = exporting.Going(store, left_out)
    spool = exporting.write_zip(exporting.Package(found, key, going, LEAD_ONLY_MARK), now)
    return StreamingResponse(
        iter(lambda: spool.read(_PIECE), b""),
        media_type="application/zip",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="evidence-{incident_id}.zip"',
        },
        background=BackgroundTask(spool.close),
    )


def _stays(
    seen: EvidenceSeen, actor: Actor, on: Ground, purpose: str | None, store: EvidenceStore
) -> str | None:
    """Record the look at a file that may go out; return why one stays here."""
    if seen.state is not FileState.STORED:
        return f"证据未在服务器上 not at the server: {seen.reason or seen.state.value}"
    if seen.kind.is_sealed:
        return "封存原件须经批准导出 a sealed original leaves by an approved export only"
    _look(seen, actor, on, _purpose(seen, actor, on, purpose), store)
    return None


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


def _look(seen: EvidenceSeen, actor: Actor, on: Ground, why: str, store: EvidenceStore) -> None:
    """Record the look, and check the bytes before the first one."""
    now = on.clock.now()
    with on.database.reading() as db:
        recent = any(
            look.actor == actor.account and look.purpose == why and now - look.at < _ONE_LOOK
            for look in audit.looks(db, Thing("evidence", str(seen.id)))
        )
    if recent and seen.state is FileState.STORED:
        return
    service.open_file(on.database, store, seen, service.Look(now, actor.who, why))
