"""What the calendar shows."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.calendar import repository
from server.calendar.days import packaged_years
from server.calendar.holidays_of_a_year import YearOfHolidays
from server.calendar.importing import Preview
from server.calendar.notified import Recounted
from server.calendar.periods import Deadline
from server.calendar.schemas import (
    CalendarShown,
    ChangedDay,
    CountedDayShown,
    DeadlineShown,
    DeadlineTouched,
    NoticePreview,
    YearShown,
)
from server.calendar.service import current, missing_year


def years(db: Session, at: datetime) -> CalendarShown:
    """Show the years that hold."""
    shown = {year.year: _year(year, 0) for year in packaged_years()}
    for row in repository.newest_years(db):
        shown[row.year] = _year(YearOfHolidays.model_validate(row.content), row.revision)
    return CalendarShown(
        years=[shown[year] for year in sorted(shown, reverse=True)],
        missing_year=missing_year(current(db), at),
    )


def deadline(found: Deadline) -> DeadlineShown:
    """Show a count day by day."""
    return DeadlineShown(
        n=found.period.n,
        unit=found.period.unit,
        basis=found.period.basis,
        on=found.on,
        ends_at=found.ends_at,
        counted_as=found.counted_as,
        is_provisional=found.is_provisional,
        later_on=found.later_on,
        count=[
            CountedDayShown(on=day.on, number=day.number, note_zh=day.note_zh)
            for day in found.count
        ],
    )


def preview(found: Preview) -> NoticePreview:
    """Show what loading a notice would do."""
    return NoticePreview(
        is_right=found.year is not None,
        errors=list(found.errors),
        sha256=found.year.sha256 if found.year is not None else None,
        changed=[
            ChangedDay(
                on=one.after.on,
                before_zh=one.before.label_zh,
                after_zh=one.after.label_zh,
                becomes_workday=one.after.is_workday,
            )
            for one in found.changed
        ],
        deadlines=[_touched(one) for one in found.deadlines],
    )


def _touched(one: Recounted) -> DeadlineTouched:
    told, counted = one.row.due_on, one.counted.on
    if one.is_later:
        note = f"期限由 {told} 顺延至 {counted}，须告知当事人"
    elif one.would_be_shorter:
        note = f"按新安排应为 {counted}；已告知的期限不缩短，仍为 {told}"
    else:
        note = "期限不变，不再为暂算"
    return DeadlineTouched(
        what_zh=one.row.what_zh, told=told, becomes=max(told, counted), note_zh=note
    )


def _year(year: YearOfHolidays, revision: int) -> YearShown:
    return YearShown(
        year=year.year,
        revision=revision,
        source=year.source,
        issued_on=year.issued_on,
        approved_by=year.approved_by,
        sha256=year.sha256,
        off=list(year.off),
        work=list(year.work),
    )
