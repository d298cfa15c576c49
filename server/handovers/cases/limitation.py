"""Until when an act may still be punished (XZCFF-2021-36). Pure; 未经法制审核.

Two years, or five where life, health or financial safety is concerned and harm was done; counted
from the act, or from its end where it went on. What counts is the day it was found, so a rest day
at the end adds nothing: the text gives the party no longer a time, and the earlier reading holds.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

BASIS = "XZCFF-2021-36"
_YEARS, _YEARS_WITH_HARM = 2, 5


@dataclass(frozen=True, slots=True)
class Limitation:
    """How long one act may be found. ends: the last day on which finding it is in time."""

    act_ended: date
    years: int
    ends: date

    def is_over(self, found_on: date) -> bool:
        """Whether it was found too late."""
        return found_on > self.ends


def limitation(act_ended: date, *, harms_life: bool) -> Limitation:
    """Return the limitation of an act by the day on which it ended."""
    years = _YEARS_WITH_HARM if harms_life else _YEARS
    return Limitation(act_ended, years, _years_later(act_ended, years))


def _years_later(start: date, years: int) -> date:
    """Return the same date so many years on; the 29th of February becomes the 28th."""
    year = start.year + years
    return date(year, start.month, min(start.day, monthrange(year, start.month)[1]))
