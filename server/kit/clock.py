"""The server's clock: the legal clock of every act. Only the adapter here reads it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from; handed to whoever needs it."""

    def now(self) -> datetime:
        """Return the time as an aware UTC instant."""
        ...

    def mono(self) -> float:
        """Return seconds that never jump, for durations inside one process."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time as an aware UTC instant."""
        return datetime.now(UTC)  # noqa: TID251 - the clock adapter

    def mono(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()
