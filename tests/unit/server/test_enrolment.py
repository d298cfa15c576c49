"""Codes and certificates: single use, short-lived, bound to one box, ended when they must be."""

import stat
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from requests_for_certificates import request_for
from sqlalchemy import text
from sqlalchemy.orm import Session

from hazard_library.contract.enrolment import EnrolCode
from hazard_library.contract.ids import CameraId, DeviceId
from server.fleet import enrolment
from server.fleet import service as fleet
from server.fleet.authority import Authority, name_of, serial_of
from server.fleet.enrolment import Asked, Enrolled, NewCode
from server.kit.errors import (
    Conflict,
    FieldsMissing,
    NotFound,
    NotPermitted,
    NotSignedIn,
    SettingsError,
    TooManyAttempts,
)
from server.testing.bureau import BY, enrol, settle
from server.testing.fake_device import START, FakeDevice

BOX = DeviceId("box-1")
CAMERAS: Mapping[CameraId, str] = {CameraId("gate"): "大门"}
SOON = START + timedelta(minutes=5)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.at(tmp_path / "authority", START)


@pytest.fixture
def code(db: Session, authority: Authority) -> EnrolCode:
    settle(db)
    return enrolment.make_code(db, START, BY, authority, NewCode(BOX, "site-1", CAMERAS))[0]


def asked(code: EnrolCode, device: FakeDevice | None = None, client: str = "10.0.0.9") -> Asked:
    key = (device or FakeDevice()).public_key
    return Asked(code.secret, BOX, request_for("whatever"), key, client)


def enrolled(db: Session, authority: Authority, code: EnrolCode) -> Enrolled:
    done = enrolment.redeem(db, SOON, authority, asked(code))
    assert isinstance(done, Enrolled)
    return done


def certificate(done: Enrolled) -> x509.Certificate:
    return x509.load_pem_x509_certificate(done.certificate.pem.encode())


def test_a_code_fetches_a_certificate_for_its_own_box(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    done = enrolled(db, authority, code)
    made = certificate(done)
    made.verify_directly_issued_by(authority.certificate)
    assert name_of(made) == BOX, "the name in the request is not asked"
    use = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(use) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert made.not_valid_after_utc == (SOON + timedelta(days=90)).replace(microsecond=0)
    assert enrolment.holder_of(db, SOON, made).id == BOX
    camera = fleet.camera(db, BOX, CameraId("gate"))
    assert camera is not None
    assert camera.name == "大门"
    assert [user.password_hash for user in fleet.broker_users(db)] == [None]


def test_no_code_is_in_the_database(db: Session, code: EnrolCode) -> None:
    rows = db.execute(text("SELECT enrol_code::text FROM enrol_code")).scalars().all()
    assert len(rows) == 1
    assert code.secret not in str(rows)


def test_every_step_is_in_the_audit_chain(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    enrolled(db, authority, code)
    fleet.revoke(db, SOON, BY, BOX, "stolen")
    query = "SELECT event FROM audit_entry WHERE object_type = 'device' ORDER BY seq"
    told = list(db.execute(text(query)).scalars())
    assert told == ["enrol_code_made", "enrolled_by_code", "revoked"]


@pytest.mark.parametrize(
    ("after", "spoilt_by", "rule"),
    [
        (timedelta(minutes=31), "nothing", "ENROL-EXPIRED"),
        (timedelta(minutes=5), "use", "ENROL-USED"),
        (timedelta(minutes=5), "a newer one", "ENROL-REPLACED"),
        (timedelta(minutes=5), "another box", "ENROL-DEVICE"),
        (timedelta(minutes=5), "a slip", "ENROL-UNKNOWN"),
    ],
)
def test_a_code_that_does_not_fit_says_why(
    db: Session,
    authority: Authority,
    code: EnrolCode,
    after: timedelta,
    spoilt_by: str,
    rule: str,
) -> None:
    wanted = asked(code)
    if spoilt_by == "use":
        enrolled(db, authority, code)
    elif spoilt_by == "a newer one":
        enrolment.make_code(db, SOON, BY, authority, NewCode(BOX, "site-1", CAMERAS))
    elif spoilt_by == "another box":
        wanted = Asked(code.secret, DeviceId("box-7"), wanted.csr, wanted.signing_key)
    elif spoilt_by == "a slip":
        wanted = Asked("0" * 16, BOX, wanted.csr, wanted.signing_key)
    done = enrolment.redeem(db, START + after, authority, wanted)
    assert isinstance(done, NotPermitted)
    assert done.rule_id == rule
    if spoilt_by == "another box":
        assert isinstance(enrolment.redeem(db, SOON, authority, asked(code)), Enrolled)


def test_whoever_guesses_is_stopped_and_others_are_not(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    guess = Asked("0" * 16, BOX, request_for("x"), FakeDevice().public_key, "10.6.6.6")
    for _ in range(10):
        assert isinstance(enrolment.redeem(db, SOON, authority, guess), NotPermitted)
    with pytest.raises(TooManyAttempts):
        enrolment.redeem(db, SOON, authority, guess)
    later = SOON + timedelta(minutes=16)
    assert isinstance(enrolment.redeem(db, later, authority, guess), NotPermitted)
    assert enrolled(db, authority, code)


def test_what_is_no_request_leaves_the_code_unused(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    weak = request_for("x", ec.generate_private_key(ec.SECP384R1()))
    for csr in ("", "-----BEGIN CERTIFICATE REQUEST-----", weak):
        with pytest.raises(FieldsMissing), db.begin_nested():
            enrolment.redeem(
                db, SOON, authority, Asked(code.secret, BOX, csr, FakeDevice().public_key)
            )
    assert enrolled(db, authority, code)


def test_a_new_box_under_a_known_name_needs_the_same_signing_key(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    known = FakeDevice(BOX)
    enrol(db, known)
    with pytest.raises(Conflict, match="another key"), db.begin_nested():
        enrolment.redeem(db, SOON, authority, asked(code))
    assert isinstance(enrolment.redeem(db, SOON, authority, asked(code, known)), Enrolled)
    with pytest.raises(NotSignedIn):
        fleet.authenticate(db, BOX, known.secret)


def test_a_revoked_box_is_refused_with_its_certificates(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    made = certificate(enrolled(db, authority, code))
    fleet.revoke(db, SOON, BY, BOX, "stolen")
    with pytest.raises(NotSignedIn, match="revoked"):
        enrolment.holder_of(db, SOON, made)
    refused = enrolment.refused_certificates(db, SOON)
    assert [(serial, device) for serial, _, device in refused] == [(serial_of(made), BOX)]
    pem = authority.refused_list([(serial, since) for serial, since, _ in refused], SOON)
    listed = x509.load_pem_x509_crl(pem.encode())
    assert listed.is_signature_valid(authority.certificate.public_key())  # type: ignore[arg-type]
    assert listed.get_revoked_certificate_by_serial_number(made.serial_number) is not None
    assert enrolment.refused_certificates(db, SOON + timedelta(days=91)) == []


def test_after_a_renewal_both_certificates_work_until_the_new_one_is_used(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    done = enrolled(db, authority, code)
    old = certificate(done)
    renewed = enrolment.renew(db, SOON, authority, done.device, request_for("x"))
    new = x509.load_pem_x509_certificate(renewed.pem.encode())
    assert enrolment.holder_of(db, SOON, old) == enrolment.holder_of(db, SOON, new)
    enrolment.confirm(db, SOON, done.device, new)
    assert enrolment.holder_of(db, SOON, new).id == BOX
    with pytest.raises(NotSignedIn, match="superseded"):
        enrolment.holder_of(db, SOON, old)


def test_a_certificate_that_has_run_out_is_refused(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    made = certificate(enrolled(db, authority, code))
    with pytest.raises(NotSignedIn, match="expired"):
        enrolment.holder_of(db, SOON + timedelta(days=90), made)


def test_a_certificate_that_is_not_in_the_register_is_refused(
    db: Session, authority: Authority, code: EnrolCode
) -> None:
    enrolled(db, authority, code)
    stray = authority.certify_device(BOX, request_for("x"), SOON)
    with pytest.raises(NotSignedIn):
        enrolment.holder_of(db, SOON, x509.load_pem_x509_certificate(stray.pem.encode()))


@pytest.mark.parametrize(
    "new",
    [
        NewCode(DeviceId("server"), "site-1", CAMERAS),
        NewCode(DeviceId("No Name"), "site-1", CAMERAS),
        NewCode(BOX, "site-1", {}),
        NewCode(BOX, "site-1", CAMERAS, timedelta(days=2)),
        NewCode(BOX, "site-1", CAMERAS, timedelta(0)),
    ],
)
def test_a_code_for_what_cannot_be_is_refused(
    db: Session, authority: Authority, new: NewCode
) -> None:
    settle(db)
    with pytest.raises(FieldsMissing):
        enrolment.make_code(db, START, BY, authority, new)


def test_a_code_for_an_unknown_site_is_refused(db: Session, authority: Authority) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        enrolment.make_code(db, START, BY, authority, NewCode(BOX, "nowhere", CAMERAS))


def test_the_servers_own_name_is_no_boxs(db: Session) -> None:
    settle(db)
    with pytest.raises(Conflict, match="own name"):
        enrol(db, FakeDevice(DeviceId("server")))


def test_the_authority_is_made_once_and_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    first, second = Authority.at(folder, START), Authority.at(folder, SOON)
    assert first.fingerprint == second.fingerprint
    assert stat.S_IMODE((folder / "authority-key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "authority-key.pem").unlink()
    with pytest.raises(SettingsError, match="copy"):
        Authority.at(folder, SOON)
