"""The door of the calendar for other modules.

`due` counts a period by the years that hold now. Who tells a counted deadline to somebody calls
`notify` instead: it is counted, kept, and moved later (never earlier) when a year is loaded.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from server.audit.service import Who
from server.calendar import notified, repository
from server.calendar.days import HolidayCalendar, packaged_years
from server.calendar.holidays_of_a_year import YearOfHolidays
from server.calendar.notified import Telling, close, moved, running
from server.calendar.periods import (
    CountedDay,
    Deadline,
    Period,
    Unit,
    day_of,
    midnight,
    workdays_after,
)
from server.calendar.periods import due as count_due

__all__ = [
    "CountedDay",
    "Deadline",
    "HolidayCalendar",
    "Period",
    "Telling",
    "Unit",
    "close",
    "count_due",
    "current",
    "day_of",
    "due",
    "midnight",
    "missing_year",
    "moved",
    "notify",
    "running",
    "workdays_after",
]

_DECEMBER = 12


def current(db: Session) -> HolidayCalendar:
    """Return the years that hold now: what was imported, before what comes with the program."""
    imported = (YearOfHolidays.model_validate(row.content) for row in repository.newest_years(db))
    return HolidayCalendar.of([*packaged_years(), *imported])


def due(db: Session, start: date | datetime, period: Period) -> Deadline:
    """Return when a period ends by the years that hold now.

    Raises:
        ValueError: the period is not positive, or hours start on a bare date.
    """
    return count_due(current(db), start, period)


def notify(db: Session, at: datetime, who: Who, told: Telling) -> Deadline:
    """Count a deadline by the years that hold now, and write down that it was told.

    Raises:
        Conflict: one of its kind runs already; close it first.
    """
    return notified.notify(db, at, who, current(db), told)


def missing_year(calendar: HolidayCalendar, at: datetime) -> int | None:
    """Return the year whose notice is missing: this one, or from December on the next (R-036)."""
    today = day_of(at)
    for year in (today.year, today.year + 1)[: 1 + (today.month == _DECEMBER)]:
        if year not in calendar.years:
            return year
    return None
