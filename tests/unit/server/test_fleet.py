"""Boxes: enrolled with a secret of their own, known again, heard."""

import base64
import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text
from sqlalchemy.orm import Session

from hazard_library.contract.device import CameraCondition, CameraState
from hazard_library.contract.ids import CameraId, DeviceId
from hazard_library.contract.losses import RangeLost
from server.fleet import service as fleet
from server.fleet.broker_files import BrokerPlan, BrokerUser, write_config, write_users
from server.fleet.credentials import (
    Credential,
    broker_hash,
    read_credential,
    write_credential,
)
from server.fleet.service import NewDevice
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotSignedIn, SettingsError
from server.testing.bureau import BY, enrol, settle
from server.testing.fake_device import START, FakeDevice


@pytest.fixture
def box(db: Session) -> FakeDevice:
    settle(db)
    device = FakeDevice()
    device.secret = enrol(db, device)
    return device


def test_a_box_is_known_by_its_secret_alone(db: Session, box: FakeDevice) -> None:
    assert fleet.authenticate(db, box.id, box.secret).key_id
    for name, secret in ((box.id, "wrong"), ("box-9", box.secret), (box.id, "")):
        with pytest.raises(NotSignedIn):
            fleet.authenticate(db, name, secret)


def test_no_secret_is_in_the_database(db: Session, box: FakeDevice) -> None:
    row = db.execute(text("SELECT device::text FROM device")).scalar()
    assert box.secret not in str(row)


def test_enrolling_again_gives_a_new_secret_and_the_old_one_ends(
    db: Session, box: FakeDevice
) -> None:
    renewed = enrol(db, box)
    assert fleet.authenticate(db, box.id, renewed)
    with pytest.raises(NotSignedIn):
        fleet.authenticate(db, box.id, box.secret)


def test_another_key_under_a_known_name_is_refused(db: Session, box: FakeDevice) -> None:
    with pytest.raises(Conflict, match="another key"):
        enrol(db, FakeDevice(box.id))


def test_an_unregistered_site_is_refused(db: Session, box: FakeDevice) -> None:
    new = NewDevice(DeviceId("box-2"), FakeDevice().public_key, "nowhere", [])
    with pytest.raises(NotFound, match="nowhere"):
        fleet.enrol(db, START, BY, new)
    assert fleet.known_device(db, box.id) is not None


def test_a_revoked_box_is_unknown_to_everybody(db: Session, box: FakeDevice) -> None:
    fleet.revoke(db, START, BY, box.id, "stolen")
    assert fleet.known_device(db, box.id) is None
    assert fleet.broker_users(db) == []
    with pytest.raises(NotSignedIn):
        fleet.authenticate(db, box.id, box.secret)


def test_what_a_box_says_of_itself_replaces_what_it_said_before(
    db: Session, box: FakeDevice
) -> None:
    for condition in (CameraCondition.OK, CameraCondition.FROZEN):
        camera = CameraState(camera=CameraId("gate"), condition=condition, since=START, fps=5)
        fleet.hear(db, START, box.state(cameras=(camera,)))
    seen = fleet.all_seen(db)[0]
    assert seen.state is not None
    assert [camera.condition for camera in seen.state.cameras] == [CameraCondition.FROZEN]
    told = db.execute(text("SELECT count(*) FROM live_change WHERE kind = 'device'")).scalar()
    assert told == 2


def test_a_heartbeat_that_brings_no_news_wakes_no_page(db: Session, box: FakeDevice) -> None:
    for _ in range(3):
        fleet.hear(db, START, box.state())
    told = db.execute(text("SELECT count(*) FROM live_change WHERE kind = 'device'")).scalar()
    assert told == 1


def test_a_key_is_read_as_pem_base64_or_raw_bytes() -> None:
    device = FakeDevice()
    pem = device.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for content in (pem, base64.b64encode(device.public_key) + b"\n", device.public_key):
        assert fleet.read_public_key(content) == device.public_key


def test_what_is_no_ed25519_key_is_refused() -> None:
    other = generate_private_key(SECP256R1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    broken = b"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n"
    for content in (pem, broken, b"", b"short", b"x" * 33):
        with pytest.raises(FieldsMissing):
            fleet.read_public_key(content)


def test_a_credential_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "box-1.json"
    write_credential(path, "device", Credential("box-1", "s3cret"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"device": "box-1", "secret": "s3cret"}
    assert read_credential(path, "device") == Credential("box-1", "s3cret")
    assert "s3cret" not in repr(read_credential(path, "device"))


@pytest.mark.parametrize("content", [None, "", "[]", '{"device": "box-1"}'])
def test_a_broken_credential_file_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "box-1.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=r"box-1\.json"):
        read_credential(path, "device")


def test_each_device_may_write_its_own_topics_and_read_its_own_answers(tmp_path: Path) -> None:
    users = [BrokerUser(name, broker_hash("x")) for name in ("box-1", "box-2")]
    write_users(tmp_path, BrokerUser("server", broker_hash("y")), users)
    rules = (tmp_path / "access").read_text().split("user ")
    mine = next(part for part in rules if part.startswith("box-1\n"))
    assert "topic write hazard-patrol/v1/box-1/incident" in mine
    assert "topic read hazard-patrol/v1/box-1/ack" in mine
    assert "box-2" not in mine
    assert "readwrite" not in mine
    assert "+" not in mine
    assert stat.S_IMODE((tmp_path / "passwords").stat().st_mode) == 0o600


def test_the_broker_listens_on_loopback_and_lets_nobody_in_without_a_name(tmp_path: Path) -> None:
    lines = write_config(BrokerPlan(tmp_path / "broker", 18830)).read_text().splitlines()
    assert "listener 18830 127.0.0.1" in lines
    assert "allow_anonymous false" in lines


def test_with_a_certificate_the_broker_speaks_tls(tmp_path: Path) -> None:
    plan = BrokerPlan(tmp_path / "b", 18830, "0.0.0.0", tmp_path / "c.pem", tmp_path / "k.pem")  # noqa: S104
    content = write_config(plan).read_text()
    assert f"certfile {tmp_path}/c.pem" in content


def told(db: Session, event: str) -> int:
    query = "SELECT count(*) FROM audit_entry WHERE event = :event"
    return int(db.execute(text(query), {"event": event}).scalar() or 0)


def test_two_boxes_under_one_identity_are_noticed_and_told_once_an_hour(
    db: Session, box: FakeDevice
) -> None:
    twin = FakeDevice(box.id, boot="f" * 16)
    for minute, one in enumerate((box, twin, box, twin, box)):
        fleet.hear(db, START + timedelta(minutes=minute), one.state())
    (seen,) = fleet.all_seen(db)
    assert seen.doubled_at == START + timedelta(minutes=4)
    assert told(db, "identity_doubled") == 1
    fleet.hear(db, START + timedelta(hours=2), twin.state())
    assert told(db, "identity_doubled") == 2
    fleet.revoke(db, START, BY, box.id, "two of them")
    enrol(db, box)
    assert fleet.all_seen(db)[0].doubled_at is None


def test_a_box_that_starts_anew_again_and_again_is_one_box(db: Session, box: FakeDevice) -> None:
    for number in range(5):
        anew = FakeDevice(box.id, boot=f"{number:016x}")
        fleet.hear(db, START, anew.state())
        fleet.hear(db, START, anew.state())
        fleet.hear(db, START, anew.state(status="offline"))
    # The last will of a connection that was given up comes after the next start has spoken.
    fleet.hear(db, START, FakeDevice(box.id, boot=f"{3:016x}").state(status="offline"))
    fleet.hear(db, START, FakeDevice(box.id, boot=f"{4:016x}").state())
    assert fleet.all_seen(db)[0].doubled_at is None
    assert told(db, "identity_doubled") == 0


def test_the_late_will_of_an_earlier_start_changes_nothing(db: Session, box: FakeDevice) -> None:
    anew = FakeDevice(box.id, boot="f" * 16)
    fleet.hear(db, START, box.state())
    fleet.hear(db, START, anew.state())
    fleet.hear(db, START, box.state(status="offline"))
    seen = fleet.all_seen(db)[0].state
    assert seen is not None
    assert (seen.status, seen.boot) == ("online", anew.boot)


def test_what_a_box_said_is_readable_after_its_last_will(db: Session, box: FakeDevice) -> None:
    camera = CameraState(
        camera=CameraId("gate"), condition=CameraCondition.FROZEN, since=START, fps=5
    )
    fleet.hear(db, START, box.state(cameras=(camera,), config_error="no zones"))
    fleet.hear(db, START, box.state(status="offline"))
    seen = fleet.all_seen(db)[0].state
    assert seen is not None
    assert (seen.status, seen.cameras, seen.config_error) == ("offline", (camera,), "no zones")


def test_what_a_box_has_lost_is_kept_once(db: Session, box: FakeDevice) -> None:
    lost = RangeLost(boot=box.boot, first=2, last=4, reason="dropped: the outbox was full")
    for _ in range(3):
        fleet.note_lost(db, START, box.id, [lost])
    fleet.note_lost(db, START, box.id, [lost.model_copy(update={"first": 9, "last": 8})])
    assert db.execute(text("SELECT count(*) FROM lost_messages")).scalar() == 1
    assert told(db, "messages_lost") == 1
