"""Verbs of the fleet: enrol a box, know it again, hear how it is."""

import base64
import binascii
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from sqlalchemy.orm import Session

from hazard_library.contract.device import DeviceState
from hazard_library.contract.ids import CameraId, DeviceId
from hazard_library.contract.losses import RangeLost
from hazard_library.proof.signature import key_id
from server.audit import service as audit
from server.audit.service import Act, Thing, Who
from server.enterprises import service as enterprises
from server.fleet import repository
from server.fleet.broker_files import SERVER_USER, BrokerUser
from server.fleet.credentials import broker_hash, fits, new_secret, secret_hash
from server.fleet.place_types import refuse_private
from server.fleet.tables import Camera, Device, DeviceStateReport
from server.kit import live
from server.kit.db import Json
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotSignedIn
from server.kit.live import Change, Kind

log = structlog.get_logger(__name__)

_KEY_BYTES = 32
_WHO = Who("svc:fleet", "svc")
_OF_A_WILL = ("id", "sent_at", "status", "boot", "software")
_DOUBLE_TOLD_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewCamera:
    """A camera to register."""

    id: CameraId
    name: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A box to register: its public key, 32 raw bytes, verifies its evidence."""

    id: DeviceId
    public_key: bytes
    site: str
    cameras: Sequence[NewCamera]


@dataclass(frozen=True, slots=True)
class CameraRef:
    """A registered camera and the site it watches."""

    device: DeviceId
    id: CameraId
    name: str
    place: str | None
    site: str


@dataclass(frozen=True, slots=True)
class DeviceRef:
    """A registered box that is not revoked."""

    id: DeviceId
    site: str
    public_key: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Name the key as manifests do."""
        return key_id(self.public_key)


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """A box with its cameras and what it last said."""

    device: DeviceRef
    is_revoked: bool
    cameras: Sequence[CameraRef]
    state: DeviceState | None
    received_at: datetime | None
    doubled_at: datetime | None = None
    certificate_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Losses:
    """How much of a kind a box lost for good, and when it told so last."""

    count: int
    last_at: datetime


def enrol(db: Session, at: datetime, by: Who, new: NewDevice) -> str:
    """Register a box and return its new secret, which is kept nowhere.

    Enrolling again with the same key gives a new secret and adds cameras.

    Raises:
        Conflict: a box of that name has another key.
        FieldsMissing: the key is no Ed25519 key.
        NotFound: the site is not registered.
    """
    secret = new_secret()
    known = register(db, at, new)
    known.secret_sha256, known.broker_password = secret_hash(secret), broker_hash(secret)
    names: Json = {"site": new.site, "cameras": [camera.id for camera in new.cameras]}
    audit.record(db, at, by, Thing("device", new.id), Act("enrolled", detail=names))
    return secret


def register(db: Session, at: datetime, new: NewDevice) -> Device:
    """Register a box and its cameras without any credential, or take up a known one again.

    Raises:
        Conflict: a box of that name has another key, or the name is the server's own.
        FieldsMissing: the key is no Ed25519 key.
        NotFound: the site is not registered.
    """
    enterprises.place(db, new.site)
    if len(new.public_key) != _KEY_BYTES:
        raise FieldsMissing(["public_key"], "公钥不是 Ed25519 公钥")
    if new.id == SERVER_USER:
        raise Conflict(f"{SERVER_USER} is the server's own name at the broker; choose another id")
    known = repository.device(db, new.id)
    if known is None:
        known = Device(id=new.id, public_key=new.public_key, enrolled_at=at)
        db.add(known)
    elif known.public_key != new.public_key:
        raise Conflict(
            f"device {new.id} is registered with another key that signs its evidence; choose "
            "another id, or bring back identity/signing-key.pem of its stores",
            f"设备 {new.id} 已用另一签名密钥登记，请换一个编号",
        )
    known.site, known.revoked_at, known.doubled_at = new.site, None, None
    db.flush()
    for camera in new.cameras:
        _register_camera(db, new.id, camera)
    return known


def revoke(db: Session, at: datetime, by: Who, device_id: DeviceId, reason: str) -> None:
    """Refuse a box from now on.

    Raises:
        NotFound: there is no such box.
    """
    known = repository.device(db, device_id)
    if known is None:
        raise NotFound(f"device {device_id} is not registered")
    known.revoked_at = at
    for certificate in repository.live_certificates(db, device_id):
        certificate.ended_at, certificate.ended_because = at, "revoked"
    audit.record(db, at, by, Thing("device", device_id), Act("revoked", reason=reason))


def known_device(db: Session, device_id: DeviceId) -> DeviceRef | None:
    """Return a registered box that is not revoked."""
    found = repository.device(db, device_id)
    if found is None or found.revoked_at is not None:
        return None
    return DeviceRef(DeviceId(found.id), found.site, found.public_key)


def public_key(db: Session, device_id: DeviceId) -> bytes:
    """Return the key that verifies a box's manifests, also of one that is revoked by now.

    Raises:
        NotFound: it was never registered.
    """
    device = repository.device(db, device_id)
    if device is None:
        raise NotFound(f"device {device_id} is not registered")
    return device.public_key


def camera(db: Session, device_id: DeviceId, camera_id: CameraId) -> CameraRef | None:
    """Return a registered camera."""
    device, found = repository.device(db, device_id), repository.camera(db, device_id, camera_id)
    return _camera_ref(found, device) if found is not None and device is not None else None


def cameras_of_sites(db: Session, sites: Collection[str]) -> list[CameraRef]:
    """Return the cameras at some sites, of boxes that are not revoked."""
    return [_camera_ref(one, device) for one, device in repository.cameras_of_sites(db, sites)]


def authenticate(db: Session, device_id: str, secret: str) -> DeviceRef:
    """Return the box that knows this secret.

    Raises:
        NotSignedIn: the box is unknown or revoked, or the secret is wrong.
    """
    found = repository.device(db, device_id)
    known = found.secret_sha256 if found is not None else None
    proven = fits(secret, known or secret_hash("")) and known is not None
    if found is None or found.revoked_at is not None or not proven:
        raise NotSignedIn("the device is not registered, is revoked, or its secret is wrong")
    return DeviceRef(DeviceId(found.id), found.site, found.public_key)


def broker_users(db: Session) -> list[BrokerUser]:
    """Return who of the boxes may sign in at the broker."""
    return [
        BrokerUser(device.id, device.broker_password)
        for device in repository.devices(db)
        if device.revoked_at is None
    ]


def hear(db: Session, at: datetime, state: DeviceState) -> None:
    """Keep what a box says of itself; tell the pages when something they show has changed."""
    before = repository.state(db, state.device)
    if before is not None and _is_late_will(db, state, before):
        return
    parsed: Json = state.model_dump(mode="json", by_alias=True)
    if before is not None and state.status == "offline":
        # A last will knows only that the box is gone: what the box said before it stays readable.
        parsed = before.state | {name: parsed[name] for name in _OF_A_WILL}
    is_news = before is None or _shown(before.state) != _shown(parsed)
    _notice_double(db, at, state, before)
    row = before or DeviceStateReport(device_id=state.device)
    row.status, row.boot, row.state = state.status, state.boot, parsed
    row.sent_at, row.received_at = state.sent_at, at
    db.add(row)
    db.flush()
    repository.note_boot(db, state.device, state.boot, at, state.last_message_no)
    if is_news:
        live.announce(db, at, Change(Kind.DEVICE, state.device, {"status": state.status}))


def _is_late_will(db: Session, state: DeviceState, before: DeviceStateReport) -> bool:
    """Whether a start that was given up is declared gone after a later one has spoken."""
    if state.status != "offline" or before.boot == state.boot:
        return False
    return repository.boot(db, state.device, state.boot) is not None


def _notice_double(
    db: Session, at: datetime, state: DeviceState, before: DeviceStateReport | None
) -> None:
    """Notice a second box under the same identity: an earlier start speaks after a later one.

    A box that starts anew never goes back to an earlier start, and the broker keeps the order of
    what one box says; only two boxes take turns.
    """
    if state.status == "offline" or before is None or before.boot == state.boot:
        return
    if repository.boot(db, state.device, state.boot) is None:
        return
    device = repository.device(db, state.device)
    if device is None:
        return
    is_news = device.doubled_at is None or at - device.doubled_at > _DOUBLE_TOLD_EVERY
    device.doubled_at = at
    if not is_news:
        return
    log.error(
        "identity_doubled",
        device=state.device,
        boots=[before.boot, state.boot],
        remedy="two boxes use one identity: revoke it, then enrol each box with a code of its own",
    )
    told = {"boots": [before.boot, state.boot]}
    audit.record(db, at, _WHO, Thing("device", state.device), Act("identity_doubled", detail=told))
    live.announce(db, at, Change(Kind.DEVICE, state.device, {"status": state.status}))


def is_registered(db: Session, device: DeviceId) -> bool:
    """Whether a box was ever registered; it may be revoked by now."""
    return repository.device(db, device) is not None


def told_revision(db: Session, device: DeviceId) -> int:
    """Return the number of the server's configuration that a box says is in place; 0: none."""
    report = repository.state(db, device)
    return 0 if report is None else int(report.state.get("config_revision") or 0)


def camera_names(db: Session, device: DeviceId) -> frozenset[str]:
    """Return the ids of the cameras that are registered for a box."""
    return frozenset(one.id for one in repository.cameras(db) if one.device_id == device)


def note_lost(db: Session, at: datetime, device: DeviceId, lost: Sequence[RangeLost]) -> None:
    """Keep what a box says it cannot send again: it is lost, and nobody asks for it any more."""
    for one in lost:
        if one.last < one.first or not repository.add_lost(db, at, device, one):
            continue
        told = one.model_dump(mode="json")
        audit.record(db, at, _WHO, Thing("device", device), Act("messages_lost", detail=told))
        log.error("messages_lost", device=device, **told)


def messages_lost(db: Session, since: datetime) -> dict[DeviceId, Losses]:
    """Count the messages that each box told to be lost since a moment."""
    return {
        DeviceId(device): Losses(count, last_at)
        for device, count, last_at in repository.lost_since(db, since)
    }


def note_number(db: Session, at: datetime, device: DeviceId, boot: str, number: int) -> None:
    """Note that a box gave a message this number."""
    repository.note_boot(db, device, boot, at, number)


def boots(db: Session, device: DeviceId | None = None) -> list[tuple[DeviceId, str, int]]:
    """Return device, boot and the highest number told, for each start."""
    return [
        (DeviceId(row.device_id), row.boot, row.last_message_no)
        for row in repository.boots(db, device)
    ]


def all_seen(db: Session) -> list[DeviceSeen]:
    """Return every box with its cameras and what it last said."""
    states = {row.device_id: row for row in repository.states(db)}
    cameras, until = repository.cameras(db), repository.certificates_until(db)
    return [
        replace(
            _seen(device, [c for c in cameras if c.device_id == device.id], states.get(device.id)),
            certificate_until=until.get(device.id),
        )
        for device in repository.devices(db)
    ]


def read_public_key(content: bytes) -> bytes:
    """Read a public key file: PEM, or base64 of the 32 raw bytes.

    Raises:
        FieldsMissing: it is no Ed25519 key.
    """
    if b"BEGIN PUBLIC KEY" in content:
        try:
            key = load_pem_public_key(content)
        except ValueError:
            key = None
        if isinstance(key, Ed25519PublicKey):
            return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    try:
        raw = base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        raw = content
    if len(raw) != _KEY_BYTES:
        raise FieldsMissing(["public_key"], "公钥不是 Ed25519 公钥")
    return raw


def _register_camera(db: Session, device_id: DeviceId, new: NewCamera) -> None:
    refuse_private(None, new.name, new.place)
    known = repository.camera(db, device_id, new.id) or Camera(device_id=device_id, id=new.id)
    known.name, known.place = new.name, new.place
    db.add(known)
    db.flush()


def _camera_ref(camera: Camera, device: Device) -> CameraRef:
    return CameraRef(
        DeviceId(device.id), CameraId(camera.id), camera.name, camera.place, device.site
    )


def _seen(
    device: Device, cameras: Sequence[Camera], report: DeviceStateReport | None
) -> DeviceSeen:
    return DeviceSeen(
        DeviceRef(DeviceId(device.id), device.site, device.public_key),
        device.revoked_at is not None,
        [_camera_ref(camera, device) for camera in cameras],
        DeviceState.model_validate(report.state) if report is not None else None,
        report.received_at if report is not None else None,
        device.doubled_at,
    )


def _shown(state: Json) -> object:
    cameras = [(c.get("camera"), c.get("condition")) for c in state.get("cameras") or []]
    evidence = state.get("evidence") or {}
    permits = [(p.get("id"), p.get("ends_at")) for p in state.get("permits") or []]
    told = ("status", "config_error", "models_refused", "permits_error")
    return [state.get(name) for name in told], cameras, permits, evidence.get("level")
