"""Which days people work and which they rest. Pure; the years come from data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

from server.calendar.holidays_of_a_year import YearOfHolidays

_SATURDAY = 5
_WEEKDAYS_ZH = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Day:
    """One day as the calendar knows it.

    Attributes:
        label_zh: why people rest or work, such as 国庆节放假 or 星期六.
        is_known: whether its year's notice is loaded; without one only weekends are rest.
    """

    on: date
    is_workday: bool
    label_zh: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The loaded years."""

    years: Mapping[int, YearOfHolidays]
    _off: dict[date, str] = field(init=False, repr=False, compare=False)
    _work: dict[date, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = [self.years[year] for year in sorted(self.years)]
        off = {day: rest.name for year in ordered for rest in year.off for day in rest.days()}
        work = {made.day: made.name for year in ordered for made in year.work}
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_work", work)

    @classmethod
    def of(cls, years: Iterable[YearOfHolidays]) -> "HolidayCalendar":
        """Put years together; a later one of the same year replaces the earlier."""
        return cls({year.year: year for year in years})

    def day(self, on: date) -> Day:
        """Tell what a day is."""
        weekday = f"星期{_WEEKDAYS_ZH[on.weekday()]}"
        known = on.year in self.years
        if on in self._work:
            return Day(on, True, f"{weekday}，{self._work[on]}调休上班", known)  # noqa: FBT003
        if on in self._off:
            return Day(on, False, f"{self._off[on]}放假", known)  # noqa: FBT003
        return Day(on, on.weekday() < _SATURDAY, weekday, known)


@cache
def packaged_years() -> tuple[YearOfHolidays, ...]:
    """Read the years that come with the program; whatever the bureau imports goes before them."""
    folder = files("server.calendar") / "holidays"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(
        YearOfHolidays.model_validate(json.loads((folder / name).read_text(encoding="utf-8")))
        for name in found
    )
