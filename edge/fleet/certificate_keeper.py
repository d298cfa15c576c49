"""Renews the box's certificate in good time, while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from edge.delivery.bell import Bell
from edge.delivery.retry_delay import RetryDelay
from edge.errors import EdgeError
from edge.ports import Clock, Counters

log = structlog.get_logger(__name__)

_LOOKED_AT_EVERY_S = 3600.0
_FIRST_RETRY_S = 60.0


@dataclass(frozen=True, slots=True)
class Validity:
    """When a certificate runs out, and when the next one is due."""

    renew_at: datetime
    expires_at: datetime


class CertificateKeeper:
    """One thread runs `run`; tests call `step`.

    confirm: tells the server that the present certificate is used; renew: fetches the next one,
    puts it into use for new connections, and returns its times. Both raise `EdgeError`.
    """

    def __init__(
        self,
        present: Validity,
        confirm: Callable[[], None],
        renew: Callable[[], Validity],
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._present = present
        self._confirm = confirm
        self._renew = renew
        self._clock = clock
        self._counters = counters
        self._bell = Bell()
        self._failures = RetryDelay(first_s=_FIRST_RETRY_S, longest_s=_LOOKED_AT_EVERY_S)
        self._is_confirmed = False

    def run(self) -> None:
        """Work until `stop`."""
        while not self._bell.is_stopped:
            self._bell.wait(self.step())

    def stop(self) -> None:
        """Let `run` end."""
        self._bell.stop()

    def step(self) -> float:
        """Confirm and renew what is due; return the seconds to wait."""
        now = self._clock.now().utc
        try:
            if now >= self._present.renew_at:
                self._present, self._is_confirmed = self._renew(), False
                self._counters.count("certificate_renewals")
                log.info("certificate_renewed", until=self._present.expires_at.isoformat())
            if not self._is_confirmed:
                # Also at the start: the last run may have died between renewal and confirmation.
                self._confirm()
                self._is_confirmed = True
        except EdgeError as fault:
            self._counters.count("certificate_failures")
            left = self._present.expires_at - now
            log.warning("certificate_not_kept", reason=str(fault), days_left=left.days)
            return self._failures.next_delay()
        self._failures.reset()
        return _LOOKED_AT_EVERY_S
