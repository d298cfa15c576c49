"""Whether a reading of plant data lies over a threshold, and how grave that is. Pure."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from server.signals.states import Level

_GRAVEST_FIRST = tuple(Level)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: at which point of the plant, of what, how much, in which unit."""

    point: str
    quantity: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where on a reading counts. point None: at any point."""

    quantity: str
    unit: str
    is_upper: bool
    limit: float
    level: Level
    source: str
    point: str | None = None

    def fits(self, reading: Reading) -> bool:
        """Whether it speaks of such a reading at all."""
        return (
            self.quantity == reading.quantity
            and self.unit == reading.unit
            and self.point in {None, reading.point}
        )

    def is_passed(self, value: float) -> bool:
        """Whether a value lies at or beyond it."""
        return value >= self.limit if self.is_upper else value <= self.limit


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reading is. known: whether any threshold speaks of it; passed: the gravest one."""

    known: bool
    passed: Threshold | None


def judge(reading: Reading, own: Sequence[Threshold]) -> Judged:
    """Judge a reading by the plant's own thresholds; by the house's where it names none."""
    fitting = [one for one in own if one.fits(reading)]
    fitting = fitting or [one for one in house_thresholds() if one.fits(reading)]
    passed = [one for one in fitting if one.is_passed(reading.value)]
    gravest = min(passed, key=lambda one: _GRAVEST_FIRST.index(one.level), default=None)
    return Judged(bool(fitting), gravest)


@cache
def house_thresholds() -> tuple[Threshold, ...]:
    """Return the thresholds that come with the program."""
    written = tomllib.loads((files("server.signals") / "thresholds.toml").read_text("utf-8"))
    return tuple(
        Threshold(
            quantity=one["quantity"],
            unit=one["unit"],
            is_upper=one["direction"] == "above",
            limit=float(one["limit"]),
            level=Level(one["level"]),
            source=f"{written['source']} v{written['version']}",
        )
        for one in written["threshold"]
    )
