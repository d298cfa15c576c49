"""What a period of the law ends on (WORKFLOW §4; AC-16, AC-17, AC-18, AC-19; TRAP-19)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.calendar.days import HolidayCalendar, packaged_years
from server.calendar.holidays_of_a_year import Rest, YearOfHolidays
from server.calendar.periods import Deadline, Period, Unit, due, midnight, workdays_after
from server.identity.actor import LEGAL_ZONE

CALENDAR = HolidayCalendar.of(packaged_years())
NEW_YEAR_2027 = YearOfHolidays(
    year=2027,
    source="测试",
    issued_on=date(2026, 11, 1),
    approved_by=None,
    off=(Rest(name="元旦", first=date(2027, 1, 1), last=date(2027, 1, 1)),),
    work=(),
)


def after(start: str, n: int, unit: Unit, basis: str = "house:test") -> Deadline:
    moment = datetime.fromisoformat(start) if "T" in start else date.fromisoformat(start)
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=LEGAL_ZONE)
    return due(CALENDAR, moment, Period(n, unit, basis))


@pytest.mark.parametrize(
    ("start", "n", "unit", "basis", "ends"),
    [
        # AC-16: a golden week in between, a Saturday made up
        ("2026-09-28", 10, Unit.WORKDAY, "house:recheck.days", "2026-10-16"),
        # AC-17
        ("2025-12-31", 2, Unit.MONTH, "XZSSF-2017-46", "2026-02-28"),
        ("2026-08-31", 1, Unit.MONTH, "XZSSF-2017-46", "2026-09-30"),
        ("2026-07-06", 90, Unit.CALENDAR_DAY, "CFBF-2015-32", "2026-10-08"),
        ("2026-07-06", 30, Unit.DAY, "CFBF-2015-32", "2026-08-05"),
        ("2026-02-13", 3, Unit.WORKDAY, "house:test", "2026-02-25"),
        # AC-18: the text is silent, and what ends first holds
        ("2026-09-29", 3, Unit.DAY, "YSGD-2020-5", "2026-10-08"),
        # TRAP-19: told on the last day before the holidays
        ("2026-09-30", 5, Unit.DAY, "XZCFF-2021-64", "2026-10-13"),
        ("2026-09-30", 15, Unit.DAY, "XZCFF-2021-67", "2026-10-15"),
        ("2026-09-30", 10, Unit.DAY, "XZQZF-2011-54", "2026-10-20"),
        ("2026-09-30", 30, Unit.DAY, "XZQZF-2011-25-P1", "2026-10-30"),
        ("2026-01-31", 1, Unit.MONTH, "XZQZF-2011-53", "2026-02-28"),
    ],
)
def test_periods_of_the_law_end_where_the_law_ends_them(
    start: str, n: int, unit: Unit, basis: str, ends: str
) -> None:
    found = after(start, n, unit, basis)
    assert found.on.isoformat() == ends
    assert found.ends_at == midnight(found.on + timedelta(days=1))
    assert not found.is_provisional


def test_a_silent_text_tells_the_other_reading_too() -> None:
    found = after("2026-09-29", 3, Unit.DAY, "YSGD-2020-5")
    assert (found.on, found.later_on) == (date(2026, 10, 8), date(2026, 10, 9))
    assert found.counted_as is Unit.CALENDAR_DAY


def test_hours_do_not_rest() -> None:
    found = after("2026-10-01T16:30", 24, Unit.HOUR, "YSGD-2020-5")
    assert found.ends_at == datetime(2026, 10, 2, 16, 30, tzinfo=LEGAL_ZONE)
    alerts = [found.hours_before(hours).strftime("%d %H:%M") for hours in (12, 4, 1, 0)]
    assert alerts == ["02 04:30", "02 12:30", "02 15:30", "02 16:30"]
    assert not found.is_over(found.ends_at - timedelta(seconds=1))
    assert found.is_over(found.ends_at)


def test_duty_hours_wait_for_the_bureau_to_open() -> None:
    ends = [
        after(start, n, Unit.DUTY_HOUR).ends_at.strftime("%m-%d %H:%M")
        for start, n in (
            ("2026-09-30T10:00", 2),
            ("2026-09-30T11:00", 2),
            ("2026-09-30T17:00", 2),
            ("2026-10-10T03:00", 2),
            ("2026-09-30T09:00", 7),
        )
    ]
    assert ends == ["09-30 12:00", "09-30 15:00", "10-08 10:00", "10-10 11:00", "09-30 18:00"]


def test_the_screen_shows_the_count_day_by_day() -> None:
    found = after("2026-09-28", 10, Unit.WORKDAY)
    told = {day.on.isoformat(): (day.number, day.note_zh) for day in found.count}
    assert told["2026-09-28"] == (None, "起算日，不计入")
    assert told["2026-10-01"] == (None, "国庆节放假，不计入")
    assert told["2026-10-10"] == (5, "星期六，国庆节调休上班")
    assert told["2026-10-11"] == (None, "星期日，不计入")
    assert told["2026-10-16"] == (10, "星期五")
    assert [day.number for day in found.count if day.number] == list(range(1, 11))


def test_the_screen_shows_why_the_end_moves() -> None:
    found = after("2026-07-06", 90, Unit.CALENDAR_DAY)
    assert [(day.on.isoformat(), day.number, day.note_zh) for day in found.count[-5:]] == [
        ("2026-10-04", 90, "国庆节放假"),
        ("2026-10-05", None, "国庆节放假，休息日，顺延"),
        ("2026-10-06", None, "国庆节放假，休息日，顺延"),
        ("2026-10-07", None, "国庆节放假，休息日，顺延"),
        ("2026-10-08", None, "星期四，期满日为休息日，顺延至此日"),
    ]


def test_a_year_without_a_notice_is_counted_for_the_time_being() -> None:
    found = after("2026-12-30", 3, Unit.WORKDAY)
    assert (found.on, found.is_provisional) == (date(2027, 1, 4), True)
    assert "暂算" in found.count[-1].note_zh
    loaded = HolidayCalendar.of([*packaged_years(), NEW_YEAR_2027])
    known = due(loaded, date(2026, 12, 30), Period(3, Unit.WORKDAY, "house:test"))
    assert (known.on, known.is_provisional) == (date(2027, 1, 5), False)


def test_a_period_that_touches_no_unknown_day_is_sure() -> None:
    assert not after("2026-12-28", 3, Unit.WORKDAY).is_provisional
    assert not after("2025-12-31", 2, Unit.MONTH).is_provisional
    assert after("2025-12-30", 2, Unit.WORKDAY).is_provisional


def test_what_cannot_be_counted_is_refused() -> None:
    for start, n, unit in (
        ("2026-03-02", 0, Unit.WORKDAY),
        ("2026-03-02", 4001, Unit.CALENDAR_DAY),
        ("2026-03-02", 241, Unit.MONTH),
        ("2026-03-02", 24, Unit.HOUR),
        ("2026-03-02", 2, Unit.DUTY_HOUR),
    ):
        with pytest.raises(ValueError, match=r"must lie within|with its zone"):
            after(start, n, unit)


@given(st.dates(date(2026, 1, 1), date(2026, 9, 1)), st.integers(1, 60))
def test_workdays_end_on_a_workday_and_are_as_many_as_asked(start: date, n: int) -> None:
    found = due(CALENDAR, start, Period(n, Unit.WORKDAY, "house:test"))
    assert CALENDAR.day(found.on).is_workday
    assert workdays_after(CALENDAR, start, found.on) == n


@given(st.dates(date(2026, 1, 1), date(2026, 6, 1)), st.integers(1, 100))
def test_calendar_days_are_never_shortened_by_a_rest_day(start: date, n: int) -> None:
    found = due(CALENDAR, start, Period(n, Unit.CALENDAR_DAY, "house:test"))
    assert CALENDAR.day(found.on).is_workday
    plain = start + timedelta(days=n)
    assert found.on >= plain
    assert workdays_after(CALENDAR, plain, found.on) <= 1
