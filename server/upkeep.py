"""What comes round by itself: forgetting, matching, and what time does. No verdicts.

Reminders come round too: who is late is told, and nothing else is changed.
"""

from datetime import timedelta
from threading import Event

import structlog
from sqlalchemy.exc import DBAPIError

from hazard_library.catalogue.load import Catalogue
from server.identity import service as identity
from server.kit import idempotency, live
from server.kit.clock import Clock
from server.kit.db import Database
from server.leads import service as leads
from server.online_patrols import service as patrols
from server.orders import service as orders
from server.reminding import remind
from server.signals import service as signals

log = structlog.get_logger(__name__)


class Upkeep:
    """One thread runs `run`; tests call `step`."""

    def __init__(
        self, database: Database, clock: Clock, catalogue: Catalogue, every: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogue = catalogue
        self._every = every
        self._stopped = Event()

    def run(self) -> None:
        """Come round until `stop`."""
        while not self._stopped.is_set():
            try:
                self.step()
            except DBAPIError as fault:
                log.warning("upkeep_failed", reason=str(fault.orig))
            self._stopped.wait(self._every.total_seconds())

    def stop(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    def step(self) -> None:
        """Come round once."""
        now = self._clock.now()
        with self._database.writing() as db:
            live.forget_old(db, now)
            idempotency.forget_old(db, now)
            identity.forget_old(db, now)
            orders.fall_due(db, now)
            patrols.lapse(db, now)
            patrols.schedule_day(db, now, self._catalogue)
            signals.match_waiting(db, now)
        with self._database.writing() as db:
            leads.come_round(db, now)
        ran = remind(self._database, now)
        if ran.fired or ran.escalated:
            log.info("reminded", fired=ran.fired, settled=ran.settled, escalated=ran.escalated)
