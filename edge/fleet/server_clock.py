"""How far the box's clock is from the server's, from what the server answers to heartbeats."""

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

import structlog

from edge.core.moment import Moment
from edge.fleet.box_clock import ClockReading, ReadClock
from hazard_library.contract.ids import MessageId

log = structlog.get_logger(__name__)

#: Questions that may be open at once; older ones are forgotten.
_OPEN = 8
_LONGEST_WAY_S = 5.0
#: A comparison is replaced by a worse one after this time, because clocks drift and are set.
_BELIEVED_S = 600.0
_TOLD_FROM = timedelta(seconds=2)


class _Compared(NamedTuple):
    at_mono: float
    ahead_s: float
    uncertainty_s: float


class ServerClock:
    """Compares clocks; thread-safe. The box's clock is never set: that is the system's work.

    read: what the kernel says of the clock; its own offset, where it knows one, is the better one.
    """

    def __init__(self, read: ReadClock) -> None:
        self._read = read
        self._lock = Lock()
        self._asked: deque[tuple[MessageId, Moment]] = deque(maxlen=_OPEN)
        self._best: _Compared | None = None
        self._is_told = False

    def asked(self, state: MessageId, at: Moment) -> None:
        """Remember when a heartbeat left."""
        with self._lock:
            self._asked.append((state, at))

    def answered(self, state: MessageId, server_time: datetime, at: Moment) -> None:
        """Compare: the server read its clock somewhere between our question and its answer.

        The smallest way there and back tells most; a long one, or one across a step of our own
        clock, tells nothing.
        """
        with self._lock:
            asked = next((moment for one, moment in self._asked if one == state), None)
            if asked is None:
                return
            way_s = at.mono - asked.mono
            stepped_s = abs((at.utc - asked.utc).total_seconds() - way_s)
            if not 0 <= way_s <= _LONGEST_WAY_S or stepped_s > way_s + 1:
                return
            middle = asked.utc + timedelta(seconds=way_s / 2)
            new = _Compared(at.mono, (middle - server_time).total_seconds(), way_s / 2)
            if self._is_better(new):
                self._best = new
        self._warn(new)

    def read(self) -> ClockReading:
        """Say what is known of the box's clock."""
        kernel = self._read()
        with self._lock:
            best = self._best
        if best is None or kernel.offset_ms is not None:
            return kernel
        error_ms = best.uncertainty_s * 1e3
        known = kernel.max_error_ms if kernel.synchronised else None
        return replace(
            kernel,
            offset_ms=best.ahead_s * 1e3,
            max_error_ms=error_ms if known is None else known,
        )

    def _is_better(self, new: _Compared) -> bool:
        best = self._best
        if best is None or new.at_mono - best.at_mono > _BELIEVED_S:
            return True
        differs = abs(new.ahead_s - best.ahead_s) > new.uncertainty_s + best.uncertainty_s
        return differs or new.uncertainty_s <= best.uncertainty_s

    def _warn(self, new: _Compared) -> None:
        is_far = abs(new.ahead_s) > _TOLD_FROM.total_seconds() + new.uncertainty_s
        if is_far and not self._is_told:
            log.warning(
                "clock_differs_from_the_servers",
                ahead_s=round(new.ahead_s, 3),
                remedy="校时 / set the box's clock: timedatectl set-ntp true",
            )
        self._is_told = is_far
