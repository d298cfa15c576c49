"""When a rule is in force: shifts by the site's own clock, its working days and holidays, periods.

Pure over a moment's UTC; the time zone is handed in. A shift that ends at or before its beginning
ends on the next day and belongs to the day on which it begins. Beginnings count, ends do not.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

_SATURDAY = 5


class Day(StrEnum):
    """A day of the week (holiday or not), or a kind of day."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    WORKDAYS = "workdays"
    DAYS_OFF = "days_off"
    EVERY = "every"


_WEEK = tuple(Day)[:7]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The site's clock and its days.

    holidays: days off beside Saturday and Sunday; workdays: days on which work goes on all the
    same (调休); of a day in both, work wins.
    """

    zone: tzinfo
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether the site works on a day."""
        if day in self.workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def is_one_of(self, day: date, days: frozenset[Day]) -> bool:
        """Whether a day is among some days of the week or kinds of day."""
        kind = Day.WORKDAYS if self.is_workday(day) else Day.DAYS_OFF
        return not days.isdisjoint({Day.EVERY, _WEEK[day.weekday()], kind})


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of certain days. begins, ends: minutes after midnight by the site's clock."""

    days: frozenset[Day]
    begins: int
    ends: int

    def covers(self, local: datetime, calendar: Calendar) -> bool:
        """Whether the shift is on at a moment of the site's clock."""
        now = local.hour * 60 + local.minute
        today = calendar.is_one_of(local.date(), self.days)
        if self.begins < self.ends:
            return today and self.begins <= now < self.ends
        yesterday = calendar.is_one_of(local.date() - timedelta(days=1), self.days)
        return (today and now >= self.begins) or (yesterday and now < self.ends)


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment up to another."""

    begins: datetime
    ends: datetime

    def covers(self, utc: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.begins <= utc < self.ends


@dataclass(frozen=True, slots=True)
class Schedule:
    """All times that one name stands for."""

    calendar: Calendar
    shifts: tuple[Shift, ...] = ()
    periods: tuple[Period, ...] = ()

    def covers(self, utc: datetime) -> bool:
        """Whether it is on at a moment."""
        if any(period.covers(utc) for period in self.periods):
            return True
        local = utc.astimezone(self.calendar.zone)
        return any(shift.covers(local, self.calendar) for shift in self.shifts)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a rule is in force: during any of the schedules, or outside all of them."""

    schedules: tuple[Schedule, ...]
    is_outside: bool = False

    def include(self, utc: datetime) -> bool:
        """Whether the rule is in force at a moment."""
        return self.is_outside is not any(one.covers(utc) for one in self.schedules)
