"""How long a reader waits before it knocks again: soon at first, then less and less often."""

import random
from dataclasses import dataclass

_GROWTH = 1.12
_JITTER = 0.15


@dataclass(frozen=True, slots=True)
class BackOffLimits:
    """first_s, last_s: the shortest and the longest pause. steady_s: from when on all is well.

    A camera that gives a picture or two and breaks off again is not well: the pause goes on
    growing until pictures have come for `steady_s`.
    """

    first_s: float = 0.5
    last_s: float = 10.0
    steady_s: float = 2.0


class BackOff:
    """Pauses of one camera; jittered, so that cameras behind one switch do not knock together."""

    def __init__(self, limits: BackOffLimits, chance: random.Random) -> None:
        self._limits = limits
        self._chance = chance
        self._pause_s = limits.first_s
        self._first_picture: float | None = None

    def opened(self) -> None:
        """Note that the source was opened: its first picture is still to come."""
        self._first_picture = None

    def picture_came(self, mono: float) -> None:
        """Note a picture; once they have come for a while the next pause is a short one again."""
        if self._first_picture is None:
            self._first_picture = mono
        elif mono - self._first_picture >= self._limits.steady_s:
            self._pause_s = self._limits.first_s

    def next_pause_s(self) -> float:
        """Return how long to wait now, between the shortest and the longest pause."""
        jittered = self._pause_s * (1 + self._chance.uniform(-_JITTER, _JITTER))
        self._pause_s = min(self._pause_s * _GROWTH, self._limits.last_s)
        return min(max(jittered, self._limits.first_s), self._limits.last_s)
