"""Devices, cameras, and what a device last said of itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from server.fleet.place_types import PlaceType
from server.kit.db import Entity, Json, Word, one_of

_NAME = "~ '^[a-z0-9][a-z0-9_-]{0,62}$'"


class Device(Entity):
    """One edge box, known by certificates, or by a secret that is kept as hashes only."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint(f"id {_NAME}", name="id"),
        CheckConstraint("length(public_key) = 32", name="public_key"),
        CheckConstraint("length(secret_sha256) = 64", name="secret"),
        CheckConstraint("(secret_sha256 IS NULL) = (broker_password IS NULL)", name="secret_whole"),
        {"comment": "Registered edge boxes"},
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="Device id, as in its topics")
    site: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="The site it watches")
    public_key: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="Raw Ed25519 key that verifies its manifests"
    )
    secret_sha256: Mapped[str | None] = mapped_column(
        comment="Hash of the generated secret, for HTTP; None: certificates only"
    )
    broker_password: Mapped[str | None] = mapped_column(
        comment="Salted hash of the secret, for Mosquitto; None: certificates only"
    )
    enrolled_at: Mapped[datetime] = mapped_column(comment="When it was registered")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="From then on it is refused")
    doubled_at: Mapped[datetime | None] = mapped_column(
        comment="When two boxes were last heard under this identity"
    )


class Camera(Entity):
    """One camera of a box."""

    __tablename__ = "camera"
    __table_args__ = (
        CheckConstraint(f"id {_NAME}", name="id"),
        one_of("place_type", PlaceType),
        {"comment": "Registered cameras"},
    )

    device_id: Mapped[str] = mapped_column(
        ForeignKey("device.id"), primary_key=True, comment="The box that reads it"
    )
    id: Mapped[str] = mapped_column(primary_key=True, comment="Camera id within the box")
    name: Mapped[str] = mapped_column(comment="What people call it")
    place: Mapped[str | None] = mapped_column(comment="Where it hangs")
    place_type: Mapped[PlaceType | None] = mapped_column(
        Word(PlaceType), comment="What kind of place it shows; None: nobody has said"
    )


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


class EnrolCode(Entity):
    """A one-time code with which a box fetches its first certificate. Kept as a hash only."""

    __tablename__ = "enrol_code"
    __table_args__ = (
        CheckConstraint(f"device_id {_NAME}", name="device_id"),
        CheckConstraint("length(code_hash) = 64", name="code_hash"),
        CheckConstraint("created_at < expires_at", name="order"),
        {"comment": "One-time codes that let a box in"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    code_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the secret half")
    device_id: Mapped[str] = mapped_column(comment="The box it lets in, registered or not yet")
    site: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="The site it will watch")
    cameras: Mapped[Json] = mapped_column(comment="Cameras to register: id → name")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made")
    expires_at: Mapped[datetime] = mapped_column(comment="Works until then")
    used_at: Mapped[datetime | None] = mapped_column(comment="When a box came with it")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Replaced by a newer one since")


class DeviceCertificate(Entity):
    """A certificate that the authority made for a box."""

    __tablename__ = "device_certificate"
    __table_args__ = (
        CheckConstraint("serial ~ '^[0-9a-f]{1,40}$'", name="serial"),
        CheckConstraint("issued_at < expires_at", name="order"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
        {"comment": "Certificates of the boxes"},
    )

    serial: Mapped[str] = mapped_column(primary_key=True, comment="Serial number, hex")
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), comment="Whose it is")
    issued_at: Mapped[datetime] = mapped_column(comment="When it was made")
    expires_at: Mapped[datetime] = mapped_column(comment="Valid until then")
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="First use told by the box")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Refused from then on")
    ended_because: Mapped[str | None] = mapped_column(comment="Set with ended_at")


class LostMessages(Entity):
    """Numbers of a boot that a device says it cannot send again: they are lost, and told so."""

    __tablename__ = "lost_messages"
    __table_args__ = (
        CheckConstraint("boot ~ '^[0-9a-f]{16}$'", name="boot"),
        CheckConstraint("1 <= first AND first <= last", name="range"),
        {"comment": "Messages that their devices no longer have"},
    )

    device_id: Mapped[str] = mapped_column(
        ForeignKey("device.id"), primary_key=True, comment="Which device"
    )
    boot: Mapped[str] = mapped_column(primary_key=True, comment="Its start")
    first: Mapped[int] = mapped_column(primary_key=True, comment="First number that is lost")
    last: Mapped[int] = mapped_column(comment="Last number that is lost")
    reason: Mapped[str] = mapped_column(comment="What the device says became of them")
    told_at: Mapped[datetime] = mapped_column(comment="By the server's clock")
