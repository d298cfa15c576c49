"""When a transfer wants its receipt, and when R-021 speaks. Pure: time is passed in."""

from datetime import datetime

from server.calendar.service import Deadline, HolidayCalendar, Period, Unit, count_due
from server.handovers.states import WAITS_FOR_RECEIPT, TransferState

#: House value: the law says only 及时 (AQSCF-2021-69).
RECEIPT_WITHIN = Period(5, Unit.WORKDAY, "house:transfer.receipt")


def receipt_due(calendar: HolidayCalendar, sent_at: datetime | None) -> Deadline | None:
    """Return until when the receiver should have signed; None before it was sent."""
    return None if sent_at is None else count_due(calendar, sent_at, RECEIPT_WITHIN)


def lacks_receipt(
    calendar: HolidayCalendar, state: TransferState, sent_at: datetime | None, at: datetime
) -> bool:
    """R-021: whether a transfer was sent and nobody has signed for it in time."""
    due = receipt_due(calendar, sent_at)
    return due is not None and state in WAITS_FOR_RECEIPT and due.is_over(at)
