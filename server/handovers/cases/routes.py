"""`/api/v1/handovers`: case hand-overs; verbs are events, never a change of `state`."""

from collections.abc import Callable
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel

from server.documents.ground import Files, Hazards, IsDemo
from server.handovers.asking import REFUSALS, Decide, Deciding, MatterId
from server.handovers.cases import answers as mirror
from server.handovers.cases import exporting, pages, schemas, service, verbs
from server.handovers.cases.room import PackageRoom
from server.handovers.cases.tables import CaseHandover
from server.handovers.moving import Attempt
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import (
    EvidenceMismatch,
    NotFound,
    NotPermitted,
    NotSignedIn,
    Unavailable,
)
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, ground

router = APIRouter(prefix="/api/v1/handovers", tags=["handovers"])


def _room(request: Request) -> PackageRoom:
    room = request.app.state.package_room
    if room is None:
        raise Unavailable("this server has no folder for packages", "本服务器未配置移交包目录")
    return cast("PackageRoom", room)


def _sees(request: Request, actor: SignedIn) -> verbs.Sees:
    return lambda db, incident: bool(request.app.state.sees_incident(db, actor, incident))


Room = Annotated[PackageRoom, Depends(_room)]
Sees = Annotated[verbs.Sees, Depends(_sees)]


def _by(
    deciding: Deciding, event: str, body: BaseModel, act: Callable[[], CaseHandover]
) -> schemas.Case:
    """Do it, and answer the page as it is afterwards."""

    def answer() -> schemas.Case:
        row, tried = act(), deciding.tried
        return pages.page(deciding.db, tried.at, tried.actor, deciding.catalogue, row)

    return deciding.once(f"handover/{event}", body, schemas.Case, answer)


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_handovers(
    db: Reading, clock: Now, actor: SignedIn, cursor: UUID | None = None
) -> schemas.CaseList:
    """List the hand-overs in scope, newest first."""
    return service.listed(db, clock.now(), actor, cursor)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_handover(
    case_id: MatterId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> schemas.Case:
    """Return a hand-over; from `linked` on a mirror of the provincial case."""
    return service.page(db, clock.now(), actor, catalogue, case_id)


@router.post("/{id}/write-item", responses=REFUSALS)
def write_item(body: schemas.WriteItem, d: Decide) -> schemas.Case:
    """填写: facts, days and clauses of one violation."""
    return _by(d, "write_item", body, lambda: verbs.write_item(d.db, d.tried, d.catalogue, body))


@router.post("/{id}/attach", responses=REFUSALS)
def attach(body: schemas.Attach, d: Decide, sees: Sees) -> schemas.Case:
    """附入证据: for a penalty only behind both reviews (R-025), else as a clue."""
    return _by(d, "attach", body, lambda: verbs.attach(d.db, d.tried, body, sees))


@router.post("/{id}/detach", responses=REFUSALS)
def detach(body: schemas.Detach, d: Decide) -> schemas.Case:
    """移除证据: take a piece of evidence off a violation."""
    return _by(d, "detach", body, lambda: verbs.detach(d.db, d.tried, body))


@router.post("/{id}/leave-out", responses=REFUSALS)
def leave_out(body: schemas.LeaveOut, d: Decide) -> schemas.Case:
    """不列入: propose that a recorded violation does not go along; a second officer agrees."""
    return _by(d, "leave_out", body, lambda: verbs.leave_out(d.db, d.tried, body))


@router.post("/{id}/agree-leave-out", responses=REFUSALS)
def agree_leave_out(body: schemas.AgreeLeaveOut, d: Decide) -> schemas.Case:
    """确认不列入: as the second officer."""
    return _by(d, "agree_leave_out", body, lambda: verbs.agree_leave_out(d.db, d.tried, body))


@router.post("/{id}/submit", responses=REFUSALS)
def submit(body: schemas.Submit, d: Decide) -> schemas.Case:
    """提交法制审核: everything that is lacking is named at once."""
    return _by(d, "submit", body, lambda: verbs.submit(d.db, d.tried, d.catalogue, body))


@router.post("/{id}/pass", responses=REFUSALS)
def pass_review(body: schemas.Pass, d: Decide) -> schemas.Case:
    """法制审核通过: every point holds; the reviewer is not the handler."""
    return _by(d, "pass", body, lambda: verbs.pass_review(d.db, d.tried, d.catalogue, body))


@router.post("/{id}/return", responses=REFUSALS)
def send_back(body: schemas.Return, d: Decide) -> schemas.Case:
    """退回承办人: with the reason."""
    return _by(d, "return", body, lambda: verbs.send_back(d.db, d.tried, body))


@router.post("/{id}/approve", responses=REFUSALS)
def approve(body: schemas.Approve, d: Decide) -> schemas.Case:
    """负责人批准: neither the handler nor the reviewer."""
    return _by(d, "approve", body, lambda: verbs.approve(d.db, d.tried, d.catalogue, body))


@router.post("/{id}/refuse", responses=REFUSALS)
def refuse(body: schemas.Refuse, d: Decide) -> schemas.Case:
    """不予立案: with the leader's reason."""
    return _by(d, "refuse", body, lambda: verbs.refuse(d.db, d.tried, body))


@router.post("/{id}/export", responses=REFUSALS | answers(EvidenceMismatch, Unavailable))
def export(  # noqa: PLR0913, PLR0917 - each is a part of the request
    case_id: MatterId,
    body: schemas.Export,
    actor: SignedIn,
    version: IfMatch,
    catalogue: Hazards,
    files: Files,
    is_demo: IsDemo,
    room: Room,
    on: Annotated[Ground, Depends(ground)],
) -> schemas.Case:
    """生成移交包: built, signed with the unit's key, kept; a second call finds it exported."""
    at = on.clock.now()
    press = exporting.Press(on.database, files, room, catalogue, is_demo)
    exporting.export(press, Attempt(at, actor, case_id, version), body)
    with on.database.reading() as db:
        return service.page(db, at, actor, catalogue, case_id)


@router.get(
    "/{id}/packages/{round}",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
        **answers(NotSignedIn, NotPermitted, NotFound, Unavailable),
    },
)
def download_package(
    case_id: MatterId,
    number: Annotated[int, Path(alias="round", ge=1)],
    actor: SignedIn,
    catalogue: Hazards,
    room: Room,
    on: Annotated[Ground, Depends(ground)],
) -> FileResponse:
    """下载移交包: the bytes that went out; the download is recorded."""
    at = on.clock.now()
    actor.require(Act.HANDOVERS_EXPORT, at)
    with on.database.writing() as db:
        service.page(db, at, actor, catalogue, case_id)
        found = exporting.sent(db, Attempt(at, actor, case_id, 0), number)
    return FileResponse(room.path(found.name), media_type="application/zip", filename=found.name)


@router.post("/{id}/receipt", responses=REFUSALS)
def receipt(body: schemas.Receipt, d: Decide) -> schemas.Case:
    """登记立案回执: the provincial case number; ours becomes a mirror."""
    return _by(d, "receipt", body, lambda: mirror.receipt(d.db, d.tried, body))


@router.post("/{id}/reject", responses=REFUSALS)
def reject(body: schemas.Return, d: Decide) -> schemas.Case:
    """登记退回: the provincial system did not take it."""
    return _by(d, "reject", body, lambda: mirror.reject(d.db, d.tried, body))


@router.post("/{id}/extend", responses=REFUSALS)
def extend(body: schemas.Extension, d: Decide) -> schemas.Case:
    """登记延期批准: 90 days with the head's approval, 180 with the upper body's (TRAP-20)."""
    return _by(d, "extend", body, lambda: mirror.extend(d.db, d.tried, body))


@router.post("/{id}/outcome", responses=REFUSALS)
def outcome(body: schemas.Outcome, d: Decide) -> schemas.Case:
    """登记处理决定: as the provincial system has it; an open criminal assessment keeps it open."""
    return _by(d, "outcome", body, lambda: mirror.outcome(d.db, d.tried, body))


@router.post("/{id}/conclude", responses=REFUSALS)
def conclude(body: schemas.Conclude, d: Decide) -> schemas.Case:
    """办结: once nothing holds it open."""
    return _by(d, "conclude", body, lambda: mirror.conclude(d.db, d.tried, body))
