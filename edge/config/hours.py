"""Schedules as they stand in the configuration: shifts, periods, holidays, and who is on when."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from edge.config.setting import Setting
from edge.core.schedule import Calendar, Day, Hours, Period, Schedule, Shift
from hazard_library.catalogue.marked_yaml import Where
from hazard_library.catalogue.quantities import Clock

ScheduleName = Annotated[str, Field(pattern=r"^\w[\w -]{0,62}$")]


class ShiftConfig(Setting):
    """Hours of certain days, by the site's clock."""

    days: tuple[Day, ...] = Field(
        default=(Day.EVERY,),
        min_length=1,
        description="mon … sun; workdays and days_off follow the calendar; every",
    )
    begins: Clock = Field(alias="from", description="Such as '08:00'")
    ends: Clock = Field(alias="to", description="At or before `from`: on the next day")


class PeriodConfig(Setting):
    """From one moment up to another, by the site's clock if no time zone is written."""

    begins: datetime = Field(alias="from")
    ends: datetime = Field(alias="to")


class ScheduleConfig(Setting):
    """Times with a name: shifts, periods or both."""

    id: ScheduleName
    shifts: tuple[ShiftConfig, ...] = ()
    periods: tuple[PeriodConfig, ...] = Field(
        default=(), description="Such as a stop of production or announced blasting"
    )


class CalendarConfig(Setting):
    """The site's days off and working days beside the usual week."""

    holidays: tuple[date, ...] = Field(default=(), description="Days off beside Saturday, Sunday")
    workdays: tuple[date, ...] = Field(default=(), description="Days worked all the same 调休")


class WhenConfig(Setting):
    """When a hazard is on; one of the two."""

    during: tuple[ScheduleName, ...] = Field(default=(), description="On during any of these")
    outside: tuple[ScheduleName, ...] = Field(default=(), description="On only outside all these")

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if bool(self.during) is bool(self.outside):
            raise ValueError("write during or outside, with the names of schedules")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The schedules that are named, in either."""
        return (*self.during, *self.outside)


def schedules_of(
    schedules: tuple[ScheduleConfig, ...], calendar: CalendarConfig, time_zone: str
) -> Mapping[str, Schedule]:
    """Return the site's schedules by name, as the core knows them."""
    zone = ZoneInfo(time_zone)
    days = Calendar(zone, frozenset(calendar.holidays), frozenset(calendar.workdays))
    return {
        one.id: Schedule(
            days,
            tuple(Shift(frozenset(s.days), s.begins, s.ends) for s in one.shifts),
            tuple(Period(aware(p.begins, zone), aware(p.ends, zone)) for p in one.periods),
        )
        for one in schedules
    }


def hours_of(when: WhenConfig | None, schedules: Mapping[str, Schedule]) -> Hours | None:
    """Return when a hazard is on, None: always. The names were checked before."""
    if when is None:
        return None
    return Hours(tuple(schedules[name] for name in when.names), is_outside=bool(when.outside))


def schedule_mistakes(
    schedules: tuple[ScheduleConfig, ...], time_zone: str
) -> Iterator[tuple[Where, str]]:
    """Yield what is wrong with the schedules of a site, with where under `schedules` it stands."""
    zone = ZoneInfo(time_zone)
    names: set[str] = set()
    for position, one in enumerate(schedules):
        if one.id in names:
            yield (position, "id"), f"schedule {one.id!r} stands here twice; rename one"
        names.add(one.id)
        if not one.shifts and not one.periods:
            yield (position,), f"schedule {one.id!r} is never on; give it shifts or periods"
        for number, shift in enumerate(one.shifts):
            if shift.begins == shift.ends:
                text = "it begins when it ends; for a whole day write from: '00:00', to: '24:00'"
                yield (position, "shifts", number), text
        for number, period in enumerate(one.periods):
            if aware(period.begins, zone) >= aware(period.ends, zone):
                yield (position, "periods", number), "it ends before it begins; mend from or to"


def aware(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment in UTC; one without a time zone is by the site's clock."""
    named = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return named.astimezone(UTC)
