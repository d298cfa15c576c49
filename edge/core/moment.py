"""When something was seen: durations by `mono`, names by `utc`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """A capture time.

    mono: seconds on a line that never steps (box monotonic clock, or stream time in a replay).
    utc: aware, the same instant as a name; it may be corrected while `mono` runs on.
    uncertainty_s: half width of what `utc` may be off by.
    """

    mono: float
    utc: datetime
    uncertainty_s: float = 0.0

    def seconds_since(self, earlier: "Moment") -> float:
        """Elapsed seconds between two moments of the same camera."""
        return self.mono - earlier.mono
