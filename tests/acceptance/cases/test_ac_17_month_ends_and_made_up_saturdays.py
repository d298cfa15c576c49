"""AC-17: months end on their date or their last day, and a made-up Saturday is no rest day."""

import pytest
from handover_desk import HandoverDesk


@pytest.mark.parametrize(
    ("start", "n", "unit", "basis", "ends"),
    [
        ("2025-12-31", 2, "month", "XZSSF-2017-46", "2026-02-28"),
        ("2026-08-31", 1, "month", "XZSSF-2017-46", "2026-09-30"),
        ("2026-07-06", 90, "day", "CFBF-2015-32", "2026-10-08"),
        ("2026-07-06", 30, "day", "CFBF-2015-32", "2026-08-05"),
        ("2026-02-13", 3, "workday", "house:test", "2026-02-25"),
    ],
)
def test_periods_end_where_the_law_ends_them(
    desk: HandoverDesk, start: str, n: int, unit: str, basis: str, ends: str
) -> None:
    asked = {"start": f"{start}T10:00:00+08:00", "n": n, "unit": unit, "basis": basis}
    told = desk.as_(desk.bureau.officer).get("/api/v1/calendar/due", params=asked).json()
    assert (told["on"], told["is_provisional"]) == (ends, False)
