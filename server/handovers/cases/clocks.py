"""When the provincial system should have answered, and when a case must be decided. Pure.

The case's clock counts from 立案, never from the event or the lead (TRAP-20). The figures are those
of 应急/安监 measures of 2015, whose currency nobody has confirmed: 未经法制审核.
"""

from datetime import date, datetime

from server.calendar.service import Deadline, HolidayCalendar, Period, Unit, count_due
from server.handovers.cases.states import CaseState

RECEIPT_WITHIN = Period(2, Unit.WORKDAY, "house:case.receipt")
LIMIT_BASIS = "CFBF-2015-32"
#: By default, with the head's approval, and with the upper body's.
LIMITS = (30, 90, 180)
#: R-040 speaks so many calendar days before.
WARN_DAYS = 5


def receipt_due(calendar: HolidayCalendar, exported_at: datetime | None) -> Deadline | None:
    """Return until when a receipt is wanted; None before anything went out."""
    return None if exported_at is None else count_due(calendar, exported_at, RECEIPT_WITHIN)


def decision_due(
    calendar: HolidayCalendar, filed_on: date | None, limit_days: int
) -> Deadline | None:
    """Return until when the case must be decided; None before 立案."""
    if filed_on is None:
        return None
    return count_due(calendar, filed_on, Period(limit_days, Unit.CALENDAR_DAY, LIMIT_BASIS))


def nears_its_limit(
    calendar: HolidayCalendar,
    state: CaseState,
    filed_on: date | None,
    limit_days: int,
    at: datetime,
) -> bool:
    """R-040: whether an undecided case is five days before its limit, or past it."""
    due = decision_due(calendar, filed_on, limit_days)
    return due is not None and state is CaseState.LINKED and at >= due.days_before(WARN_DAYS)
