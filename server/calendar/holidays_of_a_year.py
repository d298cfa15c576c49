"""The holidays of one year as the yearly notice gives them, with checksum, source and approval."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_LONGEST_REST = timedelta(days=14)
_SATURDAY = 5

Name = Annotated[str, Field(min_length=1, max_length=20)]


class Rest(BaseModel):
    """Days off in a row, both ends included."""

    model_config = ConfigDict(frozen=True)

    name: Name
    first: date
    last: date

    @model_validator(mode="after")
    def _is_a_row(self) -> Self:
        if not self.first <= self.last < self.first + _LONGEST_REST:
            raise ValueError(
                f"{self.name}：{self.first} 至 {self.last} 不是一段放假（先后颠倒或超过14天）"
                " (not a row of days off: reversed, or longer than 14 days)"
            )
        return self

    def days(self) -> Iterator[date]:
        """Count the days off."""
        for after in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=after)


class MadeUp(BaseModel):
    """A Saturday or Sunday on which people work (调休上班)."""

    model_config = ConfigDict(frozen=True)

    name: Name
    day: date

    @model_validator(mode="after")
    def _is_at_a_weekend(self) -> Self:
        if self.day.weekday() < _SATURDAY:
            raise ValueError(
                f"{self.name}：调休上班日 {self.day} 不是星期六或星期日 (no Saturday or Sunday)"
            )
        return self


class YearOfHolidays(BaseModel):
    """One year's notice.

    Attributes:
        source: the notice, by its title.
        approved_by: who in the bureau compared it with the notice; None: nobody has yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int = Field(ge=2000, le=2199)
    source: str = Field(min_length=2, max_length=200)
    issued_on: date
    approved_by: str | None = Field(min_length=1, max_length=100)
    off: tuple[Rest, ...] = Field(min_length=1, max_length=60)
    work: tuple[MadeUp, ...] = Field(max_length=60)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        off = [day for rest in self.off for day in rest.days()]
        every = [*off, *(made.day for made in self.work)]
        twice = sorted({day for day in every if every.count(day) > 1})
        if twice:
            raise ValueError(f"同一天出现两次 (twice): {', '.join(map(str, twice))}")
        strange = [day for day in every if not self._belongs(day)]
        if strange:
            listed = ", ".join(map(str, strange))
            raise ValueError(f"不属于 {self.year} 年 (not of {self.year}): {listed}")
        return self

    def named_days(self) -> frozenset[date]:
        """Return every day that the notice names."""
        return frozenset(
            [*(day for rest in self.off for day in rest.days()), *(made.day for made in self.work)]
        )

    @property
    def sha256(self) -> str:
        """Hash what the days are: year, days off and days made up, in order."""
        content = {
            "year": self.year,
            "off": sorted(day.isoformat() for rest in self.off for day in rest.days()),
            "work": sorted(made.day.isoformat() for made in self.work),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _belongs(self, day: date) -> bool:
        """New Year's days off have begun in the December before."""
        return day.year == self.year or (day.year, day.month) == (self.year - 1, 12)
