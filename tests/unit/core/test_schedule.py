"""When a rule is in force, by the site's own clock and calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.rules.binding import RuleBinding
from edge.core.schedule import Calendar, Day, Hours, Period, Schedule, Shift
from edge.testing.films import Film, found, told
from hazard_library.catalogue.rules import Presence
from hazard_library.contract.events import Change
from hazard_library.contract.ids import DeviceId, HazardId

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(
    SHANGHAI,
    holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
    workdays=frozenset({date(2026, 10, 10)}),
)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def shift(days: str, begins: int, ends: int, calendar: Calendar = CALENDAR) -> Schedule:
    named = frozenset(Day(day) for day in days.split())
    return Schedule(calendar, (Shift(named, begins * 60, ends * 60),))


@pytest.mark.parametrize(
    ("at", "is_on"),
    [
        ("2026-09-30 07:59", False),
        ("2026-09-30 08:00", True),
        ("2026-09-30 16:59", True),
        ("2026-09-30 17:00", False),
        ("2026-10-01 09:00", False),
        ("2026-10-03 09:00", False),
        ("2026-10-10 09:00", True),
    ],
    ids=["before", "begins", "until", "ends", "holiday", "Saturday", "worked Saturday"],
)
def test_a_day_shift_is_on_by_the_sites_clock_on_working_days(at: str, *, is_on: bool) -> None:
    assert shift("workdays", 8, 17).covers(local(at)) is is_on
    assert shift("days_off", 8, 17).covers(local(at)) is (not is_on and "09:00" in at)


@pytest.mark.parametrize(
    ("at", "is_on"),
    [
        ("2026-09-25 21:59", False),
        ("2026-09-25 22:00", True),
        ("2026-09-26 05:59", True),
        ("2026-09-26 06:00", False),
        ("2026-09-26 23:00", False),
    ],
)
def test_a_night_shift_belongs_to_the_day_on_which_it_begins(at: str, *, is_on: bool) -> None:
    """Friday night goes on into Saturday morning; Saturday has no night shift."""
    assert shift("fri", 22, 6).covers(local(at)) is is_on


def test_a_day_of_the_week_counts_on_holidays_as_well() -> None:
    assert shift("thu", 8, 17).covers(local("2026-10-01 09:00"))


def test_the_whole_day_ends_at_midnight() -> None:
    whole = shift("wed", 0, 24)
    assert whole.covers(local("2026-09-30 00:00"))
    assert whole.covers(local("2026-09-30 23:59"))
    assert not whole.covers(local("2026-10-01 00:00"))


def test_eight_in_the_morning_is_eight_in_the_morning_in_summer_and_winter() -> None:
    day = shift("every", 8, 9, Calendar(BERLIN))
    for text in ("2026-07-01 08:30", "2026-12-01 08:30"):
        assert day.covers(local(text, BERLIN))
    assert not day.covers(datetime(2026, 7, 1, 7, 30, tzinfo=UTC))


def test_a_period_is_on_from_its_beginning_up_to_its_end() -> None:
    begins, ends = local("2026-07-01 00:00"), local("2026-08-15 00:00")
    stop = Schedule(CALENDAR, periods=(Period(begins, ends),))
    assert not stop.covers(begins - timedelta(seconds=1))
    assert stop.covers(begins)
    assert not stop.covers(ends)


def test_outside_means_outside_all_of_them() -> None:
    day, night = shift("every", 8, 16), shift("every", 22, 6)
    at_noon, at_six = local("2026-09-30 12:00"), local("2026-09-30 18:00")
    assert Hours((day, night)).include(at_noon)
    assert not Hours((day, night)).include(at_six)
    assert not Hours((day, night), is_outside=True).include(at_noon)
    assert Hours((day, night), is_outside=True).include(at_six)


RULE = Presence.model_validate(
    {"subject": "person", "zone": "optional", "for": "5s", "cooldown": "10s"}
)


def night(begin: str, lasting_s: float) -> tuple[RuleBinding, Film]:
    hours = Hours((shift("every", 22, 6),))
    film = Film(lasting_s, begin=local(begin)).with_person("p1")
    return RuleBinding(HazardId("TEST-01"), RULE, hours=hours), film


def test_what_was_there_before_the_hours_begin_counts_from_their_beginning() -> None:
    binding, film = night("2026-09-30 21:59:50", 30)
    complete = [one for one in found(binding, film) if one is not None and one.complete]
    assert complete[0].held_since == pytest.approx(10.0)
    assert complete[0].measured["held_s"] == pytest.approx(5.0)


def test_an_incident_ends_with_the_hours() -> None:
    binding, film = night("2026-09-30 05:59:40", 60)
    changes = told(CameraCore(CoreSpec(DeviceId("box-1"), film.camera, (binding,))), film)
    assert [one.change for one in changes] == [Change.OPENED, Change.CLOSED]
    assert changes[-1].incident.last_held.mono == pytest.approx(19.8)
