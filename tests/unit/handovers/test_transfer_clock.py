"""R-021: a transfer without a receipt, across a golden week."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.calendar.days import packaged_years
from server.calendar.service import HolidayCalendar
from server.handovers.clocks import lacks_receipt, receipt_due
from server.handovers.states import TransferState

CALENDAR = HolidayCalendar.of(packaged_years())
CHINA = ZoneInfo("Asia/Shanghai")
#: Tuesday; the holiday of October begins two days later, and Saturday the tenth is worked.
SENT = datetime(2026, 9, 29, 15, 0, tzinfo=CHINA)
FIRST_LATE = datetime(2026, 10, 13, 0, 0, tzinfo=CHINA)


def test_five_working_days_across_the_holiday() -> None:
    due = receipt_due(CALENDAR, SENT)
    assert due is not None
    assert (due.on.isoformat(), due.ends_at) == ("2026-10-12", FIRST_LATE)
    assert receipt_due(CALENDAR, None) is None


@pytest.mark.parametrize(
    ("state", "at", "speaks"),
    [
        (TransferState.SENT, FIRST_LATE - timedelta(seconds=1), False),
        (TransferState.SENT, FIRST_LATE, True),
        (TransferState.RECEIVED, FIRST_LATE, False),
        (TransferState.RETURNED, FIRST_LATE, False),
    ],
)
def test_it_speaks_from_the_midnight_after_and_only_while_nobody_signed(
    state: TransferState, at: datetime, *, speaks: bool
) -> None:
    assert lacks_receipt(CALENDAR, state, SENT, at) is speaks


def test_a_draft_is_never_late() -> None:
    later = FIRST_LATE + timedelta(days=100)
    assert not lacks_receipt(CALENDAR, TransferState.DRAFT, None, later)
