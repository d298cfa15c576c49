"""The report counts in the database: what is missing and what is there twice shows."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import Change
from hazard_library.contract.topics import Channel
from server.evidence.file_store import FileStore
from server.ingest.arrival import Arrival
from server.ingest.service import Ingest, accept
from server.kit.db import Database
from server.leads import service as leads
from server.report import Report, report
from server.testing.bureau import enrol, settle
from server.testing.fake_device import START, FakeDevice, file_ref
from server.testing.settled_clock import SettledClock

CATALOGUE = load_catalogue()
PICTURE = b"picture"


@pytest.fixture
def box(database: Database) -> FakeDevice:
    """A box whose one incident has come, opened and closed."""
    device = FakeDevice()
    with database.writing() as db:
        settle(db)
        enrol(db, device)
    events = [
        device.event(evidence=[file_ref(PICTURE)]),
        device.event(seq=2, change=Change.CLOSED),
    ]
    take(database, *((device, event.to_bytes()) for event in events))
    return device


def take(database: Database, *payloads: tuple[FakeDevice, bytes]) -> None:
    parts = Ingest(lambda _: True, lambda db, at, event: leads.attach(db, at, CATALOGUE, event))
    with database.writing() as db:
        for device, payload in payloads:
            at = START + timedelta(minutes=1)
            accept(db, parts, Arrival(device.id, Channel.INCIDENT, payload, at))


def count(database: Database, folder: Path) -> Report:
    return report(database, SettledClock(), FileStore(folder / "evidence"))


def plant(database: Database, *statements: str) -> None:
    with database.writing() as db:
        for statement in statements:
            db.execute(text(statement))


@pytest.mark.usefixtures("box")
def test_a_whole_account(database: Database, tmp_path: Path) -> None:
    made = count(database, tmp_path)
    assert (made.leads, made.tasks, made.transfers) == (1, 0, 0)
    assert (made.duplicates, made.without_lead, made.quarantined) == (0, 0, 0)
    assert [seq for _, seq in made.events] == [1, 2]
    assert made.gaps == ()
    assert (made.evidence.files, made.evidence.pending) == (1, 1)


def test_a_message_that_never_came_is_a_gap(
    database: Database, box: FakeDevice, tmp_path: Path
) -> None:
    box.event(seq=3, change=Change.UPDATED)
    take(database, (box, box.event(seq=4, change=Change.CLOSED).to_bytes()))
    gap = count(database, tmp_path).gaps[0]
    assert (gap.device, gap.missing) == ("box-1", (3,))


@pytest.mark.usefixtures("box")
def test_one_incident_under_two_ids_is_a_duplicate(database: Database, tmp_path: Path) -> None:
    columns = "device_id, camera_id, hazard_id, zone, seq, state, severity, started_at, opened_at,"
    columns += " last_held_at, ended_at, received_at, changed_at"
    plant(
        database,
        f"INSERT INTO incident (id, {columns}) SELECT gen_random_uuid(), {columns} FROM incident",  # noqa: S608
    )
    made = count(database, tmp_path)
    assert (made.duplicates, made.without_lead) == (1, 1)


@pytest.mark.usefixtures("box")
def test_one_lead_twice_is_a_duplicate(database: Database, tmp_path: Path) -> None:
    plant(
        database,
        "CREATE TEMPORARY TABLE twin ON COMMIT DROP AS SELECT * FROM lead",
        "UPDATE twin SET id = gen_random_uuid(), number = number || '9'",
        "INSERT INTO lead SELECT * FROM twin",
    )
    made = count(database, tmp_path)
    assert (made.leads, made.duplicates) == (2, 1)


@pytest.mark.usefixtures("box")
def test_a_change_kept_twice_is_a_duplicate(database: Database, tmp_path: Path) -> None:
    plant(
        database,
        "ALTER TABLE hazard_event DROP CONSTRAINT pk_hazard_event,"
        " DROP CONSTRAINT uq_hazard_event_message_row_id",
        "INSERT INTO hazard_event SELECT * FROM hazard_event WHERE seq = 1",
    )
    assert count(database, tmp_path).duplicates == 1
