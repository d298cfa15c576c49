"""The door of the calendar for other modules: the years that hold now, and `due`."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from server.calendar.days import HolidayCalendar, packaged_years
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
    "Unit",
    "count_due",
    "current",
    "day_of",
    "due",
    "midnight",
    "workdays_after",
]


def current(db: Session) -> HolidayCalendar:
    """Return the years that hold now: what comes with the program."""
    del db
    return HolidayCalendar.of(packaged_years())


def due(db: Session, start: date | datetime, period: Period) -> Deadline:
    """Return when a period ends by the years that hold now.

    Raises:
        ValueError: the period is not positive, or hours start on a bare date.
    """
    return count_due(current(db), start, period)
