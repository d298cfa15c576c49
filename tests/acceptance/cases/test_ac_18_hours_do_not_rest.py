"""AC-18, the arithmetic: hours run through the holiday; of two readings the earlier holds."""

from handover_desk import HandoverDesk


def test_hand_over_is_due_in_the_holiday(desk: HandoverDesk) -> None:
    asked = {"start": "2026-10-01T16:30:00+08:00", "n": 24, "unit": "hour", "basis": "YSGD-2020-5"}
    told = desk.as_(desk.bureau.officer).get("/api/v1/calendar/due", params=asked).json()
    assert told["ends_at"] == "2026-10-02T16:30:00+08:00"
    assert (told["counted_as"], told["count"]) == ("hour", [])


def test_the_chiefs_three_days_end_by_the_earlier_reading(desk: HandoverDesk) -> None:
    asked = {"start": "2026-09-29T09:00:00+08:00", "n": 3, "unit": "day", "basis": "YSGD-2020-5"}
    told = desk.as_(desk.bureau.officer).get("/api/v1/calendar/due", params=asked).json()
    assert (told["on"], told["later_on"]) == ("2026-10-08", "2026-10-09")
    assert told["counted_as"] == "calendar_day"
