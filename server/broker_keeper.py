"""Keeps the broker's files as the register says, and cuts off boxes that are refused.

Whoever changed the register, a command or a page: within seconds the broker lets a new box in and a
revoked one out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import structlog
from sqlalchemy.exc import DBAPIError

from hazard_library.contract.ids import DeviceId
from server.fleet import enrolment
from server.fleet import service as fleet
from server.fleet.authority import Authority
from server.ingest.session_cutter import cut_sessions
from server.kit.clock import Clock
from server.kit.db import Database
from server.kit.errors import SettingsError
from server.provisioning import Vouching, refresh_broker, server_at_broker
from server.settings import BrokerSettings, DeviceSettings

log = structlog.get_logger(__name__)

Refused = list[tuple[str, datetime, DeviceId]]
EVERY = timedelta(seconds=5)
#: The door's certificate is looked at this often even when nothing changes.
_DAILY_S = 86_400.0
#: How often a refused box is cut off: the broker may read its new list a moment after the first.
_CUTS = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept: the broker's folder, and the authority of the boxes, if there is one."""

    folder: Path
    broker: BrokerSettings
    devices: DeviceSettings | None
    authority: Authority | None


class BrokerKeeper:
    """One thread runs `run`; tests call `step`."""

    def __init__(self, database: Database, clock: Clock, kept: Kept) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept
        self._stopped = Event()
        self._written: object = None
        self._written_mono = float("-inf")
        self._refused: set[str] | None = None
        self._to_cut: dict[DeviceId, int] = {}

    def run(self) -> None:
        """Look after it until `stop`."""
        while not self._stopped.is_set():
            try:
                self.step()
            except (DBAPIError, SettingsError, OSError) as fault:
                log.warning("broker_not_kept", reason=str(fault))
            self._stopped.wait(EVERY.total_seconds())

    def stop(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    def step(self) -> None:
        """Compare register and files once; cut off who is refused since the last time."""
        now = self._clock.now()
        with self._database.reading() as db:
            users = fleet.broker_users(db)
            refused = enrolment.refused_certificates(db, now)
        # The cut comes one round after the list: the broker has read it by then.
        self._cut()
        told = (tuple(users), tuple(refused))
        is_old = self._clock.mono() - self._written_mono > _DAILY_S
        if told != self._written or is_old:
            refresh_broker(
                self._database, self._kept.folder, self._kept.broker.credential_file, self._vouch()
            )
            self._written, self._written_mono = told, self._clock.mono()
        self._note_refused(refused, {user.name for user in users})

    def _note_refused(self, refused: Refused, known: set[str]) -> None:
        """Remember whom to cut off: who was refused meanwhile, or while no server ran."""
        before = self._refused
        self._refused = {serial for serial, _, _ in refused}
        self._to_cut |= {
            device: _CUTS
            for serial, _, device in refused
            if (device not in known if before is None else serial not in before)
        }

    def _cut(self) -> None:
        if not self._to_cut:
            return
        address = server_at_broker(self._kept.broker)
        missed = set(cut_sessions(address, self._to_cut))
        self._to_cut = {
            device: rounds
            for device, left in self._to_cut.items()
            if (rounds := left if device in missed else left - 1) > 0
        }

    def _vouch(self) -> Vouching | None:
        authority, devices = self._kept.authority, self._kept.devices
        if authority is None or devices is None:
            return None
        return Vouching(authority, devices.names, self._clock.now())
