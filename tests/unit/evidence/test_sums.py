"""The kept sums of evidence are those of its rows, whatever was done to them."""

import sqlite3
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import EvidenceError
from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.sums import Sums, counted_sums, kept_sums
from edge.testing.conformance.evidence_store import reference_of
from edge.testing.fake_clock import START, FakeClock
from edge.testing.tally import Tally
from hazard_library.contract.evidence import EvidenceKind

KINDS = (EvidenceKind.FRAME_ORIGINAL, EvidenceKind.CLIP_SHOWN)
QUOTA = 60
STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 9)),
    st.tuples(st.just("sent"), st.integers(0, 9)),
    st.tuples(st.just("told"), st.integers(0, 9)),
    st.tuples(st.just("gone"), st.integers(0, 9)),
    st.just(("restart", 0)),
)


def _data(number: int) -> bytes:
    return bytes([number]) * (number + 3)


class Shelf:
    """A store on a disk that a test goes through step by step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tally = Tally()
        self.open()

    def open(self) -> None:
        self.database = EvidenceDatabase(self.folder / "evidence.db", START)
        self.store = DirectoryStore(
            self.folder / "files", self.database, FakeClock(), self.tally, QUOTA, lambda: 10**9
        )

    def do(self, what: str, number: int) -> None:
        ref = reference_of(_data(number), KINDS[number % 2])
        if what == "put":
            self.put(number)
        elif what == "sent":
            self.store.mark_uploaded(ref.sha256, START)
        elif what == "told":
            self.store.mark_loss_told(ref.sha256)
        elif what == "gone":
            for path in (self.folder / "files" / ref.kind.value).glob(f"*/{ref.sha256}.*"):
                path.unlink()
        else:
            self.database.close()
            self.open()

    def put(self, number: int) -> None:
        try:
            self.store.put(_data(number), reference_of(_data(number), KINDS[number % 2]))
        except EvidenceError as fault:
            assert "quota" in str(fault)  # noqa: PT017 - the only refusal a step may meet


@settings(deadline=None, max_examples=60)
@given(st.lists(STEPS, max_size=25))
def test_the_kept_sums_are_those_of_the_rows_after_every_step(
    steps: list[tuple[str, int]],
) -> None:
    with TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        for what, number in steps:
            shelf.do(what, number)
            assert kept_sums(shelf.database) == counted_sums(shelf.database)
        assert shelf.tally["evidence_sums_mended"] == 0
        shelf.database.close()


def test_sums_that_are_wrong_are_put_right_at_the_start_and_counted(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.do("put", 4)
    with shelf.database.writing() as connection:
        connection.execute("UPDATE evidence_sum SET used_bytes = 1000, lost_files = 7")
    shelf.do("restart", 0)
    assert kept_sums(shelf.database) == Sums(7, 7, 0)
    assert shelf.store.used_bytes() == 7
    assert shelf.tally["evidence_sums_mended"] == 1
    shelf.database.close()


def _remove_all_and_fail(database: EvidenceDatabase) -> None:
    with database.writing() as connection:
        connection.execute("DELETE FROM evidence")
        raise ZeroDivisionError


def test_a_transaction_that_is_undone_undoes_its_sum(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.do("put", 4)
    with pytest.raises(ZeroDivisionError):
        _remove_all_and_fail(shelf.database)
    assert kept_sums(shelf.database) == Sums(7, 7, 0)
    with shelf.database.writing() as connection:
        connection.execute("DELETE FROM evidence")
    assert kept_sums(shelf.database) == Sums(0, 0, 0)
    shelf.database.close()


def test_an_older_box_s_files_are_summed_when_it_is_updated(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "evidence.db")
    for name in ("001.sql", "002.sql", "003.sql"):
        old.executescript(files("edge.evidence").joinpath("sql", name).read_text("utf-8"))
    old.execute("PRAGMA user_version = 3")
    rows = (
        ("a", 9, None, "kept"),
        ("b", 20, START.isoformat(), "kept"),
        ("c", 300, None, "evicted"),
        ("d", 4000, START.isoformat(), "evicted"),
    )
    old.executemany(
        "INSERT INTO evidence (sha256, kind, media_type, redaction, bytes, created_at, uploaded_at,"
        " state) VALUES (?, 'clip_shown', 'video/mp4', 'heads_blurred', ?, '2026-05-04', ?, ?)",
        [(letter * 64, size, at, state) for letter, size, at, state in rows],
    )
    old.commit()
    old.close()
    database = EvidenceDatabase(tmp_path / "evidence.db", START)
    assert kept_sums(database) == Sums(29, 9, 1)
    database.close()


def test_what_is_lost_is_looked_up_among_the_untold_alone(tmp_path: Path) -> None:
    database = EvidenceDatabase(tmp_path / "evidence.db", START)
    with database.reading() as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT sha256 FROM evidence"
            " WHERE state != 'kept' AND uploaded_at IS NULL AND loss_told = 0 ORDER BY no LIMIT 9"
        ).fetchall()
    assert "evidence_untold" in plan[0][3]
    database.close()
