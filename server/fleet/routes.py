"""What the console asks about boxes."""

from datetime import datetime, timedelta

from fastapi import APIRouter

from server.fleet import service
from server.fleet.schemas import CameraShown, Devices, DeviceShown
from server.fleet.service import DeviceSeen
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Now, Reading

router = APIRouter(prefix="/api/v1", tags=["fleet"])

#: Three missed heartbeats of 30 s.
_SILENT_AFTER = timedelta(seconds=90)


@router.get("/devices", responses=answers(NotSignedIn, NotPermitted))
def devices(actor: SignedIn, db: Reading, clock: Now) -> Devices:
    """List all boxes, their cameras, and how they are."""
    now = clock.now()
    actor.require(Act.DEVICES_READ, now)
    return Devices(items=tuple(_shown(seen, now) for seen in service.all_seen(db)), as_of=now)


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
