"""Keeps at the broker, for every box, exactly the configuration that it has not answered yet.

Retained, so that a box that is away gets it when it comes; taken back as soon as the box has
answered or people have withdrawn it, so that nothing comes twice. What is not answered is left
there again now and then: a broker that does not let a box read yet, because it was enrolled a
moment ago, drops the copy for it. A box knows one that it has taken by its number.
"""

from datetime import timedelta
from threading import Event
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel
from server.configuration import parcels
from server.configuration.parcels import Parcel
from server.kit.clock import Clock
from server.kit.db import Database

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=2)
AGAIN_S = 30.0


class Shelf(Protocol):
    """The broker, as far as it keeps messages for boxes."""

    @property
    def connection(self) -> int | None:
        """The number of the present connection; None: the broker is away."""
        ...

    def retain(self, device: DeviceId, channel: Channel, payload: bytes) -> bool:
        """Leave a message for a box, nothing to take it back; whether the broker confirmed it."""
        ...


class ConfigCourier:
    """One thread runs `run`; tests call `step`."""

    def __init__(self, database: Database, clock: Clock, shelf: Shelf) -> None:
        self._database = database
        self._clock = clock
        self._shelf = shelf
        self._stopped = Event()
        self._connection: int | None = None
        #: What lies there for a box, and since which second.
        self._lies: dict[DeviceId, tuple[UUID, float]] = {}

    def run(self) -> None:
        """Look after it until `stop`."""
        while not self._stopped.is_set():
            try:
                self.step()
            except DBAPIError as fault:
                log.warning("configurations_not_sent", reason=str(fault.orig))
            self._stopped.wait(EVERY.total_seconds())

    def stop(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    def step(self) -> None:
        """Compare register and broker once."""
        connection = self._shelf.connection
        if connection is None:
            return
        if connection != self._connection:
            # A broker that lost its stores would keep nothing for boxes that are away.
            self._connection, self._lies = connection, {}
        with self._database.reading() as db:
            due = parcels.due(db)
        for parcel in due:
            if not self._lies_there(parcel):
                self._bring(parcel)

    def _lies_there(self, parcel: Parcel) -> bool:
        known, since = self._lies.get(parcel.device, (None, 0.0))
        is_known = known is not None and parcel.settles == {known} and parcel.sends == known
        return is_known and self._clock.mono() - since < AGAIN_S

    def _bring(self, parcel: Parcel) -> None:
        with self._database.reading() as db:
            payload = parcels.payload(db, parcel)
        is_confirmed = self._shelf.retain(parcel.device, Channel.CONFIG, payload)
        with self._database.writing() as db:
            if is_confirmed:
                parcels.note_sent(db, self._clock.now(), parcel)
            else:
                parcels.note_unsure(db, parcel)
        before = self._lies.pop(parcel.device, None)
        if is_confirmed and parcel.sends is not None:
            self._lies[parcel.device] = parcel.sends, self._clock.mono()
            if before is not None and before[0] == parcel.sends:
                # A box may be away for days: once is enough in the log.
                return
        log.info(
            "configuration_handed_over" if parcel.sends else "configuration_taken_back",
            device=parcel.device,
            revision=None if parcel.sends is None else str(parcel.sends),
            confirmed=is_confirmed,
        )
