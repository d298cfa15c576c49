"""A box that is updated goes on with the evidence that it has."""

import sqlite3
from importlib.resources import files
from pathlib import Path

from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.ledger import EvidenceLedger
from edge.testing.fake_clock import START

INCIDENT = "6b5c88b7-dab9-57fc-b915-f6b586df5283"


def test_orders_and_files_of_the_first_release_are_still_there(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    old = sqlite3.connect(path)
    old.executescript(files("edge.evidence").joinpath("sql", "001.sql").read_text("utf-8"))
    old.execute("PRAGMA user_version = 1")
    row = (INCIDENT, "gate", "PPE-01", "2026-05-04T08:00:00+00:00", "[]", "{}")
    old.execute("INSERT INTO clip_order VALUES (?, ?, ?, ?, ?, ?)", row)
    old.execute(
        "INSERT INTO evidence (sha256, kind, media_type, redaction, bytes, created_at)"
        " VALUES (?, 'clip_shown', 'video/mp4', 'heads_blurred', 9, '2026-05-04T08:00:00+00:00')",
        ("a" * 64,),
    )
    old.commit()
    old.close()
    database = EvidenceDatabase(path, START)
    [order] = EvidenceLedger(database).open_orders()
    assert (str(order.incident), order.clock, order.masks) == (INCIDENT, None, ())
    with database.reading() as connection:
        assert connection.execute("SELECT bytes, sm3 FROM evidence").fetchall() == [(9, None)]
    database.close()
