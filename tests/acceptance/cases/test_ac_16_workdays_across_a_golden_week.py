"""AC-16: ten workdays from the end of September end behind the holidays, counted day by day."""

from handover_desk import HandoverDesk

ASKED = {
    "start": "2026-09-28T23:59:00+08:00",
    "n": 10,
    "unit": "workday",
    "basis": "house:recheck.days",
}


def test_the_recheck_is_due_on_the_sixteenth_and_late_from_the_midnight_after(
    desk: HandoverDesk,
) -> None:
    answer = desk.as_(desk.bureau.officer).get("/api/v1/calendar/due", params=ASKED)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["on"], told["ends_at"]) == ("2026-10-16", "2026-10-17T00:00:00+08:00")
    assert told["is_provisional"] is False
    assert told["review_status"] == "UNREVIEWED"
    days = {day["on"]: day for day in told["count"]}
    assert [days[f"2026-10-0{n}"]["number"] for n in range(1, 8)] == [None] * 7
    assert days["2026-10-10"] == {
        "on": "2026-10-10",
        "number": 5,
        "note_zh": "星期六，国庆节调休上班",
    }
    assert days["2026-10-16"]["number"] == 10
    assert len(told["count"]) == 19
