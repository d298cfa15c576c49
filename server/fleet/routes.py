"""What the console asks about boxes, and what device operators do to them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, status
from sqlalchemy.orm import Session

from hazard_library.contract.ids import DeviceId
from server.fleet import enrolment, service
from server.fleet.authority import Authority
from server.fleet.enrolment import NewCode
from server.fleet.pages import Moment, device_shown
from server.fleet.schemas import (
    Devices,
    EnrolCodeMade,
    EnrolCodeWanted,
    Revocation,
)
from server.fleet.service import Losses
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import FieldsMissing, NotFound, NotPermitted, NotSignedIn, Unavailable
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1", tags=["fleet"])

#: For so long a list tells of what was lost; the audit chain tells it for ever.
_REMEMBERED = timedelta(days=30)

#: Who lost evidence since a moment; known above the fleet, so it is handed in.
LostEvidence = Callable[[Session, datetime], Mapping[DeviceId, Losses]]


@router.get("/devices", responses=answers(NotSignedIn, NotPermitted))
def devices(request: Request, actor: SignedIn, db: Reading, clock: Now) -> Devices:
    """List all boxes, their cameras, and how they are."""
    now = clock.now()
    actor.require(Act.DEVICES_READ, now)
    evidence_lost: LostEvidence = request.app.state.evidence_lost
    since = now - _REMEMBERED
    at = Moment(
        now, request.app.state.catalogue, evidence_lost(db, since), service.messages_lost(db, since)
    )
    return Devices(items=tuple(device_shown(seen, at) for seen in service.all_seen(db)), as_of=now)


@router.post(
    "/devices/{device_id}/enrol-codes",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing, Unavailable),
)
def make_enrol_code(
    device_id: str,
    body: EnrolCodeWanted,
    request: Request,
    actor: SignedIn,
    db: Writing,
    clock: Now,
) -> EnrolCodeMade:
    """Make a one-time code with which a box fetches its certificate."""
    now = clock.now()
    actor.require(Act.DEVICES_ENROL, now)
    authority: Authority | None = request.app.state.authority
    if authority is None:
        raise Unavailable("devices is not set in server.yaml", "服务器未启用设备证书")
    new = NewCode(
        DeviceId(device_id),
        body.site,
        {camera.id: camera.name for camera in body.cameras},
        timedelta(minutes=body.minutes),
    )
    code, until = enrolment.make_code(db, now, actor.who, authority, new)
    return EnrolCodeMade(code=code.text, expires_at=until, authority_sha256=authority.fingerprint)


@router.post(
    "/devices/{device_id}/revocation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing),
)
def revoke(device_id: str, body: Revocation, actor: SignedIn, db: Writing, clock: Now) -> None:
    """Refuse a box from now on; its uploads at once, its messages within a minute."""
    now = clock.now()
    actor.require(Act.DEVICES_ENROL, now)
    service.revoke(db, now, actor.who, DeviceId(device_id), body.reason)
