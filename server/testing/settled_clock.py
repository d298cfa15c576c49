"""A clock that stands still until a test moves it. Implements `server.kit.clock.Clock`."""

from datetime import datetime, timedelta

from server.testing.fake_device import START


class SettledClock:
    """Starts at `START`."""

    def __init__(self, at: datetime = START) -> None:
        self._at = at
        self._mono = 0.0

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self._at

    def mono(self) -> float:
        """Return the seconds it was moved by so far."""
        return self._mono

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self._at += by
        self._mono += by.total_seconds()
