"""SQL of the fleet."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hazard_library.contract.losses import RangeLost
from server.fleet.tables import (
    Camera,
    Device,
    DeviceBoot,
    DeviceCertificate,
    DeviceStateReport,
    EnrolCode,
    LostMessages,
)

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


def cameras_of_sites(db: Session, sites: Collection[str]) -> list[tuple[Camera, Device]]:
    """Return the cameras of boxes at some sites that are not revoked, with their boxes."""
    query = select(Camera, Device).join(Device, Device.id == Camera.device_id)
    query = query.where(Device.site.in_(sites), Device.revoked_at.is_(None))
    rows = db.execute(query.order_by(Camera.device_id, Camera.id))
    return [(row[0], row[1]) for row in rows]


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


def boot(db: Session, device_id: str, boot_id: str) -> DeviceBoot | None:
    """Return one start of a device, if it was heard of."""
    return db.get(DeviceBoot, (device_id, boot_id))


def add_lost(db: Session, at: datetime, device_id: str, lost: RangeLost) -> bool:
    """Keep numbers that are lost; False when that was known."""
    row = insert(LostMessages).values(
        device_id=device_id,
        boot=lost.boot,
        first=lost.first,
        last=lost.last,
        reason=lost.reason.replace("\0", ""),
        told_at=at,
    )
    known = row.on_conflict_do_nothing(index_elements=["device_id", "boot", "first"])
    return db.scalar(known.returning(LostMessages.first)) is not None


def lost_since(db: Session, since: datetime) -> list[tuple[str, int, datetime]]:
    """Return who lost messages since a moment, how many, and when it was last told."""
    count = func.sum(LostMessages.last - LostMessages.first + 1)
    query = (
        select(LostMessages.device_id, count, func.max(LostMessages.told_at))
        .where(LostMessages.told_at >= since)
        .group_by(LostMessages.device_id)
    )
    return [(row[0], int(row[1]), row[2]) for row in db.execute(query)]


def certificates_until(db: Session) -> dict[str, datetime]:
    """Return until when each device has a certificate that is not refused."""
    query = (
        select(DeviceCertificate.device_id, func.max(DeviceCertificate.expires_at))
        .where(DeviceCertificate.ended_at.is_(None))
        .group_by(DeviceCertificate.device_id)
    )
    return {row[0]: row[1] for row in db.execute(query)}


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


def open_codes(db: Session, device_id: str) -> Sequence[EnrolCode]:
    """Return a device's codes that nobody has used and nothing has replaced."""
    query = select(EnrolCode).where(
        EnrolCode.device_id == device_id,
        EnrolCode.used_at.is_(None),
        EnrolCode.ended_at.is_(None),
    )
    return db.scalars(query).all()


def code_by_hash(db: Session, code_hash: str) -> EnrolCode | None:
    """Return a code by the hash of its secret, locked."""
    query = select(EnrolCode).where(EnrolCode.code_hash == code_hash).with_for_update()
    return db.scalars(query).one_or_none()


def certificate(db: Session, serial: str) -> DeviceCertificate | None:
    """Return a certificate by its serial."""
    return db.get(DeviceCertificate, serial)


def live_certificates(db: Session, device_id: str) -> Sequence[DeviceCertificate]:
    """Return a device's certificates that are not refused."""
    query = select(DeviceCertificate).where(
        DeviceCertificate.device_id == device_id, DeviceCertificate.ended_at.is_(None)
    )
    return db.scalars(query).all()


def ended_certificates(db: Session, at: datetime) -> Sequence[DeviceCertificate]:
    """Return certificates that are refused though they have not run out."""
    query = (
        select(DeviceCertificate)
        .where(DeviceCertificate.ended_at.is_not(None), DeviceCertificate.expires_at > at)
        .order_by(DeviceCertificate.serial)
    )
    return db.scalars(query).all()


def _kept(db: Session, row: R) -> R:
    """Hold a row as long as its session: a batch of messages asks for the same few each time."""
    db.info.setdefault("fleet", set()).add(row)
    return row
