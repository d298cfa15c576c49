"""What the console asks about boxes, and what device operators do to them."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, status

from hazard_library.contract.ids import DeviceId
from server.fleet import enrolment, service
from server.fleet.authority import Authority
from server.fleet.enrolment import NewCode
from server.fleet.schemas import (
    CameraShown,
    Devices,
    DeviceShown,
    EnrolCodeMade,
    EnrolCodeWanted,
    Revocation,
)
from server.fleet.service import DeviceSeen
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import FieldsMissing, NotFound, NotPermitted, NotSignedIn, Unavailable
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1", tags=["fleet"])

#: Three missed heartbeats of 30 s.
_SILENT_AFTER = timedelta(seconds=90)


@router.get("/devices", responses=answers(NotSignedIn, NotPermitted))
def devices(actor: SignedIn, db: Reading, clock: Now) -> Devices:
    """List all boxes, their cameras, and how they are."""
    now = clock.now()
    actor.require(Act.DEVICES_READ, now)
    return Devices(items=tuple(_shown(seen, now) for seen in service.all_seen(db)), as_of=now)


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


def _shown(seen: DeviceSeen, now: datetime) -> DeviceShown:
    state = seen.state
    told = {camera.camera: camera for camera in state.cameras} if state is not None else {}
    return DeviceShown(
        id=seen.device.id,
        site=seen.device.site,
        status=_status(seen, now),
        heard_at=seen.received_at,
        software=state.software if state else None,
        config_error=state.config_error if state else None,
        outbox_pending=state.outbox_pending if state else None,
        clock_synchronised=state.clock.synchronised if state and state.clock else None,
        clock_ahead_ms=state.clock.offset_ms if state and state.clock else None,
        doubled_at=seen.doubled_at,
        certificate_until=seen.certificate_until,
        counters=state.counters if state else {},
        cameras=tuple(
            CameraShown(
                id=camera.id,
                name=camera.name,
                place=camera.place,
                condition=one.condition if (one := told.get(camera.id)) else None,
                since=one.since if one else None,
                detail=one.detail if one else "",
                fps=one.fps if one else None,
            )
            for camera in seen.cameras
        ),
    )


def _status(seen: DeviceSeen, now: datetime) -> str:
    if seen.is_revoked:
        return "revoked"
    if seen.state is None or seen.received_at is None:
        return "never_heard"
    if seen.state.status == "online" and now - seen.received_at > _SILENT_AFTER:
        return "silent"
    return seen.state.status
