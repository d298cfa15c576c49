"""How long to wait after a failure: doubling, bounded, and spread so that boxes do not march."""

from random import Random

#: The share of a delay that chance may take away.
_SPREAD = 0.5


class RetryDelay:
    """Delays between `first_s` and `longest_s`. Success resets it."""

    def __init__(self, first_s: float, longest_s: float, chance: Random | None = None) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s
        self._chance = chance or Random()  # noqa: S311 - spreads retries, guards nothing

    def next_delay(self) -> float:
        """Return how long to wait after one more failure."""
        full = self._next_s
        self._next_s = min(full * 2, self._longest_s)
        return full * (1 - _SPREAD * self._chance.random())

    def reset(self) -> None:
        """Begin anew after a success."""
        self._next_s = self._first_s
