import json
import os
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from recorders import BOX, MODEL

from edge.errors import EvidenceError, StoreUnusable
from edge.evidence.clip_job import Made
from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.identity_key import load_or_create, public_bytes
from edge.evidence.ledger import ClipOrder, EvidenceLedger
from edge.evidence.seal import Maker, Sealer
from edge.evidence.unsealed import Unsealed
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.tally import Tally
from hazard_library.contract.clock import ClockState
from hazard_library.contract.evidence import EvidenceKind, EvidenceSealed
from hazard_library.contract.ids import CameraId, HazardId, incident_id
from hazard_library.errors import ProofError
from hazard_library.proof.signature import key_id, verified

CAMERA, HAZARD = CameraId("gate"), HazardId("PPE-01")


def order(zone: str = "a") -> ClipOrder:
    identity = incident_id(BOX, CAMERA, HAZARD, None, START.replace(second=ord(zone) % 60))
    return ClipOrder(identity, CAMERA, HAZARD, START, files=(), lost={EvidenceKind.CLIP_SHOWN: "?"})


class Office:
    """Where manifests are sealed, on disk."""

    def __init__(self, folder: Path, outbox: MemoryOutbox | None = None) -> None:
        self.outbox = outbox or MemoryOutbox()
        self.key = load_or_create(folder / "key.pem")
        self.database = EvidenceDatabase(folder / "evidence.db", START)
        self.ledger = EvidenceLedger(self.database)
        maker = Maker(BOX, "hazard-patrol 0", "0" * 64, "2" * 64, lambda _camera, _hazard: (MODEL,))
        self.sealer = Sealer(maker, self.key, self.ledger, self.outbox, FakeClock())

    @property
    def sealed(self) -> list[EvidenceSealed]:
        messages = [kept.message for kept in self.outbox.kept.values()]
        return [message for message in messages if isinstance(message, EvidenceSealed)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_sealed_manifest_verifies_with_the_boxs_public_key(office: Office) -> None:
    office.sealer.seal(order(), None)
    [sealed] = office.sealed
    manifest = verified(sealed, public_bytes(office.key))
    assert manifest.incident_id == order().incident
    assert manifest.key_id == key_id(public_bytes(office.key))
    assert manifest.lost == {EvidenceKind.CLIP_SHOWN: "?"}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("manifest", lambda text: text.replace("PPE-01", "PPE-02")),
        ("manifest", lambda text: text + " "),
        ("manifest_sha256", lambda _: "0" * 64),
        ("signature", lambda _: b64encode(bytes(64)).decode()),
        ("signature", lambda _: "no base64!"),
    ],
)
def test_whatever_is_altered_is_noticed(office: Office, field: str, change: object) -> None:
    office.sealer.seal(order(), None)
    [sealed] = office.sealed
    assert callable(change)
    altered = sealed.model_copy(update={field: change(getattr(sealed, field))})
    with pytest.raises(ProofError):
        verified(altered, public_bytes(office.key))


def test_a_manifest_says_by_which_rules_and_clock_it_was_made(office: Office) -> None:
    clock = ClockState(source="arrival", synchronised=False, uncertainty_ms=16000.0)
    wanted = replace(order(), clock=clock)
    office.ledger.order(wanted)
    office.sealer.seal(*office.ledger.open_orders(), None)
    manifest = verified(office.sealed[0], public_bytes(office.key))
    assert manifest.clock == clock
    assert manifest.catalogue_sha256 == "2" * 64
    assert manifest.models == {MODEL.name: MODEL.sha256}
    assert manifest.model_versions == {MODEL.name: MODEL.version}
    assert manifest.original is None, "there is no clip"


def test_a_manifest_of_the_first_release_still_verifies(office: Office) -> None:
    """Its text has none of the fields that came later; the signature is over that very text."""
    office.sealer.seal(order(), None)
    [sealed] = office.sealed
    later = {"clock", "model_versions", "catalogue_sha256", "original", "privacy_masks"}
    text = json.dumps({k: v for k, v in json.loads(sealed.manifest).items() if k not in later})
    old = sealed.model_copy(
        update={
            "manifest": text,
            "manifest_sha256": sha256(text.encode()).hexdigest(),
            "signature": b64encode(office.key.sign(text.encode())).decode(),
        }
    )
    manifest = verified(old, public_bytes(office.key))
    assert manifest.incident_id == order().incident
    assert manifest.clock is None


def test_another_boxs_key_does_not_verify(office: Office, tmp_path: Path) -> None:
    office.sealer.seal(order(), None)
    other = load_or_create(tmp_path / "other.pem")
    with pytest.raises(ProofError):
        verified(office.sealed[0], public_bytes(other))


def test_manifests_form_one_chain_also_over_a_restart(tmp_path: Path) -> None:
    first = Office(tmp_path)
    for zone in "ab":
        first.sealer.seal(order(zone), None)
    first.database.close()
    second = Office(tmp_path, first.outbox)
    second.sealer.seal(order("c"), None)
    manifests = [verified(one, public_bytes(second.key)) for one in second.sealed]
    hashes = [one.manifest_sha256 for one in second.sealed]
    assert [one.previous_manifest_sha256 for one in manifests] == [None, *hashes[:-1]]


def test_an_incident_is_sealed_once(office: Office) -> None:
    office.ledger.order(order())
    office.sealer.seal(order(), None)
    office.sealer.seal(order().without(EvidenceKind.CLIP_ORIGINAL, "later"), None)
    assert len(office.sealed) == 1
    assert office.ledger.open_orders() == ()


def test_a_crash_between_sealing_and_announcing_loses_no_manifest(tmp_path: Path) -> None:
    class Crash(Exception):
        pass

    class CrashingOutbox(MemoryOutbox):
        def append(self, *_args: object, **_more: object) -> EvidenceSealed:
            raise Crash

    first = Office(tmp_path, CrashingOutbox())
    with pytest.raises(Crash):
        first.sealer.seal(order(), None)
    first.database.close()
    second = Office(tmp_path)
    second.sealer.announce()
    assert len(second.sealed) == 1
    second.sealer.announce()
    assert len(second.sealed) == 1


def test_orders_outlive_the_process_word_for_word(tmp_path: Path) -> None:
    first = Office(tmp_path)
    first.ledger.order(order())
    first.database.close()
    assert Office(tmp_path).ledger.open_orders() == (order(),)


def test_the_signing_key_is_made_once_and_readable_by_its_account_only(tmp_path: Path) -> None:
    path = tmp_path / "identity" / "key.pem"
    first, second = load_or_create(path), load_or_create(path)
    assert public_bytes(first) == public_bytes(second)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_signing_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(EvidenceError, match="chmod 600"):
        load_or_create(path)


def test_a_damaged_signing_key_is_set_aside_and_never_a_reason_not_to_start(
    tmp_path: Path,
) -> None:
    path = tmp_path / "key.pem"
    before = public_bytes(load_or_create(path))
    path.write_bytes(b"")
    assert public_bytes(load_or_create(path)) != before
    assert path.with_suffix(".damaged").exists()


def test_a_key_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EvidenceError, match=r"key\.pem"):
        load_or_create(tmp_path / "file" / "key.pem")


@pytest.mark.parametrize(
    "damage", [b"", b"\0" * 8192, os.urandom(5000)], ids=["empty", "zero", "noise"]
)
def test_a_damaged_database_is_set_aside_and_a_new_one_begun(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "evidence.db"
    first = EvidenceDatabase(path, START)
    EvidenceLedger(first).order(order())
    first.close()
    path.write_bytes(damage)
    second = EvidenceDatabase(path, START)
    EvidenceLedger(second).order(order("b"))
    assert [one.incident for one in EvidenceLedger(second).open_orders()] == [order("b").incident]
    assert second.set_aside is not None
    assert second.set_aside.path.read_bytes() == damage


def test_a_database_that_the_disk_does_not_let_be_opened_is_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    database = EvidenceDatabase(path, START)
    EvidenceLedger(database).order(order())
    database.close()
    # As on a full disk: SQLite cannot make the file that it works with beside the database.
    path.with_name("evidence.db-wal").mkdir()
    with pytest.raises(StoreUnusable, match="the disk has room"):
        EvidenceDatabase(path, START)
    path.with_name("evidence.db-wal").rmdir()
    database = EvidenceDatabase(path, START)
    assert database.set_aside is None
    assert [one.incident for one in EvidenceLedger(database).open_orders()] == [order().incident]
    database.close()


def test_manifests_that_no_disk_takes_are_kept_up_to_a_bound_and_the_oldest_are_counted() -> None:
    tally = Tally()
    unsealed = Unsealed(tally, most=2)
    for name in ("a", "b", "c"):
        unsealed.add(Made(order(name), None))
    assert unsealed.first == Made(order("b"), None)
    assert (len(unsealed), tally["manifests_dropped"]) == (2, 1)
    unsealed.sealed_first()
    assert unsealed.first == Made(order("c"), None)


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    database = EvidenceDatabase(path, START)
    with database.reading() as connection:
        connection.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreUnusable, match="newer release"):
        EvidenceDatabase(path, START)
