import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from edge.delivery.message_rows import read_raised
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.errors import DeliveryError, StoreUnusable
from edge.testing.conformance.outbox import OPENED_AT, accepted, append, tell, waiting
from edge.testing.events import happenings
from edge.testing.fake_clock import START
from edge.testing.tally import Tally
from hazard_library.contract.device import Outcome, Receipt
from hazard_library.contract.events import Change
from hazard_library.contract.topics import Channel

MANY = 200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stores" / "outbox.db"


def opened(path: Path, tally: Tally | None = None) -> SqliteOutbox:
    return SqliteOutbox(path, OPENED_AT, tally or Tally())


def filled(path: Path, count: int = MANY) -> None:
    outbox = opened(path)
    append(outbox, happenings(count))
    outbox.close()


def test_what_waited_before_a_restart_waits_after_it_and_is_due_at_once(path: Path) -> None:
    before = opened(path)
    first, second, third = append(before, happenings(3))
    before.settle(accepted(second.id), START)
    before.mark_sent([first.id], OPENED_AT)
    before.close()
    after = opened(path)
    assert waiting(after, OPENED_AT) == [first.id, third.id]
    after.close()


def test_each_start_counts_anew_under_its_own_boot_and_older_messages_go_first(path: Path) -> None:
    before = opened(path)
    old = append(before, happenings(2))
    before.close()
    after = opened(path)
    new = append(after, happenings(3)[2:])[0]
    assert after.boot != before.boot
    assert (new.boot, new.message_no) == (after.boot, 1)
    assert waiting(after) == [old[0].id, old[1].id, new.id]
    assert after.resend(before.boot, 1, 2) == 2
    after.close()


def test_open_incidents_survive_a_restart_and_closed_ones_do_not_come_back(path: Path) -> None:
    before = opened(path)
    going_on, over = happenings(2)
    for one in (going_on, over):
        tell(before, one, 1, Change.OPENED)
    tell(before, over, 2, Change.CLOSED)
    before.close()
    after = opened(path)
    assert [one.id for one in after.open_incidents()] == [going_on.incident().id]
    after.close()


def test_an_event_is_kept_together_with_its_incident_or_not_at_all(path: Path) -> None:
    outbox = opened(path)
    happening = happenings(1)[0]
    spoilt = replace(happening.incident(), score="high")  # type: ignore[arg-type]
    with pytest.raises(DeliveryError, match=r"outbox\.db: cannot store TEXT"):
        outbox.append(Channel.INCIDENT, happening.event(outbox.boot), spoilt)
    assert waiting(outbox) == []
    assert tell(outbox, happening, 1, Change.OPENED).message_no == 1
    outbox.close()


def test_everything_ever_appended_is_reported_with_its_outcome(path: Path) -> None:
    outbox = opened(path)
    first, second, third = append(outbox, happenings(3))
    outbox.settle(accepted(first.id), START)
    outbox.settle(
        Receipt(message_id=second.id, outcome=Outcome.QUARANTINED, reason="no such camera"), START
    )
    raised = read_raised(path)
    outbox.close()
    assert [(one.message_id, one.message_no, one.outcome, one.reason) for one in raised] == [
        (first.id, 1, "accepted", None),
        (second.id, 2, "quarantined", "no such camera"),
        (third.id, 3, None, None),
    ]
    assert [one.incident_id for one in raised] == [one.incident().id for one in happenings(3)]
    assert {(one.boot, one.seq, one.channel) for one in raised} == {(outbox.boot, 1, "incident")}


def truncate(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def zero_the_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : 2 * third] = bytes(third)
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to have been one " * 100)


def grow_newer(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 999")
    db.close()


@pytest.mark.parametrize("spoil", [truncate, zero, zero_the_middle, empty, scribble, grow_newer])
def test_a_damaged_file_is_set_aside_and_told_and_the_box_starts(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    filled(path)
    spoil(path)
    damaged = path.read_bytes()
    tally = Tally()
    with capture_logs() as logs:
        outbox = opened(path, tally)
    assert outbox.set_aside is not None
    assert outbox.set_aside.path.name.startswith("outbox.db.damaged-20260303T080000Z")
    assert outbox.set_aside.path.read_bytes() == damaged
    assert tally["outbox_files_set_aside"] == 1
    assert [(one["event"], one["file"]) for one in logs] == [("outbox_set_aside", str(path))]
    assert [one.message_no for one in append(outbox, happenings(2))] == [1, 2]
    outbox.close()


def test_a_second_damaged_file_does_not_replace_the_first(path: Path) -> None:
    for _ in range(3):
        filled(path, 1)
        scribble(path)
        opened(path).close()
        path.unlink()
    assert len(list(path.parent.glob("outbox.db.damaged-*"))) == 3


def test_a_sound_file_is_not_set_aside(path: Path) -> None:
    filled(path, 1)
    outbox = opened(path)
    assert outbox.set_aside is None
    outbox.close()
    assert list(path.parent.glob("*damaged*")) == []


def test_a_start_that_was_cut_before_the_first_table_is_mended(path: Path) -> None:
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
    outbox = opened(path)
    assert append(outbox, happenings(1))[0].message_no == 1
    outbox.close()


def test_a_torn_log_loses_at_most_what_it_held(path: Path) -> None:
    outbox = opened(path)
    first = append(outbox, happenings(1))[0]
    outbox._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    append(outbox, happenings(5)[1:])
    wal = path.with_name("outbox.db-wal").read_bytes()
    copy = path.parent.parent / "after-the-power-cut" / "outbox.db"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    copy.with_name("outbox.db-wal").write_bytes(wal[: len(wal) // 2])
    outbox.close()
    after = opened(copy)
    assert after.set_aside is None
    assert waiting(after)[0] == first.id
    after.close()


def test_a_message_whose_bytes_changed_is_taken_out_told_and_holds_nothing_up(path: Path) -> None:
    outbox = opened(path)
    first, second = append(outbox, happenings(2))
    outbox.close()
    db = sqlite3.connect(path)
    db.execute(
        "UPDATE message SET payload = CAST(replace(CAST(payload AS TEXT), '640', '641') AS BLOB)"
        " WHERE message_no = 1"
    )
    db.commit()
    db.close()
    tally = Tally()
    again = opened(path, tally)
    with capture_logs() as logs:
        assert waiting(again) == [second.id]
    assert tally["outbox_messages_damaged"] == 1
    assert logs[0]["event"] == "outbox_message_damaged"
    assert [(one.message_id, one.outcome) for one in read_raised(path)] == [
        (first.id, "damaged"),
        (second.id, None),
    ]
    again.close()


def test_a_folder_that_cannot_be_is_refused_with_file_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "stores").write_text("a file, no folder")
    with pytest.raises(StoreUnusable, match=r"stores/outbox\.db.*check that the folder"):
        opened(tmp_path / "stores" / "outbox.db")


def test_a_full_disk_refuses_the_message_whole_and_takes_it_later(path: Path) -> None:
    outbox = opened(path)
    first = append(outbox, happenings(1))[0]
    pages = outbox._db.execute("PRAGMA page_count").fetchone()[0]
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DeliveryError, match=r"outbox\.db: database or disk is full"):
        append(outbox, happenings(MANY)[1:])
    kept = len(waiting(outbox))
    outbox._db.execute("PRAGMA max_page_count = 1000000")
    assert waiting(outbox)[0] == first.id
    assert append(outbox, happenings(MANY)[kept:])[0].message_no == kept + 1
    outbox.close()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE message SET message_no = 1", "message.boot, message.message_no"),
        ("UPDATE message SET id = 'same'", "message.id"),
        ("UPDATE message SET outcome = 'accepted'", "message_is_settled_with_an_outcome"),
        ("UPDATE incident SET is_open = 2", "is_open"),
        ("UPDATE message SET boot = 'unknown'", "FOREIGN KEY"),
    ],
)
def test_the_database_itself_holds_the_rules(path: Path, change: str, constraint: str) -> None:
    outbox = opened(path)
    append(outbox, happenings(2))
    with pytest.raises(sqlite3.IntegrityError, match=constraint):
        outbox._db.execute(change)
    outbox.close()


def test_pruning_leaves_nothing_of_what_is_over(path: Path) -> None:
    before = opened(path)
    happening = happenings(1)[0]
    tell(before, happening, 1, Change.OPENED)
    tell(before, happening, 2, Change.CLOSED)
    for message in waiting(before):
        before.settle(accepted(message), START)
    before.close()
    after = opened(path)
    assert after.prune(START + timedelta(days=2), limit=10) == 2
    left = after._db.execute(
        "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM incident),"
        " (SELECT group_concat(id) FROM boot)"
    )
    assert left.fetchone() == (0, 0, after.boot)
    assert append(after, happenings(2)[1:])[0].message_no == 1
    after.close()


def test_every_commit_reaches_the_disk_before_append_returns(path: Path) -> None:
    outbox = opened(path)
    settings = [
        outbox._db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    ]
    assert settings == ["wal", 2, 1]
    outbox.close()


def test_a_full_outbox_is_counted_and_said_once(path: Path) -> None:
    tally = Tally()
    with capture_logs() as logs:
        outbox = SqliteOutbox(path, OPENED_AT, tally, room=3)
        append(outbox, happenings(8))
        outbox.close()
    assert tally["outbox_messages_dropped"] == 5
    assert [one["event"] for one in logs].count("outbox_full") == 1
    again = SqliteOutbox(path, OPENED_AT, tally, room=3)
    assert again.backlog().pending == 3
    append(again, happenings(9)[8:])
    assert tally["outbox_messages_dropped"] == 6
    again.close()


def test_what_an_outbox_of_the_first_schema_held_keeps_its_place(path: Path) -> None:
    outbox = opened(path)
    mild, grave = happenings(2)
    first = tell(outbox, mild, 1, Change.OPENED)
    second = tell(outbox, replace(grave, severity=4), 1, Change.OPENED)
    outbox.close()
    db = sqlite3.connect(path)
    db.executescript(
        "DROP INDEX message_waiting; ALTER TABLE message DROP COLUMN priority;"
        "ALTER TABLE message DROP COLUMN is_update;"
        "CREATE INDEX message_waiting ON message (position) WHERE outcome IS NULL;"
        "PRAGMA user_version = 1;"
    )
    db.close()
    moved = opened(path)
    assert waiting(moved) == [second.id, first.id]
    moved.close()
