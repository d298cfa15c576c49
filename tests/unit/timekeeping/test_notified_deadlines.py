"""What the database refuses of the calendar, and how told deadlines run."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session
from violations import refused_by

from server.audit.service import Thing
from server.calendar import importing
from server.calendar import service as calendar
from server.calendar.notice_file import Head
from server.calendar.service import Period, Telling, Unit
from server.identity.actor import LEGAL_ZONE
from server.kit.errors import Conflict
from server.tables import metadata
from server.testing.bureau import BY, settle

AT = datetime(2026, 12, 30, 10, tzinfo=LEGAL_ZONE)
THING = Thing("rectification_order", "zg-1")
HEAD = Head(year=2027, source="测试通知", issued_on=date(2026, 11, 4), approved_by="周")
NOTICE = "类型,名称,开始日期,结束日期\n放假,元旦,2027-01-01,\n".encode()

VIOLATIONS = {
    "ck_holiday_year_year": "INSERT INTO holiday_year SELECT gen_random_uuid(), 1999, 1, content,"
    " sha256, approved_by, loaded_by, loaded_at FROM holiday_year",
    "ck_holiday_year_revision": "INSERT INTO holiday_year SELECT gen_random_uuid(), year, 0,"
    " content, sha256, approved_by, loaded_by, loaded_at FROM holiday_year",
    "ck_holiday_year_sha256": "INSERT INTO holiday_year SELECT gen_random_uuid(), year, 9,"
    " content, 'x', approved_by, loaded_by, loaded_at FROM holiday_year",
    "ck_holiday_year_approved_by": "INSERT INTO holiday_year SELECT gen_random_uuid(), year, 9,"
    " content, sha256, ' ', loaded_by, loaded_at FROM holiday_year",
    "uq_holiday_year_year_revision": "INSERT INTO holiday_year SELECT gen_random_uuid(), year,"
    " revision, content, sha256, approved_by, loaded_by, loaded_at FROM holiday_year",
    "ck_notified_deadline_counted_in": "UPDATE notified_deadline SET counted_in = 'moon'",
    "ck_notified_deadline_n": "UPDATE notified_deadline SET n = 0",
    "ck_notified_deadline_version": "UPDATE notified_deadline SET version = 0",
    "ck_notified_deadline_order": "UPDATE notified_deadline SET ends_at = started_at",
    "ck_notified_deadline_what_zh": "UPDATE notified_deadline SET what_zh = ''",
    "ck_notified_deadline_moved_whole": "UPDATE notified_deadline SET moved_at = NULL",
    "ck_notified_deadline_never_shorter": "UPDATE notified_deadline SET moved_from = due_on",
    "fk_notified_deadline_unit_id": "UPDATE notified_deadline SET unit_id = gen_random_uuid()",
    "fk_notified_deadline_owner_id": "UPDATE notified_deadline SET owner_id = gen_random_uuid()",
    "ix_notified_deadline_one_open": "INSERT INTO notified_deadline SELECT gen_random_uuid(),"
    " object_type, object_id, kind, what_zh, unit_id, owner_id, started_at, n, counted_in, basis,"
    " due_on, ends_at, is_provisional, notified_at, moved_from, moved_at, closed_at, version"
    " FROM notified_deadline",
}


def tell(db: Session, period: Period, thing: Thing = THING) -> date:
    """Count a deadline and write down that it was told."""
    unit = settle(db).unit_id
    told = Telling(thing, "recheck", "复查期限", unit, None, AT, period)
    return calendar.notify(db, AT, BY, told).on


def test_every_violation_is_refused_by_its_own_constraint(db: Session) -> None:
    tell(db, Period(3, Unit.WORKDAY, "house:test"))
    importing.load(db, AT, BY, NOTICE, HEAD)
    refused = {name: refused_by(db, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}
    named = {
        str(constraint.name)
        for table in ("holiday_year", "notified_deadline")
        for constraint in metadata.tables[table].constraints
        if not str(constraint.name).startswith("pk_")
    }
    assert named <= set(VIOLATIONS)


def test_one_deadline_of_a_kind_runs_at_a_time(db: Session) -> None:
    tell(db, Period(3, Unit.WORKDAY, "house:test"))
    row = calendar.running(db, THING, "recheck")
    assert row is not None
    told = Telling(THING, "recheck", "复查期限", row.unit_id, None, AT, Period(9, Unit.DAY, "x"))
    with pytest.raises(Conflict):
        calendar.notify(db, AT, BY, told)
    calendar.close(db, AT, BY, THING, "recheck")
    calendar.close(db, AT, BY, THING, "recheck")
    assert calendar.running(db, THING, "recheck") is None
    assert calendar.notify(db, AT, BY, told).on == date(2027, 1, 8)


def test_what_is_over_is_left_alone(db: Session) -> None:
    tell(db, Period(3, Unit.WORKDAY, "house:test"))
    late = datetime(2027, 1, 5, tzinfo=LEGAL_ZONE)
    importing.load(db, late, BY, NOTICE, HEAD)
    row = calendar.running(db, THING, "recheck")
    assert row is not None
    assert (row.due_on, row.moved_from, row.is_provisional) == (date(2027, 1, 4), None, True)


def test_a_second_revision_holds_and_can_move_again(db: Session) -> None:
    tell(db, Period(3, Unit.WORKDAY, "house:test"))
    importing.load(db, AT, BY, NOTICE, HEAD)
    longer = NOTICE.replace(b"2027-01-01,\n", b"2027-01-01,2027-01-06\n")
    importing.load(db, AT, BY, longer, HEAD)
    row = calendar.running(db, THING, "recheck")
    assert row is not None
    assert (row.moved_from, row.due_on) == (date(2027, 1, 5), date(2027, 1, 8))
    importing.load(db, AT, BY, NOTICE, HEAD)
    db.refresh(row)
    assert row.due_on == date(2027, 1, 8)
