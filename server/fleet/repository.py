"""SQL of the fleet."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from server.fleet.tables import Camera, Device, DeviceBoot, DeviceStateReport

R = TypeVar("R")


def device(db: Session, device_id: str) -> Device | None:
    """Return a device by its id."""
    return _kept(db, db.get(Device, device_id))


def devices(db: Session) -> Sequence[Device]:
    """Return all devices."""
    return db.scalars(select(Device).order_by(Device.id)).all()


def camera(db: Session, device_id: str, camera_id: str) -> Camera | None:
    """Return a camera of a device."""
    return _kept(db, db.get(Camera, (device_id, camera_id)))


def cameras(db: Session) -> Sequence[Camera]:
    """Return all cameras."""
    return db.scalars(select(Camera).order_by(Camera.device_id, Camera.id)).all()


def state(db: Session, device_id: str) -> DeviceStateReport | None:
    """Return what a device last said of itself."""
    return db.get(DeviceStateReport, device_id)


def states(db: Session) -> Sequence[DeviceStateReport]:
    """Return what every device last said of itself."""
    return db.scalars(select(DeviceStateReport)).all()


def boots(db: Session, device_id: str | None = None) -> Sequence[DeviceBoot]:
    """Return the starts of one device, or of all."""
    query = select(DeviceBoot).order_by(DeviceBoot.device_id, DeviceBoot.first_heard_at)
    if device_id is not None:
        query = query.where(DeviceBoot.device_id == device_id)
    return db.scalars(query).all()


def note_boot(db: Session, device_id: str, boot: str, at: datetime, last_message_no: int) -> None:
    """Keep the highest message number that a device told of in a start."""
    row = insert(DeviceBoot).values(
        device_id=device_id, boot=boot, first_heard_at=at, last_message_no=last_message_no
    )
    highest = func.greatest(DeviceBoot.last_message_no, row.excluded.last_message_no)
    db.execute(
        row.on_conflict_do_update(
            index_elements=["device_id", "boot"], set_={"last_message_no": highest}
        )
    )


def _kept(db: Session, row: R) -> R:
    """Hold a row as long as its session: a batch of messages asks for the same few each time."""
    db.info.setdefault("fleet", set()).add(row)
    return row
