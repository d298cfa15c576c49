"""Evidence comes in pieces, is checked by its hash, and every look at it is recorded."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import DeviceId, manifest_id
from hazard_library.contract.topics import Channel
from server.evidence import service as evidence
from server.evidence.file_store import FileStore
from server.evidence.states import FileState
from server.evidence.uploads import LARGEST_FILE
from server.fleet import service as fleet
from server.ingest.arrival import Arrival
from server.ingest.service import Ingest, accept
from server.kit.db import Database
from server.leads import service as leads
from server.testing.bureau import BY, enrol
from server.testing.fake_device import FakeDevice, file_ref
from server.testing.settled_clock import SettledClock

from .conftest import SignIn

PICTURE = os.urandom(5000)
ORIGINAL = os.urandom(3000)


@pytest.fixture
def door(address: str, device: FakeDevice) -> Iterator[httpx.Client]:
    """The box's own way in."""
    with box_client(address, device.id, device.secret) as client:
        yield client


@pytest.fixture
def announced(device: FakeDevice, database: Database, catalogue: Catalogue) -> FakeDevice:
    """The box has told of an incident with a picture and its sealed original."""
    refs = (file_ref(PICTURE), file_ref(ORIGINAL, EvidenceKind.FRAME_ORIGINAL))
    event = device.event(evidence=refs)
    parts = Ingest(
        knows_hazard=lambda _hazard: True,
        tell_leads=lambda db, at, told: leads.attach(db, at, catalogue, told),
    )
    with database.writing() as db:
        at = event.opened_at + timedelta(seconds=1)
        receipt = accept(db, parts, Arrival(device.id, Channel.INCIDENT, event.to_bytes(), at))
        assert receipt is not None
        assert receipt.reason is None
    return device


def box_client(address: str, device: str, secret: str) -> httpx.Client:
    return httpx.Client(base_url=address, auth=(device, secret), trust_env=False)


def sha(content: bytes) -> str:
    return file_ref(content).sha256


def push(
    door: httpx.Client, content: bytes, offset: int, end: int, name: str | None = None
) -> httpx.Response:
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(len(content))}
    url = f"/api/v1/device/evidence/{name or sha(content)}"
    return door.patch(url, content=content[offset:end], headers=headers)


def offset(door: httpx.Client, content: bytes) -> tuple[str, str]:
    answer = door.head(f"/api/v1/device/evidence/{sha(content)}")
    assert answer.status_code == 200
    return answer.headers["Upload-Offset"], answer.headers["Upload-Complete"]


def state_of(db: Session, content: bytes) -> str:
    query = text("SELECT state FROM evidence_file WHERE sha256 = :sha")
    return str(db.execute(query, {"sha": sha(content)}).scalar())


def item_id(db: Session, content: bytes) -> str:
    query = text("SELECT id FROM evidence_item WHERE sha256 = :sha")
    return str(db.execute(query, {"sha": sha(content)}).scalar())


@pytest.mark.usefixtures("announced")
def test_an_upload_goes_on_where_it_stopped(
    door: httpx.Client, files: FileStore, database: Database
) -> None:
    assert offset(door, PICTURE) == ("0", "0")
    assert push(door, PICTURE, 0, 2000).status_code == 204
    assert offset(door, PICTURE) == ("2000", "0")
    last = push(door, PICTURE, 2000, 5000)
    assert (last.status_code, last.headers["Upload-Complete"]) == (204, "1")
    assert offset(door, PICTURE) == ("5000", "1")
    assert files.path(sha(PICTURE)).read_bytes() == PICTURE
    with database.reading() as db:
        assert state_of(db, PICTURE) == FileState.STORED


@pytest.mark.usefixtures("announced")
def test_a_piece_that_begins_elsewhere_is_told_where_to_go_on(door: httpx.Client) -> None:
    push(door, PICTURE, 0, 2000)
    for start in (0, 3000):
        answer = push(door, PICTURE, start, 4000)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "2000")


@pytest.mark.usefixtures("announced")
def test_the_last_piece_sent_again_is_well(door: httpx.Client) -> None:
    push(door, PICTURE, 0, 5000)
    again = push(door, PICTURE, 0, 5000)
    assert (again.status_code, again.headers["Upload-Complete"]) == (204, "1")


@pytest.mark.usefixtures("announced")
def test_other_bytes_than_announced_are_quarantined_and_the_true_ones_may_come(
    door: httpx.Client, files: FileStore, database: Database
) -> None:
    wrong = PICTURE[:-1] + bytes([PICTURE[-1] ^ 1])
    answer = push(door, wrong, 0, 5000, name=sha(PICTURE))
    assert (answer.status_code, answer.json()["code"]) == (422, "evidence_mismatch")
    assert not files.has(sha(PICTURE))
    assert push(door, wrong, 0, 5000, name=sha(PICTURE)).status_code == 422
    with database.reading() as db:
        assert state_of(db, PICTURE) == FileState.QUARANTINED
        [told] = db.execute(text("SELECT detail FROM audit_entry WHERE event = 'mismatched'"))
        assert told.detail == {"rule": "R-029", "device": "box-1"}
        assert db.scalar(text("SELECT mismatches FROM evidence_file WHERE mismatches > 0")) == 2
    rejected = files.path("x").parent.parent / "rejected" / sha(PICTURE)
    assert rejected.read_bytes() == wrong
    assert offset(door, PICTURE) == ("0", "0")
    assert push(door, PICTURE, 0, 5000).status_code == 204
    with database.reading() as db:
        assert state_of(db, PICTURE) == FileState.STORED


@pytest.mark.usefixtures("announced")
def test_more_than_was_announced_is_refused(door: httpx.Client) -> None:
    longer = PICTURE + b"x"
    assert push(door, longer, 0, 5001, name=sha(PICTURE)).status_code == 413
    headers = {"Upload-Offset": "0", "Upload-Length": "5000"}
    url = f"/api/v1/device/evidence/{sha(PICTURE)}"
    assert door.patch(url, content=longer, headers=headers).status_code == 413
    huge = b"x" * (1024 * 1024 + 1)
    assert door.patch(url, content=huge, headers=headers).status_code == 413
    assert offset(door, PICTURE) == ("0", "0")


def test_a_file_beyond_all_measure_is_refused_before_its_first_byte(
    door: httpx.Client, device: FakeDevice, database: Database
) -> None:
    huge = file_ref(PICTURE).model_copy(update={"bytes": LARGEST_FILE + 1})
    event = device.event()
    with database.writing() as db:
        evidence.announce(db, event.opened_at, device.id, event.incident_id, [huge])
    headers = {"Upload-Offset": "0", "Upload-Length": str(huge.bytes)}
    url = f"/api/v1/device/evidence/{huge.sha256}"
    assert door.patch(url, content=PICTURE, headers=headers).status_code == 413


@pytest.mark.usefixtures("announced")
def test_a_file_that_this_box_has_not_announced_is_unknown(
    address: str, door: httpx.Client, database: Database
) -> None:
    assert door.head(f"/api/v1/device/evidence/{'0' * 64}").status_code == 404
    other = FakeDevice(DeviceId("box-2"))
    with database.writing() as db:
        other.secret = enrol(db, other)
    with box_client(address, other.id, other.secret) as stranger:
        assert stranger.head(f"/api/v1/device/evidence/{sha(PICTURE)}").status_code == 404
        assert push(stranger, PICTURE, 0, 5000).status_code == 404


@pytest.mark.usefixtures("announced")
def test_a_wrong_secret_and_a_revoked_box_are_refused(
    address: str, device: FakeDevice, door: httpx.Client, database: Database, clock: SettledClock
) -> None:
    with box_client(address, device.id, "wrong") as wrong:
        assert wrong.head(f"/api/v1/device/evidence/{sha(PICTURE)}").status_code == 401
    with database.writing() as db:
        fleet.revoke(db, clock.now(), BY, device.id, "stolen")
    assert door.head(f"/api/v1/device/evidence/{sha(PICTURE)}").status_code == 401


@pytest.mark.usefixtures("announced")
def test_a_crash_between_file_and_row_is_made_good(
    door: httpx.Client, files: FileStore, database: Database
) -> None:
    place = files.path(sha(PICTURE))
    place.parent.mkdir()
    place.write_bytes(PICTURE)
    assert offset(door, PICTURE) == ("5000", "1")
    with database.reading() as db:
        assert state_of(db, PICTURE) == FileState.STORED


@pytest.mark.usefixtures("announced")
def test_what_was_shown_is_recorded_once_for_a_player_that_asks_often(
    door: httpx.Client, sign_in: SignIn, database: Database
) -> None:
    push(door, PICTURE, 0, 5000)
    officer = sign_in("officer")
    with database.reading() as db:
        url = f"/api/v1/evidence/{item_id(db, PICTURE)}/content"
    whole = officer.get(url)
    assert (whole.status_code, whole.content) == (200, PICTURE)
    part = officer.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, PICTURE[100:200])
    with database.reading() as db:
        looks = db.execute(text("SELECT actor, purpose FROM access_record")).all()
    assert [tuple(look) for look in looks] == [("officer", "查看线索")]


@pytest.mark.usefixtures("announced")
def test_a_sealed_original_opens_with_a_purpose_only_and_to_officers_only(
    door: httpx.Client, sign_in: SignIn, database: Database
) -> None:
    push(door, ORIGINAL, 0, 3000)
    with database.reading() as db:
        url = f"/api/v1/evidence/{item_id(db, ORIGINAL)}/content"
    officer = sign_in("officer")
    refused = officer.get(url)
    assert (refused.status_code, refused.json()["missing_fields"]) == (422, ["purpose"])
    assert officer.get(url, params={"purpose": "  核 "}).status_code == 422
    assert sign_in("aide").get(url, params={"purpose": "核实线索情况"}).status_code == 403
    opened = officer.get(url, params={"purpose": "核实线索情况"})
    assert (opened.status_code, opened.content) == (200, ORIGINAL)
    with database.reading() as db:
        purposes = db.execute(text("SELECT purpose FROM access_record")).scalars().all()
    assert list(purposes) == ["核实线索情况"]


@pytest.mark.usefixtures("announced")
def test_an_administrator_sees_no_evidence(
    door: httpx.Client, sign_in: SignIn, database: Database
) -> None:
    push(door, PICTURE, 0, 5000)
    with database.reading() as db:
        url = f"/api/v1/evidence/{item_id(db, PICTURE)}/content"
    assert sign_in("admin").get(url).status_code == 403


@pytest.mark.usefixtures("announced")
def test_evidence_that_has_not_come_yet_is_not_there(sign_in: SignIn, database: Database) -> None:
    with database.reading() as db:
        url = f"/api/v1/evidence/{item_id(db, PICTURE)}/content"
    assert sign_in("officer").get(url).status_code == 404


def flip_one_bit(path: Path) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.usefixtures("announced")
def test_one_flipped_bit_is_shown_as_altered_and_never_as_evidence(
    door: httpx.Client, sign_in: SignIn, files: FileStore, database: Database, clock: SettledClock
) -> None:
    push(door, PICTURE, 0, 5000)
    with database.reading() as db:
        url = f"/api/v1/evidence/{item_id(db, PICTURE)}/content"
    flip_one_bit(files.path(sha(PICTURE)))
    answer = sign_in("officer").get(url)
    assert (answer.status_code, answer.json()["code"]) == (422, "evidence_mismatch")
    report = evidence.check_stores(database, clock, files)
    assert report.altered == (sha(PICTURE),)
    assert report.verified == 0
    with database.reading() as db:
        assert state_of(db, PICTURE) == FileState.ALTERED


@pytest.mark.usefixtures("announced")
def test_an_altered_file_may_be_brought_again_and_the_altered_bytes_are_kept(
    door: httpx.Client, files: FileStore, database: Database, clock: SettledClock
) -> None:
    push(door, PICTURE, 0, 5000)
    flip_one_bit(files.path(sha(PICTURE)))
    evidence.check_stores(database, clock, files)
    assert offset(door, PICTURE) == ("0", "0")
    assert push(door, PICTURE, 0, 5000).status_code == 204
    assert evidence.check_stores(database, clock, files).verified == 1
    assert files.path(sha(PICTURE)).with_suffix(".altered").exists()


@pytest.mark.usefixtures("announced")
def test_a_file_that_is_gone_is_missing_with_a_reason(
    door: httpx.Client, files: FileStore, database: Database, clock: SettledClock
) -> None:
    push(door, PICTURE, 0, 5000)
    files.path(sha(PICTURE)).unlink()
    report = evidence.check_stores(database, clock, files)
    assert report.missing == (sha(PICTURE),)
    with database.reading() as db:
        reason = db.execute(text("SELECT reason FROM evidence_file WHERE state = 'missing'"))
        assert reason.scalar() == "the file is gone from the store"


@pytest.mark.usefixtures("announced")
def test_on_a_full_disk_the_box_is_told_and_nothing_is_lost(
    door: httpx.Client, files: FileStore
) -> None:
    coming = files.path("incoming").parent.parent / "incoming" / sha(PICTURE)
    coming.symlink_to("/dev/full")
    answer = push(door, PICTURE, 0, 2000)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    coming.unlink()
    assert push(door, PICTURE, 0, 5000).status_code == 204


def test_a_manifest_that_was_changed_in_the_database_is_found(
    device: FakeDevice, database: Database
) -> None:
    event = device.event()
    sealed = device.sealed(event, [file_ref(PICTURE)])
    later = device.event(hazard="ZONE-01")
    unlinked = device.sealed(later, [], previous_manifest_sha256="0" * 64)
    with database.writing() as db:
        box = fleet.known_device(db, device.id)
        assert box is not None
        for announcement in (sealed, unlinked):
            evidence.seal(db, event.opened_at, box, announcement)
        assert evidence.broken_manifests(db, [box]) == [
            f"manifest {manifest_id(later.incident_id)} of box-1: the manifest before it never came"
        ]
        db.execute(text("ALTER TABLE evidence_manifest DISABLE TRIGGER append_only"))
        db.execute(text("UPDATE evidence_manifest SET signature = ''"))
        faults = evidence.broken_manifests(db, [box])
        assert len(faults) == 2
        assert all("signature" in fault for fault in faults)
