"""From real film to a document, once; and what is planted as lost or doubled is told."""

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from chain import Part, WholeChain, cut_of_the_street, whole_chain
from sqlalchemy import text

from hazard_library.contract.ids import CameraId
from server.demo.account import Account
from server.demo.chain import source_counts
from server.demo.cli import conclude, read_to_the_end
from server.demo.officer import Decided, decide
from server.demo.plan import DemoCamera

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

_SECONDS = 8.0
_PROTECTION = {
    "pk_hazard_event": "PRIMARY KEY (incident_id, seq)",
    "uq_hazard_event_message_row_id": "UNIQUE (message_row_id)",
}
_ZONE = {"id": "车辆通道", "points": [[0.1, 0.2], [1, 0.2], [1, 1], [0.1, 1]]}


@dataclass(frozen=True)
class Read:
    """A chain whose box has read its film, and what the officer decided."""

    chain: WholeChain
    decided: Decided

    def account(self) -> Account:
        return Account(
            self.chain.edge_report(),
            self.chain.server_report(),
            source_counts(self.chain.plan),
            tuple(str(path) for path in self.decided.documents),
        )

    def conclusion(self) -> int:
        """Let the command itself conclude."""
        return conclude(self.chain.as_demo(), self.decided)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    film = cut_of_the_street(tmp_path_factory.mktemp("film") / "street.avi", _SECONDS)
    name = CameraId("yard")
    camera = DemoCamera(
        name,
        film.name,
        {
            "id": name,
            "source": {"kind": "file", "path": str(film), "start_at": "2026-03-02T08:00:00+08:00"},
            "mode": "replay",
            "zones": [_ZONE],
            "hazards": [{"id": "ZONE-01", "zones": [_ZONE["id"]]}],
        },
    )
    with whole_chain((camera,)) as chain:
        chain.start(Part.BROKER, Part.SERVER, Part.EDGE)
        read_to_the_end(chain.as_demo())
        with chain.officer() as officer:
            decided = decide(officer, chain.plan.folder / "documents")
        yield Read(chain, decided)


def test_a_real_film_becomes_leads_with_verified_evidence_and_a_task(read: Read) -> None:
    account = read.account()
    assert account.faults() == []
    line = account.line()
    assert (line["lost"], line["duplicates"]) == (0, 0)
    assert account.server.leads >= 1
    assert account.server.tasks == 1
    assert account.server.evidence.files == account.server.evidence.verified >= 4
    assert {incident.hazard for incident in account.edge.incidents} == {"ZONE-01"}


def test_every_packet_of_the_film_was_read(read: Read) -> None:
    (camera,) = read.chain.edge_report().cameras
    (source,) = source_counts(read.chain.plan)
    assert camera.frames == source.packets == 80
    assert camera.seconds == pytest.approx(_SECONDS, abs=0.2)


def test_the_tasks_document_is_a_docx_that_names_zone_and_enterprise(read: Read) -> None:
    (document,) = read.decided.documents
    with zipfile.ZipFile(document) as parts:
        words = parts.read("word/document.xml").decode("utf-8")
    assert "演示企业一号机械有限公司" in words
    assert "疑似" in words


def test_the_conclusion_is_one_object_and_no_fault(
    read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read.conclusion() == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out)["leads"] >= 1


def test_an_event_that_the_box_raised_and_the_database_lacks_is_a_loss(
    read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    outbox = read.chain.plan.folder / "edge" / "stores" / "outbox.db"
    planted = _plant_event_called_settled(outbox)
    try:
        assert read.conclusion() == 1
        said = capsys.readouterr()
        assert "1 events or messages are lost" in said.err
        assert json.loads(said.out)["lost"] == 1
    finally:
        _sqlite(outbox, "DELETE FROM message WHERE id = ?", planted)


def test_a_number_that_never_came_is_a_loss(read: Read, capsys: pytest.CaptureFixture[str]) -> None:
    highest = "UPDATE device_boot SET last_message_no = last_message_no"
    _change(read.chain, f"{highest} + 2")
    try:
        assert read.conclusion() == 1
        said = capsys.readouterr()
        assert json.loads(said.out)["lost"] == 2
        assert "2 events or messages are lost" in said.err
    finally:
        _change(read.chain, f"{highest} - 2")


def test_an_event_that_stands_twice_is_a_duplicate(
    read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    # The database itself refuses this, so the test takes its protection away meanwhile.
    _change(read.chain, *(f"ALTER TABLE hazard_event DROP CONSTRAINT {n}" for n in _PROTECTION))
    _change(read.chain, "INSERT INTO hazard_event SELECT * FROM hazard_event ORDER BY seq LIMIT 1")
    try:
        assert read.conclusion() == 1
        said = capsys.readouterr()
        assert json.loads(said.out)["duplicates"] == 1
        assert "1 things stand twice in the database" in said.err
    finally:
        _change(
            read.chain,
            """DELETE FROM hazard_event WHERE ctid IN (
                SELECT max(ctid) FROM hazard_event GROUP BY incident_id, seq HAVING count(*) > 1
            )""",
            *(f"ALTER TABLE hazard_event ADD CONSTRAINT {n} {w}" for n, w in _PROTECTION.items()),
        )


def _change(chain: WholeChain, *statements: str) -> None:
    """Change the database behind the server's back, as its owner."""
    with chain.database() as database, database.writing() as db:
        for statement in statements:
            db.execute(text(statement))


def _plant_event_called_settled(outbox: Path) -> str:
    """Write down an event as told and acknowledged which never was sent."""
    planted = str(uuid4())
    _sqlite(
        outbox,
        """INSERT INTO message (id, boot, message_no, channel, payload, payload_crc, incident_id,
               seq, settled_at, outcome)
           SELECT ?, boot, message_no + 1000, channel, payload, payload_crc, ?, 1, settled_at,
               'accepted'
           FROM message WHERE channel = 'incident' LIMIT 1""",
        planted,
        str(uuid4()),
    )
    return planted


def _sqlite(file: Path, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(statement, values)
