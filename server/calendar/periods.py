"""`due`: when a period ends (WORKFLOW §4). Pure: the calendar and the start are passed in.

The zone is China's. The day on which a period starts is not counted. A period of days ends with
its last day; one of hours runs through nights and holidays.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from server.calendar.days import Day, HolidayCalendar
from server.calendar.duty import DUTY, until_served
from server.calendar.readings import Reading, reading_of
from server.identity.actor import LEGAL_ZONE

_ONE = timedelta(days=1)
_LONGEST = 4000
_LONGEST_MONTHS = 240


class Unit(StrEnum):
    """What a period is counted in."""

    WORKDAY = "workday"
    CALENDAR_DAY = "calendar_day"
    #: 日 as the law writes it; the basis says how it is counted.
    DAY = "day"
    MONTH = "month"
    HOUR = "hour"
    #: An hour in which the bureau is open (house).
    DUTY_HOUR = "duty_hour"


@dataclass(frozen=True, slots=True)
class Period:
    """So long, by that article. basis: an id of `legal_basis.json`, or `house:…`."""

    n: int
    unit: Unit
    basis: str


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day of the count, as the screen shows it. number: None when it is not counted."""

    on: date
    number: int | None
    note_zh: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a period ends.

    Attributes:
        on: the last day.
        ends_at: the instant at which it is over; that of a day is the midnight after it.
        counted_as: how the days were counted; hours and months are themselves.
        is_provisional: 暂算: a year was counted for which no notice is loaded.
        count: day by day; empty for hours.
        later_on: last day by the other reading, where the text allows two.
    """

    period: Period
    on: date
    ends_at: datetime
    counted_as: Unit
    is_provisional: bool
    count: tuple[CountedDay, ...] = ()
    later_on: date | None = None

    def is_over(self, at: datetime) -> bool:
        """Whether it has ended."""
        return at >= self.ends_at

    def hours_before(self, hours: int) -> datetime:
        """Return the instant so many hours before the end."""
        return self.ends_at - timedelta(hours=hours)

    def days_before(self, days: int) -> datetime:
        """Return the beginning of the day so many calendar days before the last one."""
        return midnight(self.on - days * _ONE)


def due(calendar: HolidayCalendar, start: date | datetime, period: Period) -> Deadline:
    """Return when a period ends.

    Args:
        calendar: the loaded years.
        start: the event it counts from; hours need an instant.
        period: how long, and by what.

    Raises:
        ValueError: the period is not positive or absurdly long, or hours start on a bare date.
    """
    longest = _LONGEST_MONTHS if period.unit is Unit.MONTH else _LONGEST
    if not 1 <= period.n <= longest:
        msg = f"a period of {period.n} {period.unit}: must lie within 1 to {longest}"
        raise ValueError(msg)
    match period.unit:
        case Unit.HOUR:
            return _hours(_instant(start), period)
        case Unit.DUTY_HOUR:
            return _duty_hours(calendar, _instant(start), period)
        case Unit.MONTH:
            return _calendar_days(calendar, day_of(start), period)
        case Unit.CALENDAR_DAY:
            return _calendar_days(calendar, day_of(start), period)
        case Unit.WORKDAY:
            return _workdays(calendar, day_of(start), period)
        case Unit.DAY:
            return _as_the_law_counts(calendar, day_of(start), period)


def day_of(moment: date | datetime) -> date:
    """Return the day of an instant in China; a day is its own."""
    return moment.astimezone(LEGAL_ZONE).date() if isinstance(moment, datetime) else moment


def midnight(on: date) -> datetime:
    """Return the instant at which a day begins in China."""
    return datetime.combine(on, time(), LEGAL_ZONE)


def workdays_after(calendar: HolidayCalendar, since: date, until: date) -> int:
    """Count the workdays after a day, up to another; 0 when it does not lie behind."""
    days = range(1, (until - since).days + 1)
    return sum(calendar.day(since + after * _ONE).is_workday for after in days)


def _as_the_law_counts(calendar: HolidayCalendar, start: date, period: Period) -> Deadline:
    reading = reading_of(period.n, period.basis)
    if reading is Reading.WORKDAYS:
        return _workdays(calendar, start, period)
    by_calendar = _calendar_days(calendar, start, period)
    if reading is Reading.CALENDAR_DAYS:
        return by_calendar
    first, second = sorted(
        (by_calendar, _workdays(calendar, start, period)), key=lambda found: found.on
    )
    unsure = first.is_provisional or second.is_provisional
    return replace(first, is_provisional=unsure, later_on=second.on)


def _workdays(calendar: HolidayCalendar, start: date, period: Period) -> Deadline:
    count = [_start(start)]
    on, number, known = start, 0, True
    while number < period.n:
        on += _ONE
        day = calendar.day(on)
        known = known and day.is_known
        number += day.is_workday
        note = "" if day.is_workday else "，不计入"
        counted = number if day.is_workday else None
        count.append(CountedDay(on, counted, f"{day.label_zh}{note}{_unsure(day)}"))
    return _until(period, on, Unit.WORKDAY, known=known, count=count)


def _calendar_days(calendar: HolidayCalendar, start: date, period: Period) -> Deadline:
    """Days and months end with a workday: from a rest day they go on to the next."""
    if period.unit is Unit.MONTH:
        on, count = _months_later(start, period.n), [_start(start)]
        counted_as = Unit.MONTH
    else:
        on, counted_as = start + period.n * _ONE, Unit.CALENDAR_DAY
        numbers = range(1, period.n)
        days = [calendar.day(start + number * _ONE) for number in numbers]
        count = [_start(start)]
        count += [CountedDay(d.on, n, d.label_zh) for n, d in zip(numbers, days, strict=True)]
    last = calendar.day(on)
    known = last.is_known
    count.append(CountedDay(on, period.n, f"{last.label_zh}{_unsure(last)}"))
    while not last.is_workday:
        on += _ONE
        last = calendar.day(on)
        known = known and last.is_known
        why = "期满日为休息日，顺延至此日" if last.is_workday else "休息日，顺延"
        count.append(CountedDay(on, None, f"{last.label_zh}，{why}{_unsure(last)}"))
    return _until(period, on, counted_as, known=known, count=count)


def _months_later(start: date, months: int) -> date:
    """Return the same date, or the month's last day where it has no such date."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _hours(start: datetime, period: Period) -> Deadline:
    ends_at = start.astimezone(LEGAL_ZONE) + timedelta(hours=period.n)
    return Deadline(period, ends_at.date(), ends_at, Unit.HOUR, is_provisional=False)


def _duty_hours(calendar: HolidayCalendar, start: datetime, period: Period) -> Deadline:
    left, on, known = timedelta(hours=period.n), day_of(start), True
    while True:
        day = calendar.day(on)
        known = known and day.is_known
        if day.is_workday:
            ends_at, left = until_served(DUTY, on, max(start, midnight(on)), left)
            if ends_at is not None:
                return Deadline(period, on, ends_at, Unit.DUTY_HOUR, is_provisional=not known)
        on += _ONE


def _until(
    period: Period, on: date, counted_as: Unit, *, known: bool, count: list[CountedDay]
) -> Deadline:
    ends_at = midnight(on + _ONE)
    return Deadline(period, on, ends_at, counted_as, not known, tuple(count))


def _start(on: date) -> CountedDay:
    return CountedDay(on, None, "起算日，不计入")


def _unsure(day: Day) -> str:
    return "" if day.is_known else "（该年节假日安排未载入，暂算）"


def _instant(start: date | datetime) -> datetime:
    if not isinstance(start, datetime) or start.tzinfo is None:
        msg = f"{start!r}: hours count from an instant with its zone"
        raise ValueError(msg)
    return start
