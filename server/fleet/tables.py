"""Devices, cameras, and what a device last said of itself."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Json

_NAME = "~ '^[a-z0-9][a-z0-9_-]{0,62}$'"


class Device(Entity):
    """One edge box. Its secret is kept as hashes only."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint(f"id {_NAME}", name="id"),
        CheckConstraint("length(public_key) = 32", name="public_key"),
        CheckConstraint("length(secret_sha256) = 64", name="secret"),
        {"comment": "Registered edge boxes"},
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="Device id, as in its topics")
    site: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="The site it watches")
    public_key: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="Raw Ed25519 key that verifies its manifests"
    )
    secret_sha256: Mapped[str] = mapped_column(comment="Hash of the generated secret, for HTTP")
    broker_password: Mapped[str] = mapped_column(comment="Salted hash of the secret, for Mosquitto")
    enrolled_at: Mapped[datetime] = mapped_column(comment="When it was registered")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="From then on it is refused")


class Camera(Entity):
    """One camera of a box."""

    __tablename__ = "camera"
    __table_args__ = (
        CheckConstraint(f"id {_NAME}", name="id"),
        {"comment": "Registered cameras"},
    )

    device_id: Mapped[str] = mapped_column(
        ForeignKey("device.id"), primary_key=True, comment="The box that reads it"
    )
    id: Mapped[str] = mapped_column(primary_key=True, comment="Camera id within the box")
    name: Mapped[str] = mapped_column(comment="What people call it")
    place: Mapped[str | None] = mapped_column(comment="Where it hangs")


class DeviceStateReport(Entity):
    """What a device last said of itself."""

    __tablename__ = "device_state"
    __table_args__ = (
        CheckConstraint("status IN ('online', 'draining', 'offline')", name="status"),
        {"comment": "The newest state message of each device"},
    )

    device_id: Mapped[str] = mapped_column(
        ForeignKey("device.id"), primary_key=True, comment="Which device"
    )
    status: Mapped[str] = mapped_column(comment="online, draining or offline (last will)")
    boot: Mapped[str] = mapped_column(comment="Its present start")
    sent_at: Mapped[datetime] = mapped_column(comment="By the device's clock")
    received_at: Mapped[datetime] = mapped_column(comment="By the server's clock")
    state: Mapped[Json] = mapped_column(comment="The whole message, parsed")


class DeviceBoot(Entity):
    """One start of a device, and how many messages it says it has numbered."""

    __tablename__ = "device_boot"
    __table_args__ = (
        CheckConstraint("boot ~ '^[0-9a-f]{16}$'", name="boot"),
        CheckConstraint("last_message_no >= 0", name="last_message_no"),
        {"comment": "Starts of the devices, to find messages that never came"},
    )

    device_id: Mapped[str] = mapped_column(
        ForeignKey("device.id"), primary_key=True, comment="Which device"
    )
    boot: Mapped[str] = mapped_column(primary_key=True, comment="Random id of the start")
    first_heard_at: Mapped[datetime] = mapped_column(comment="By the server's clock")
    last_message_no: Mapped[int] = mapped_column(comment="Highest number it told of")
