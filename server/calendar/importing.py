"""Loading a year's notice: look at it first, then let it hold."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.calendar import notified, repository
from server.calendar.days import Day, HolidayCalendar
from server.calendar.holidays_of_a_year import YearOfHolidays
from server.calendar.notice_file import Head, RowError, read_notice
from server.calendar.notified import Recounted
from server.calendar.service import current
from server.calendar.tables import HolidayYear
from server.kit.errors import FieldsMissing
from server.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Changed:
    """A day that becomes another by a notice."""

    before: Day
    after: Day


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading a notice would do. year: None while there are errors."""

    year: YearOfHolidays | None
    errors: tuple[RowError, ...]
    changed: tuple[Changed, ...] = ()
    deadlines: tuple[Recounted, ...] = ()


def preview(db: Session, at: datetime, content: bytes, head: Head) -> Preview:
    """Read a notice and tell what loading it would do; nothing is changed.

    Raises:
        FieldsMissing: the file is none of ours.
    """
    read = read_notice(content, head)
    if read.year is None:
        return Preview(None, read.errors)
    before = current(db)
    after = HolidayCalendar.of([*before.years.values(), read.year])
    # Only days that a notice names can change: its own, and those it no longer names.
    both = (read.year, before.years.get(read.year.year))
    named = {day for year in both if year is not None for day in year.named_days()}
    changed = tuple(
        Changed(before.day(day), after.day(day))
        for day in sorted(named)
        if before.day(day).is_workday != after.day(day).is_workday
    )
    touched = [one for one in notified.recount(db, at, after) if _is_touched(one)]
    return Preview(read.year, (), changed, tuple(touched))


def load(db: Session, at: datetime, who: Who, content: bytes, head: Head) -> HolidayYear:
    """Let a notice hold from now on, and move the running deadlines that it makes later.

    Raises:
        FieldsMissing: rows are wrong; each is told.
    """
    found = preview(db, at, content, head)
    if found.year is None:
        rows = [f"row {error.row}" for error in found.errors]
        told = "；".join(f"第{error.row}行：{error.message_zh}" for error in found.errors)
        raise FieldsMissing(rows, told)
    year = found.year
    made = HolidayYear(
        id=new_id(at),
        year=year.year,
        revision=repository.last_revision(db, year.year) + 1,
        content=year.model_dump(mode="json"),
        sha256=year.sha256,
        approved_by=head.approved_by,
        loaded_by=who.id,
        loaded_at=at,
    )
    db.add(made)
    db.flush()
    detail = {"source": year.source, "sha256": made.sha256, "approved_by": made.approved_by}
    thing = Thing("holiday_year", str(made.year), made.revision)
    audit.record(db, at, who, thing, audit.Act("loaded", detail=detail))
    notified.settle(db, at, who, found.deadlines)
    return made


def _is_touched(one: Recounted) -> bool:
    sure = one.row.is_provisional and not one.counted.is_provisional
    return one.is_later or one.would_be_shorter or sure
