"""Publishes the state of the box: at birth, every so often, and at once when something changes."""

from collections.abc import Callable

import structlog

from edge.core.moment import Moment
from edge.delivery.bell import Bell
from edge.delivery.retry_delay import RetryDelay
from edge.errors import DeliveryError
from edge.fleet.device_report import DeviceReport
from edge.ports import Clock, Counters, Link
from hazard_library.contract.ids import MessageId
from hazard_library.contract.topics import Channel

log = structlog.get_logger(__name__)

EVERY_S = 30.0
#: Changes that come faster than this are told together: a flapping camera must not flood.
AT_MOST_EVERY_S = 0.5
_RETRY_S = 1.0


class Heartbeat:
    """One thread runs `run`; tests call `step`."""

    def __init__(self, report: DeviceReport, link: Link, clock: Clock, counters: Counters) -> None:
        self._report = report
        self._link = link
        self._clock = clock
        self._counters = counters
        self._bell = Bell()
        self._failures = RetryDelay(first_s=1.0, longest_s=30.0)
        self._is_due = True
        self._published_mono = float("-inf")
        self._on_publish: Callable[[MessageId, Moment], object] = _tell_nobody

    def run(self) -> None:
        """Work until `stop`."""
        while not self._bell.is_stopped:
            self._bell.wait(self._step_or_wait())

    def stop(self) -> None:
        """Let `run` end after the present step."""
        self._bell.stop()

    def wake(self) -> None:
        """Say that something changed which should be told at once."""
        self._is_due = True
        self._bell.ring()

    def call_on_publish(self, listener: Callable[[MessageId, Moment], object]) -> None:
        """Name whom to tell which state leaves, and when."""
        self._on_publish = listener

    def step(self) -> float:
        """Publish when it is due; return the seconds to wait."""
        now = self._clock.now()
        elapsed = now.mono - self._published_mono
        if not self._is_due and elapsed < EVERY_S:
            return EVERY_S - elapsed
        if elapsed < AT_MOST_EVERY_S:
            return AT_MOST_EVERY_S - elapsed
        # Before the board is read: a change that comes meanwhile makes the next one due again.
        self._is_due = False
        if not self._link.is_connected:
            self._is_due = True
            return _RETRY_S
        state = self._report.state()
        # Before it leaves: the answer may be here sooner than `publish` is back.
        self._on_publish(state.id, self._clock.now())
        if not self._link.publish(Channel.STATE, state.to_bytes()):
            self._is_due = True
            return _RETRY_S
        self._published_mono = now.mono
        return EVERY_S

    def _step_or_wait(self) -> float:
        try:
            wait = self.step()
        except DeliveryError as fault:
            self._counters.count("heartbeat_failures")
            log.warning("outbox_failed", reason=str(fault))
            self._is_due = True
            return self._failures.next_delay()
        self._failures.reset()
        return wait


def _tell_nobody(_state: MessageId, _at: Moment) -> None:
    """Stand in until somebody wants to know."""
