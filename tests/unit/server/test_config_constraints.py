"""What the database itself refuses of configuration revisions, whatever a program does."""

from pathlib import Path

import pytest
from config_desk import ConfigDesk
from sqlalchemy.orm import Session
from violations import refused_by

from server.configuration.signing import ConfigurationKey
from server.tables import metadata

_ROW = (
    "INSERT INTO config_revision SELECT gen_random_uuid(), device_id, state, version, files,"
    " files_sha256, author, reason, created_at, restores_id, approved_by, approved_at, {number},"
    " document, {sha256}, signature, key_id, message_id, published_at, at_broker FROM"
    " config_revision WHERE state = '{state}'"
)

#: Name of the constraint → SQL that violates it and nothing else.
VIOLATIONS = {
    "ck_config_revision_state": "UPDATE config_revision SET state = 'lost' WHERE number = 1",
    "ck_config_revision_version": "UPDATE config_revision SET version = 0",
    "ck_config_revision_number": "UPDATE config_revision SET number = 0 WHERE number = 1",
    "ck_config_revision_files_sha256": "UPDATE config_revision SET files_sha256 = 'x'",
    "ck_config_revision_second_person": "UPDATE config_revision SET approved_by = author"
    " WHERE approved_by IS NOT NULL",
    "ck_config_revision_approval": "UPDATE config_revision SET approved_by = 'zhou'"
    " WHERE approved_by IS NULL",
    "ck_config_revision_sent_whole": "UPDATE config_revision SET signature = NULL WHERE number = 1",
    "ck_config_revision_sent_approved": "UPDATE config_revision SET approved_by = NULL,"
    " approved_at = NULL WHERE number = 1",
    "ck_config_revision_sent_state": "UPDATE config_revision SET state = 'refused'"
    " WHERE number IS NULL",
    "fk_config_revision_device_id": "UPDATE config_revision SET device_id = 'box-9'"
    " WHERE number = 1",
    "fk_config_revision_restores_id": "UPDATE config_revision SET restores_id = gen_random_uuid()",
    "uq_config_revision_device_id_number": _ROW.format(
        number="number", sha256="repeat('0', 64)", state="acknowledged"
    ),
    "uq_config_revision_device_id_document_sha256": _ROW.format(
        number="number + 7", sha256="document_sha256", state="acknowledged"
    ),
    "ix_config_revision_one_published": _ROW.format(
        number="number + 7", sha256="repeat('0', 64)", state="published"
    ),
}


@pytest.fixture
def filled(db: Session, tmp_path: Path) -> Session:
    """An acknowledged revision, a published one and a draft."""
    desk = ConfigDesk(db, ConfigurationKey.at(tmp_path / "configuration"))
    desk.answer(desk.published())
    desk.published()
    desk.draft()
    return db


def test_every_violation_is_refused_by_its_own_constraint(filled: Session) -> None:
    refused = {name: refused_by(filled, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}


def test_no_check_and_no_uniqueness_is_left_untried() -> None:
    named = {
        str(constraint.name)
        for constraint in metadata.tables["config_revision"].constraints
        if constraint.__visit_name__ != "primary_key_constraint"
    }
    assert named - set(VIOLATIONS) == set()
