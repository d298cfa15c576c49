"""How long a condition has held: the looks of the last `for` seconds, in bounded memory.

A condition has lasted when there is a look that agreed, at least `for` seconds old, since which the
wanted share of all looks agreed. Anchoring the window at a look that agreed means that a condition
is never called lasting before it has really held that long, and that a missed look at its start
does not begin everything anew.
"""

from dataclasses import dataclass
from typing import NamedTuple

# Looks closer together than `for` / 64 are kept as one stretch, so memory does not grow with the
# sampling rate. Where looks are further apart, every look is a stretch and nothing is rounded.
_STRETCHES = 64
# Sums of sampling steps such as 0.1 are not exact.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring looks taken together; `first_agreed` and `last_agreed` are None if none did."""

    began: float
    looks: int
    agreed: int
    first_agreed: float | None
    last_agreed: float | None


class Held(NamedTuple):
    """What a window says at a look that agreed."""

    since: float
    share: float
    complete: bool


@dataclass(frozen=True, slots=True)
class HeldWindow:
    """The looks that matter, oldest first; the first stretch always agreed. Empty: nothing does."""

    stretches: tuple[Stretch, ...] = ()

    def with_look(self, at: float, *, agrees: bool, lasting_s: float) -> "HeldWindow":
        """Add one look and forget what no later question can reach.

        Once nothing has agreed for `for` seconds, the condition is over and all is forgotten; so
        what is kept never reaches back further than twice that.
        """
        horizon = at - lasting_s + _ROUNDING_S
        if not agrees and not self._agreed_after(horizon):
            return HeldWindow()
        stretches = self._added(at, lasting_s / _STRETCHES, agrees=agrees)
        return HeldWindow(stretches[_anchor(stretches, horizon) :])

    def held(self, at: float, *, lasting_s: float, ratio: float) -> Held:
        """Say how long the condition has held by now; the newest look must have agreed."""
        oldest = self.stretches[0]
        looks = sum(stretch.looks for stretch in self.stretches)
        share = sum(stretch.agreed for stretch in self.stretches) / looks
        since = oldest.first_agreed if oldest.first_agreed is not None else oldest.began
        lasted = at - since >= lasting_s - _ROUNDING_S
        return Held(since, share, lasted and share >= ratio - _ROUNDING_S)

    def _agreed_after(self, horizon: float) -> bool:
        return any(
            stretch.last_agreed is not None and stretch.last_agreed > horizon
            for stretch in reversed(self.stretches)
        )

    def _added(self, at: float, width: float, *, agrees: bool) -> tuple[Stretch, ...]:
        agreed = at if agrees else None
        newest = self.stretches[-1] if self.stretches else None
        if newest is None or at - newest.began >= width:
            return (*self.stretches, Stretch(at, 1, int(agrees), agreed, agreed))
        grown = Stretch(
            newest.began,
            newest.looks + 1,
            newest.agreed + int(agrees),
            newest.first_agreed if newest.first_agreed is not None else agreed,
            agreed if agreed is not None else newest.last_agreed,
        )
        return (*self.stretches[:-1], grown)


def _anchor(stretches: tuple[Stretch, ...], horizon: float) -> int:
    """Find the newest stretch that agreed and is old enough, else the first one that agreed."""
    first: int | None = None
    for place in range(len(stretches) - 1, -1, -1):
        agreed = stretches[place].first_agreed
        if agreed is None:
            continue
        if agreed <= horizon:
            return place
        first = place
    return first if first is not None else len(stretches)
