"""Verbs of a box's identity: codes, certificates, renewal, and who holds which certificate."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from sqlalchemy.orm import Session

from hazard_library.contract.enrolment import EnrolCode as Code
from hazard_library.contract.enrolment import new_code
from hazard_library.contract.ids import NAME_PATTERN, CameraId, DeviceId
from server.audit import service as audit
from server.audit.service import Act, Thing, Who
from server.enterprises import service as enterprises
from server.fleet import repository
from server.fleet.authority import Authority, Certified, name_of, serial_of
from server.fleet.broker_files import SERVER_USER
from server.fleet.place_types import refuse_private
from server.fleet.service import DeviceRef, NewCamera, NewDevice, known_device, register
from server.fleet.tables import DeviceCertificate, EnrolCode
from server.identity import attempts
from server.kit.errors import FieldsMissing, NotPermitted, NotSignedIn
from server.kit.ids import new_id

LONGEST = timedelta(days=1)
_WHO = "box"
_FAILURES_PER_CLIENT = 10
_FAILURES_IN_ALL = 100


@dataclass(frozen=True, slots=True)
class NewCode:
    """For whom a code shall be made. cameras: id → name."""

    device: DeviceId
    site: str
    cameras: Mapping[CameraId, str]
    lasts: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a box with a code brings. signing_key: raw Ed25519, 32 bytes."""

    secret: str = field(repr=False)
    device: DeviceId | None
    csr: str
    signing_key: bytes
    client: str | None = None

    @property
    def limits(self) -> dict[str, int]:
        """Whose failures are counted, and how many are let through in a window."""
        subjects = {"enrol": _FAILURES_IN_ALL}
        return subjects | ({f"enrol:{self.client}": _FAILURES_PER_CLIENT} if self.client else {})


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A box and the certificate that was just made for it."""

    device: DeviceRef
    certificate: Certified


def make_code(
    db: Session, at: datetime, by: Who, authority: Authority, new: NewCode
) -> tuple[Code, datetime]:
    """Make a one-time code for a box and end its former one; return it and when it ends.

    The code is kept as a hash only.

    Raises:
        FieldsMissing: the id or a camera's cannot be used, or the time is too long or too short.
        NotFound: the site is not registered.
    """
    enterprises.place(db, new.site)
    _check(new)
    for former in repository.open_codes(db, new.device):
        former.ended_at = at
    code = new_code(authority.fingerprint)
    made = EnrolCode(
        id=new_id(at),
        code_hash=_hash(code.secret),
        device_id=new.device,
        site=new.site,
        cameras=dict(new.cameras),
        created_at=at,
        expires_at=at + new.lasts,
    )
    db.add(made)
    db.flush()
    told = {"site": new.site, "expires_at": made.expires_at.isoformat()}
    audit.record(db, at, by, Thing("device", new.device), Act("enrol_code_made", detail=told))
    return code, made.expires_at


def redeem(
    db: Session, at: datetime, authority: Authority, asked: Asked
) -> Enrolled | NotPermitted:
    """Let a box in by its code, once; a code that does not fit is counted and returned as refused.

    The refusal is returned, not raised: its count must be committed.

    Raises:
        TooManyAttempts: too many codes did not fit lately.
        FieldsMissing: the request or the signing key is none.
        Conflict: a box of that name has another signing key.
    """
    attempts.check(db, at, asked.limits)
    code = repository.code_by_hash(db, _hash(asked.secret))
    refused = _refusal(code, at, asked.device)
    if code is None or refused is not None:
        attempts.note(db, at, asked.limits)
        return refused or _unknown_code()
    device = DeviceId(code.device_id)
    cameras = [NewCamera(CameraId(name), str(label)) for name, label in code.cameras.items()]
    row = register(db, at, NewDevice(device, asked.signing_key, code.site, cameras))
    row.secret_sha256 = row.broker_password = None
    code.used_at = at
    end_certificates(db, at, device, "replaced")
    certificate = _issue(db, at, authority, device, asked.csr)
    told = {"serial": certificate.serial, "site": code.site, "cameras": list(code.cameras)}
    by = Who(f"{_WHO}:{device}", _WHO, client=asked.client)
    audit.record(db, at, by, Thing("device", device), Act("enrolled_by_code", detail=told))
    return Enrolled(DeviceRef(device, code.site, asked.signing_key), certificate)


def renew(
    db: Session, at: datetime, authority: Authority, device: DeviceRef, csr: str
) -> Certified:
    """Make the next certificate of a box; the present one works until the new one is confirmed.

    Raises:
        FieldsMissing: the request is none.
    """
    made = _issue(db, at, authority, device.id, csr)
    act = Act("certificate_renewed", detail={"serial": made.serial})
    audit.record(db, at, Who(f"{_WHO}:{device.id}", _WHO), Thing("device", device.id), act)
    return made


def confirm(db: Session, at: datetime, device: DeviceRef, certificate: x509.Certificate) -> None:
    """Learn that a box uses a certificate: the ones before it are refused from now on."""
    used = repository.certificate(db, serial_of(certificate))
    if used is None or used.confirmed_at is not None:
        return
    used.confirmed_at = at
    end_certificates(db, at, device.id, "superseded", but=used.serial)


def holder_of(db: Session, at: datetime, certificate: x509.Certificate) -> DeviceRef:
    """Return the box that holds a certificate of our authority.

    Raises:
        NotSignedIn: the certificate is unknown, ended or another's, or the box is revoked.
    """
    known = repository.certificate(db, serial_of(certificate))
    if known is None or known.device_id != name_of(certificate):
        raise NotSignedIn("the certificate is none of ours; enrol the box", "证书不是本服务器签发")
    if known.ended_at is not None or at >= known.expires_at:
        why = known.ended_because or "expired"
        raise NotSignedIn(
            f"the certificate of {known.device_id} is {why}; make a code with patrol server "
            "device enrol-code and enrol the box anew",
            "设备证书已失效，请重新注册设备",
        )
    device = known_device(db, DeviceId(known.device_id))
    if device is None:
        raise NotSignedIn(f"{known.device_id} is revoked", "设备已被吊销")
    return device


def end_certificates(
    db: Session, at: datetime, device: DeviceId, because: str, but: str | None = None
) -> None:
    """Refuse a box's certificates from now on, all but one."""
    for one in repository.live_certificates(db, device):
        if one.serial != but:
            one.ended_at, one.ended_because = at, because
    db.flush()


def refused_certificates(db: Session, at: datetime) -> list[tuple[str, datetime, DeviceId]]:
    """Return serial, since when, and whose: what is refused though it has not run out."""
    return [
        (one.serial, one.ended_at, DeviceId(one.device_id))
        for one in repository.ended_certificates(db, at)
        if one.ended_at is not None
    ]


def _issue(
    db: Session, at: datetime, authority: Authority, device: DeviceId, csr: str
) -> Certified:
    made = authority.certify_device(device, csr, at)
    row = DeviceCertificate(
        serial=made.serial, device_id=device, issued_at=at, expires_at=made.expires_at
    )
    db.add(row)
    db.flush()
    return made


def _check(new: NewCode) -> None:
    if not re.fullmatch(NAME_PATTERN, new.device) or new.device == SERVER_USER:
        raise FieldsMissing(["device"], "设备编号须为小写字母、数字、- 或 _，且不得为 server")
    strange = [name for name in new.cameras if not re.fullmatch(NAME_PATTERN, name)]
    for name in new.cameras.values():
        refuse_private(None, name)
    if strange or not new.cameras:
        raise FieldsMissing(["cameras"], "摄像机编号须为小写字母、数字、- 或 _，至少一台")
    if not timedelta(minutes=1) <= new.lasts <= LONGEST:
        raise FieldsMissing(["minutes"], "注册码有效期须为1分钟至24小时")


def _refusal(code: EnrolCode | None, at: datetime, device: DeviceId | None) -> NotPermitted | None:
    if code is None:
        return _unknown_code()
    if code.used_at is not None:
        return NotPermitted(
            f"the code was used at {code.used_at:%Y-%m-%d %H:%M} UTC; make a new one. If nobody of "
            f"yours did that, revoke {code.device_id}",
            "注册码已被使用；如非本人所为，请立即吊销该设备",
            rule_id="ENROL-USED",
        )
    if code.ended_at is not None:
        return NotPermitted(
            "a newer code was made for this box; use that one",
            "已为该设备生成新的注册码，旧码作废",
            rule_id="ENROL-REPLACED",
        )
    if at >= code.expires_at:
        return NotPermitted(
            f"the code worked until {code.expires_at:%Y-%m-%d %H:%M} UTC; make a new one",
            "注册码已过期，请重新生成",
            rule_id="ENROL-EXPIRED",
        )
    if device is not None and device != code.device_id:
        return NotPermitted(
            f"the code is for {code.device_id}, this box calls itself {device}; mend `device` in "
            "site.yaml, or make a code for this box",
            f"注册码属于设备 {code.device_id}，与本机编号 {device} 不符",
            rule_id="ENROL-DEVICE",
        )
    return None


def _unknown_code() -> NotPermitted:
    return NotPermitted(
        "no such code was made here; check every group of it, and that --server is the right one",
        "注册码不存在，请核对",
        rule_id="ENROL-UNKNOWN",
    )


def _hash(secret: str) -> str:
    """Return what is kept of a code's secret half: 80 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
