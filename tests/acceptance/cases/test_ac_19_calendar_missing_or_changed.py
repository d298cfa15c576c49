"""AC-19: a year without a notice is 暂算; a notice moves what was told later, never earlier."""

from datetime import date, datetime

import pytest
from bureau import SETUP
from handover_desk import HandoverDesk, told
from notices import HEADING, notice

from server.audit import service as audit
from server.audit.service import Thing
from server.calendar import service as calendar
from server.calendar.service import Period, Telling, Unit
from server.identity.actor import LEGAL_ZONE
from server.reminding import remind

ASKED = {
    "start": "2026-12-30T10:00:00+08:00",
    "n": 3,
    "unit": "workday",
    "basis": "house:test",
}
ORDER = Thing("rectification_order", "zg-1")
LETTER = Thing("rectification_order", "zg-2")


@pytest.fixture
def desk(fresh_desk: HandoverDesk) -> HandoverDesk:
    """What one story loads, another must find missing."""
    return fresh_desk


def tell(desk: HandoverDesk, thing: Thing, start: datetime, period: Period) -> date:
    """Count a deadline and write down that it was told."""
    with desk.database.writing() as db:
        asked = Telling(
            thing, "recheck", f"复查期限（{thing.id}）", desk.bureau.unit, None, start, period
        )
        return calendar.notify(db, desk.clock.now(), SETUP, asked).on


def reminded(desk: HandoverDesk) -> dict[str, str]:
    """Let the reminders come round; return what is open for the unit, by rule."""
    remind(desk.database, desk.clock.now())
    people = (desk.bureau.leader, desk.bureau.officer)
    items = [one for who in people for one in desk.read(who, "reminders")["items"]]
    return {one["rule"]: one["message_zh"] for one in items}


def test_a_year_without_a_notice_is_counted_for_the_time_being(desk: HandoverDesk) -> None:
    leader, officer = desk.bureau.leader, desk.bureau.officer
    # Before December nothing is missing; from the first of December R-036 has its reason.
    desk.move_to(datetime(2026, 11, 30, 23, 59, tzinfo=LEGAL_ZONE))
    assert desk.read(leader, "calendar")["missing_year"] is None
    assert "R-036" not in reminded(desk)
    desk.move_to(datetime(2026, 12, 1, tzinfo=LEGAL_ZONE))
    assert desk.read(leader, "calendar")["missing_year"] == 2027
    assert reminded(desk)["R-036"] == "尚未载入2027年节假日安排，期限为暂算。"

    counted = desk.as_(officer).get("/api/v1/calendar/due", params=ASKED).json()
    assert (counted["on"], counted["is_provisional"]) == ("2027-01-04", True)
    assert "暂算" in counted["count"][-1]["note_zh"]


def test_a_notice_moves_what_was_told_later_and_never_earlier(desk: HandoverDesk) -> None:
    leader, officer = desk.bureau.leader, desk.bureau.officer
    desk.move_to(datetime(2026, 12, 30, 10, tzinfo=LEGAL_ZONE))
    start = desk.clock.now()
    assert tell(desk, ORDER, start, Period(3, Unit.WORKDAY, "house:test")) == date(2027, 1, 4)
    # Ends on Sunday the tenth, so on Monday while nobody knows that the tenth is made up.
    assert tell(desk, LETTER, start, Period(11, Unit.CALENDAR_DAY, "house:test")) == date(
        2027, 1, 11
    )

    file = notice(f"{HEADING}\n放假,元旦,2027-01-01,\n上班,元旦,2027-01-10,\n")
    shown = desk.as_(leader).post("/api/v1/calendar/preview", json=file).json()
    assert [(one["told"], one["becomes"]) for one in shown["deadlines"]] == [
        ("2027-01-04", "2027-01-05"),
        ("2027-01-11", "2027-01-11"),
    ]
    assert "须告知当事人" in shown["deadlines"][0]["note_zh"]
    assert "不缩短" in shown["deadlines"][1]["note_zh"]
    loaded = desk.as_(leader).post("/api/v1/calendar", json=file)
    assert loaded.status_code == 201, loaded.text
    assert desk.read(leader, "calendar")["missing_year"] is None

    counted = desk.as_(officer).get("/api/v1/calendar/due", params=ASKED).json()
    assert (counted["on"], counted["is_provisional"]) == ("2027-01-05", False)
    # The parties are told by whoever handles the matter; R-036 has settled itself.
    told_now = reminded(desk)
    assert "由2027-01-04顺延至2027-01-05，请告知当事人" in told_now["H-001"]
    assert "R-036" not in told_now
    with desk.database.reading() as db:
        order = calendar.running(db, ORDER, "recheck")
        letter = calendar.running(db, LETTER, "recheck")
        assert order is not None
        assert letter is not None
        assert (order.due_on, order.moved_from, order.is_provisional) == (
            date(2027, 1, 5),
            date(2027, 1, 4),
            False,
        )
        assert (letter.due_on, letter.moved_from) == (date(2027, 1, 11), None)
        assert [entry.event for entry in audit.history(db, ORDER)] == [
            "deadline_notified",
            "deadline_moved",
        ]
        # What moved waits for somebody to tell the parties.
        assert [row.object_id for row in calendar.moved(db)] == ["zg-1"]
        assert audit.verify_chain(db).broken_at is None


def test_an_officer_loads_no_calendar(desk: HandoverDesk) -> None:
    answer = desk.as_(desk.bureau.officer).post("/api/v1/calendar", json=notice())
    assert told(answer) == (403, "WORKFLOW-2")
