"""A clock that moves only when it is told to."""

from datetime import UTC, datetime, timedelta
from threading import Lock

from edge.core.moment import Moment

#: Where every fake clock starts, if not told otherwise.
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class FakeClock:
    """Implements `edge.ports.Clock`. Waiting moves it, and takes no time."""

    def __init__(self, utc: datetime = START, mono: float = 1000.0) -> None:
        self._utc = utc
        self._mono = mono
        self._lock = Lock()

    def now(self) -> Moment:
        """Return the moment it stands at."""
        with self._lock:
            return Moment(self._mono, self._utc)

    def wait(self, seconds: float) -> None:
        """Let this much time pass at once."""
        with self._lock:
            self._mono += seconds
            self._utc += timedelta(seconds=seconds)

    def step_utc(self, by: timedelta) -> None:
        """Correct the clock, as a time server would: `mono` runs on."""
        with self._lock:
            self._utc += by
