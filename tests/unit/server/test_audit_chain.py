"""The audit chain shows every later change."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Act, Thing, Who

AT = datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC)
WANG = Who("wang", "officer", "某区应急管理局", "10.0.0.7")


def write_three(db: Session) -> None:
    for number in range(1, 4):
        act = Act("confirmed", "new", "confirmed", "未戴安全帽", {"score": 0.5, "n": number})
        audit.record(db, AT, WANG, Thing("lead", "L-1", number), act)


def let_changes_through(db: Session) -> None:
    """What somebody with the database's own password could do."""
    db.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER append_only"))


def test_a_chain_that_nobody_touched_is_whole(db: Session) -> None:
    write_three(db)
    db.expire_all()
    report = audit.verify_chain(db)
    assert (report.entries, report.broken_at) == (3, None)
    assert report.last_hash == audit.history(db, Thing("lead", "L-1"))[-1].hash


def test_a_changed_word_is_found_at_its_entry(db: Session) -> None:
    write_three(db)
    let_changes_through(db)
    db.execute(text("UPDATE audit_entry SET reason = 'x' WHERE seq = 2"))
    report = audit.verify_chain(db)
    assert (report.broken_at, report.why) == (2, "its content was changed")


def test_a_changed_detail_is_found_at_its_entry(db: Session) -> None:
    write_three(db)
    let_changes_through(db)
    db.execute(text("""UPDATE audit_entry SET detail = detail || '{"n": 9}' WHERE seq = 3"""))
    assert audit.verify_chain(db).broken_at == 3


def test_a_removed_entry_is_missed(db: Session) -> None:
    write_three(db)
    let_changes_through(db)
    db.execute(text("DELETE FROM audit_entry WHERE seq = 2"))
    report = audit.verify_chain(db)
    assert report.broken_at == 3
    assert report.why == "entry 2 is missing"


def test_an_entry_rewritten_with_a_fitting_hash_breaks_the_next(db: Session) -> None:
    write_three(db)
    let_changes_through(db)
    entry = audit.history(db, Thing("lead", "L-1"))[1]
    entry.reason = "x"
    entry.hash = audit.digest(entry)
    db.flush()
    report = audit.verify_chain(db)
    assert (report.broken_at, report.why) == (3, "it does not follow the entry before")


@pytest.mark.parametrize("table", ["audit_entry", "access_record"])
@pytest.mark.parametrize("change", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_itself_refuses_to_forget(db: Session, table: str, change: str) -> None:
    write_three(db)
    audit.record_access(db, AT, WANG, Thing("evidence", "E-1"), "核实线索")
    with pytest.raises(IntegrityError, match="append-only"):
        db.execute(text(change.format(table)))


def test_the_history_of_a_thing_is_in_order_and_holds_no_other(db: Session) -> None:
    write_three(db)
    audit.record(db, AT, WANG, Thing("lead", "L-2", 1), Act("opened"))
    assert [entry.object_version for entry in audit.history(db, Thing("lead", "L-1"))] == [1, 2, 3]
