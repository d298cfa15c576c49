"""How long an order's steps may take. Periods as data; what counts them is the calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.calendar.service import HolidayCalendar, Period, Unit, count_due, day_of

#: 10 workdays: the number of the old order 15, UNVERIFIED under BL18-2025 (`recheck.days`).
RECHECK = Period(10, Unit.WORKDAY, "house:recheck.days")
#: R-012: the handler hears of the end of the period so many days before.
HINT = timedelta(days=3)
#: An extension is granted once (house).
MOST_EXTENSIONS = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """Where an order stands in time, on one day."""

    is_overdue: bool
    recheck_by: date | None
    recheck_is_late: bool


def clock_of(
    calendar: HolidayCalendar, at: datetime, due_on: date | None, recheck_from: date | None
) -> Clock:
    """Tell what is late. Nothing of it is stored.

    Args:
        calendar: the years that hold now.
        at: the moment asked about.
        due_on: end of the period of a served order that nobody has re-checked yet; None: none runs.
        recheck_from: day from which the re-check's period counts; None: it does not run.
    """
    today = day_of(at)
    by = count_due(calendar, recheck_from, RECHECK).on if recheck_from is not None else None
    return Clock(
        is_overdue=due_on is not None and today > due_on,
        recheck_by=by,
        recheck_is_late=by is not None and today > by,
    )


def due_hint(calendar: HolidayCalendar, at: datetime, due_on: date | None) -> str:
    """Say what a due date must keep to; there is no default (INV-5)."""
    rule = f"整改期限须晚于{day_of(at):%Y-%m-%d}，由执法人员确定"
    if due_on is None:
        return rule
    day = calendar.day(due_on)
    if day.is_workday:
        return rule
    return f"{rule}；所填{due_on:%Y-%m-%d}为{day.label_zh}，请确认"
