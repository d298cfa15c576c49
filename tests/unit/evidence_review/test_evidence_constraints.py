"""What the database itself refuses about materials, their uses, holds, exports and reviews."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from violations import refused_by

from server.evidence import service as evidence
from server.tables import metadata
from server.testing.bureau import enrol, settle
from server.testing.fake_device import START, FakeDevice, file_ref

TABLES = (
    "camera_review",
    "evidence_material",
    "evidence_use",
    "evidence_hold",
    "evidence_export",
    "evidence_tombstone",
)
_P = "gen_random_uuid()"
VIOLATIONS = {
    "ck_camera_review_state": "UPDATE camera_review SET state = 'lost'",
    "ck_camera_review_version": "UPDATE camera_review SET version = 0",
    "ck_camera_review_term": "UPDATE camera_review SET valid_to = '2000-01-01'",
    "ck_camera_review_sign_photo": "UPDATE camera_review SET sign_photo_sha256 = 'x'",
    "ck_camera_review_both_halves": "UPDATE camera_review SET state = 'qualified'",
    "ck_camera_review_apart": "UPDATE camera_review SET legal_person = handler_person",
    "fk_camera_review_camera": "UPDATE camera_review SET camera_id = 'nowhere'",
    "uq_camera_review_open": "INSERT INTO camera_review SELECT gen_random_uuid(), device_id,"
    " camera_id, state, version, handler_person, handler_name, submitted_at, owner, legal_basis,"
    " certificate_no, sign_photo_sha256, publication_url, published_on, valid_from, valid_to"
    " FROM camera_review",
    "ck_evidence_material_state": "UPDATE evidence_material SET state = 'lost'",
    "ck_evidence_material_version": "UPDATE evidence_material SET version = 0",
    "ck_evidence_material_handler": "UPDATE evidence_material SET fixed_at = now()",
    "ck_evidence_material_both_halves": "UPDATE evidence_material SET state = 'qualified'",
    "ck_evidence_material_apart": "UPDATE evidence_material SET legal_person = incident_id,"
    " tech_person = incident_id",
    "ck_evidence_material_destroyed_at": "UPDATE evidence_material SET destroyed_at = now()",
    "uq_evidence_material_incident_id": "INSERT INTO evidence_material SELECT gen_random_uuid(),"
    " incident_id, device_id, state, version, announced_at FROM evidence_material",
    "fk_evidence_material_device_id": "UPDATE evidence_material SET device_id = 'box-9'",
    "fk_evidence_material_unit_id": "UPDATE evidence_material SET unit_id = incident_id",
    "ck_evidence_use_use": "UPDATE evidence_use SET use = 'art'",
    "ck_evidence_use_ended": "UPDATE evidence_use SET ended_at = now()",
    "uq_evidence_use_open": "INSERT INTO evidence_use SELECT gen_random_uuid(), material_id,"
    " matter_kind, matter_id, matter_number, use, attached_at, attached_person, attached_name"
    " FROM evidence_use",
    "fk_evidence_use_material_id": "UPDATE evidence_use SET material_id = attached_person",
    "ck_evidence_hold_state": "UPDATE evidence_hold SET state = 'lost'",
    "ck_evidence_hold_released": "UPDATE evidence_hold SET state = 'released'",
    "fk_evidence_hold_material_id": "UPDATE evidence_hold SET material_id = id",
    "ck_evidence_export_state": "UPDATE evidence_export SET state = 'lost', copy_no = 9",
    "ck_evidence_export_use": "UPDATE evidence_export SET use = 'art'",
    "ck_evidence_export_version": "UPDATE evidence_export SET version = 0",
    "ck_evidence_export_apart": "UPDATE evidence_export SET decided_person = requested_person",
    "ck_evidence_export_copy_no": "UPDATE evidence_export SET state = 'approved'",
    "uq_evidence_export_material_id_copy_no": "UPDATE evidence_export SET copy_no = 1",
    "fk_evidence_export_material_id": "UPDATE evidence_export SET material_id = id",
    "ck_evidence_tombstone_bytes": "INSERT INTO evidence_tombstone (material_id, incident_id,"
    " sha256, bytes, kinds, was_here, destroyed_at, destroyed_by, basis) SELECT id, incident_id,"
    " 'x', 0, 'clip', true, now(), 'me', 'none' FROM evidence_material",
    "fk_evidence_tombstone_material_id": "INSERT INTO evidence_tombstone (material_id,"
    " incident_id, sha256, bytes, kinds, was_here, destroyed_at, destroyed_by, basis) SELECT"
    " gen_random_uuid(), incident_id, 'x', 1, 'clip', true, now(), 'me', 'none'"
    " FROM evidence_material",
}


@pytest.fixture
def filled(db: Session) -> Session:
    settle(db)
    box = FakeDevice()
    enrol(db, box)
    event = box.event()
    evidence.announce(db, START, box.id, event.incident_id, [file_ref(b"picture")])
    of_material = f"SELECT {_P}, id"
    export = "'requested', 1, 'lead_only', 'why', 'who', now()"
    use = "'handover', '1', 'AJ-1', 'lead_only', now()"
    days = "'2026-01-01', '2026-01-01', '2026-12-31'"
    dossier = f"now(), 'o', 'l', 'c', repeat('a', 64), 'https://x', {days}"
    for row in (
        f"camera_review SELECT {_P}, 'box-1', 'gate', 'in_review', 1, {_P}, 'n', {dossier}",
        f"evidence_use {of_material}, {use}, {_P}, 'n' FROM evidence_material",
        f"evidence_hold {of_material}, 'held', 'why', now(), 'who' FROM evidence_material",
        f"evidence_export {of_material}, {export}, {_P}, 'n' FROM evidence_material",
        f"evidence_export {of_material}, {export}, {_P}, 'n' FROM evidence_material",
    ):
        db.execute(text(f"INSERT INTO {row}"))
    return db


def test_every_violation_is_refused_by_its_own_constraint(filled: Session) -> None:
    refused = {name: refused_by(filled, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}


def test_no_check_and_no_uniqueness_is_left_untried() -> None:
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in metadata.tables[table].constraints
        if constraint.__visit_name__ != "primary_key_constraint"
    }
    assert named - set(VIOLATIONS) == set()


def test_a_tombstone_stays_as_it_was_written(filled: Session) -> None:
    filled.execute(
        text(
            "INSERT INTO evidence_tombstone (material_id, incident_id, sha256, bytes, kinds,"
            " was_here, destroyed_at, destroyed_by, basis) SELECT id, incident_id, 'x', 1,"
            " 'clip', true, now(), 'me', 'none' FROM evidence_material"
        )
    )
    for act in ("UPDATE evidence_tombstone SET basis = 'x'", "DELETE FROM evidence_tombstone"):
        with pytest.raises(IntegrityError, match="append-only"), filled.begin_nested():
            filled.execute(text(act))
