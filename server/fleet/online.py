"""How many cameras of some sites can be seen through now."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.fleet.tables import Camera, Device, DeviceStateReport

#: Three missed heartbeats of 30 s.
_SILENT_AFTER = timedelta(seconds=90)
#: What a camera is that nobody can see through; None: the box does not speak of it.
_NO_PICTURES = {None, "offline", "no_frames", "undecodable"}


def cameras_online(db: Session, at: datetime, sites: Collection[str]) -> tuple[int, int]:
    """Return how many cameras are online, and how many there are.

    A camera is online when its box was heard lately and says that the camera delivers pictures. A
    box that was never heard of counts with all its cameras as not online.
    """
    query = (
        select(Camera.device_id, Camera.id, DeviceStateReport)
        .join(Device, Device.id == Camera.device_id)
        .outerjoin(DeviceStateReport, DeviceStateReport.device_id == Device.id)
        .where(Device.site.in_(sites), Device.revoked_at.is_(None))
    )
    rows = db.execute(query).all()
    return sum(_is_online(row[1], row[2], at) for row in rows), len(rows)


def _is_online(camera: str, report: DeviceStateReport | None, at: datetime) -> bool:
    if report is None or report.status != "online" or at - report.received_at > _SILENT_AFTER:
        return False
    told = {one.get("camera"): one.get("condition") for one in report.state.get("cameras", ())}
    return told.get(camera) not in _NO_PICTURES
