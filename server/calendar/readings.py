"""How the law counts its days where it says only 日: as data, with the article that says so."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Reading(StrEnum):
    """How days are counted."""

    WORKDAYS = "workdays"
    CALENDAR_DAYS = "calendar_days"
    #: The text is silent: both ways are counted, and what ends first holds.
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a law, or for one article of it.

    Attributes:
        law: beginning of the ids of `legal_basis.json`.
        days: lengths the rule is for; None: all.
        up_to: longest period the rule is for; None: any.
        source: the article, or `house` for a choice of ours.
    """

    law: str
    reading: Reading
    source: str
    days: frozenset[int] | None = None
    up_to: int | None = None

    def fits(self, n: int, basis: str) -> bool:
        """Whether the rule is for a period of n days under an article."""
        return (
            (basis == self.law or basis.startswith(f"{self.law}-"))
            and (self.days is None or n in self.days)
            and (self.up_to is None or n <= self.up_to)
        )


@cache
def rules() -> tuple[Rule, ...]:
    """Read the rules."""
    text = (files("server.calendar") / "readings.json").read_text(encoding="utf-8")
    return tuple(
        Rule(
            law=one["law"],
            reading=Reading(one["reading"]),
            source=one["source"],
            days=frozenset(one["days"]) if "days" in one else None,
            up_to=one.get("up_to"),
        )
        for one in json.loads(text)["rules"]
    )


def reading_of(n: int, basis: str) -> Reading:
    """Return how n days under an article are counted; calendar days where nothing says otherwise.

    Args:
        n: days.
        basis: id of `legal_basis.json`, or `house:…`.
    """
    for rule in rules():
        if rule.fits(n, basis):
            return rule.reading
    return Reading.CALENDAR_DAYS
