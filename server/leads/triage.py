"""By when somebody must have decided: targets as data, counted by the calendar (INV-6). Pure."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from server.calendar.service import HolidayCalendar, Period, Unit, count_due
from server.leads.priority import Priority

_BASIS = "house:triage"


@dataclass(frozen=True, slots=True)
class Targets:
    """The house values of `triage.json`.

    Attributes:
        of: by class, minutes round the clock or a period of the calendar.
        expires_after: workdays after the target of P3 in which a lead of severity 1 may wait.
        climbs_every: how often a P0 that nobody opened goes to the next person on duty.
        late_after: what arrives longer after it was seen is 补传.
    """

    version: str
    source: str
    of: dict[Priority, timedelta | Period]
    expires_after: Period
    climbs_every: timedelta
    late_after: timedelta


@cache
def targets() -> Targets:
    """Read the house values that come with the program."""
    read = json.loads((files("server.leads") / "triage.json").read_text(encoding="utf-8"))
    return Targets(
        version=read["version"],
        source=read["source"],
        of={Priority(name): _target(given) for name, given in read["targets"].items()},
        expires_after=Period(read["expires_after_workdays"], Unit.WORKDAY, _BASIS),
        climbs_every=timedelta(minutes=read["p0_climbs_every_minutes"]),
        late_after=timedelta(minutes=read["late_data_after_minutes"]),
    )


def due(calendar: HolidayCalendar, since: datetime, priority: Priority) -> datetime:
    """Return by when a lead that is so urgent since then must be decided."""
    target = targets().of[priority]
    if isinstance(target, timedelta):
        return since + target
    return count_due(calendar, since, target).ends_at


def expiry(calendar: HolidayCalendar, created_at: datetime) -> datetime:
    """Return when a lead of severity 1 that nobody decided is 逾期未办: P3 and five workdays."""
    target = targets().of[Priority.P3]
    if isinstance(target, timedelta):
        return count_due(calendar, created_at + target, targets().expires_after).ends_at
    period = Period(target.n + targets().expires_after.n, Unit.WORKDAY, _BASIS)
    return count_due(calendar, created_at, period).ends_at


def is_late(seen_at: datetime, arrived_at: datetime) -> bool:
    """Whether something arrived so long after it was seen that it is 补传."""
    return arrived_at - seen_at > targets().late_after


def _target(given: dict[str, int | str]) -> timedelta | Period:
    if "minutes" in given:
        return timedelta(minutes=int(given["minutes"]))
    return Period(int(given["n"]), Unit(str(given["unit"])), _BASIS)
