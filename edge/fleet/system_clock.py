"""The box's clock: the only place of the edge that reads the time or sleeps."""

import time
from datetime import UTC, datetime

from edge.core.moment import Moment


class SystemClock:
    """Implements `edge.ports.Clock`."""

    def now(self) -> Moment:
        """Return the box's present moment."""
        return Moment(mono=time.monotonic(), utc=datetime.now(UTC))  # noqa: TID251 - the adapter

    def wait(self, seconds: float) -> None:
        """Let the calling thread sleep."""
        time.sleep(seconds)  # noqa: TID251 - the adapter
