"""The outbox on disk: what was appended survives a power cut and leaves only on a receipt."""

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from zlib import crc32

import structlog

from edge.core.incidents import Incident
from edge.core.moment import Moment
from edge.delivery import incident_rows, message_rows
from edge.disk.sqlite_file import Schema, SetAside, open_file, transaction
from edge.errors import DeliveryError
from edge.ports import Backlog, Counters, Gone, Pending
from hazard_library.contract.device import Receipt
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import MessageId, instant
from hazard_library.contract.message import Numbered, parse
from hazard_library.contract.topics import Channel

log = structlog.get_logger(__name__)

#: Messages that may wait: months of a busy site, about half a gigabyte.
ROOM = 200_000
_SCHEMA = Schema("edge.delivery", newer_is_damaged=True)
_FULL = "服务器长期不可达 / bring broker and server back: what matters least is dropped and counted"


class SqliteOutbox:
    """Implements `edge.ports.Outbox` on one file with one connection and one lock.

    `opened_at` is the box's moment at the start; restored incidents are put on its `mono` line.
    `room` is how many messages may wait. Every append and every receipt is on the disk before the
    call returns (WAL, `synchronous=FULL`); only the time of sending is not worth an fsync.
    """

    def __init__(self, path: Path, opened_at: Moment, counters: Counters, room: int = ROOM) -> None:
        self._path = path
        self._room = room
        self._opened_at = opened_at
        self._counters = counters
        self._lock = RLock()
        self._is_full = False
        self._on_append: Callable[[], None] = _tell_nobody
        opened = open_file(path, _SCHEMA, opened_at.utc)
        self._db = opened.connection
        self._set_aside = opened.set_aside
        self._boot = secrets.token_hex(8)
        self._last_message_no = 0
        with self._writing() as db:
            message_rows.begin_boot(db, self._boot, instant(opened_at.utc))
            self._waiting = message_rows.count_waiting(db)
        self._report_damage()

    @property
    def boot(self) -> str:
        """Id of this start of the box; message numbers count within it."""
        return self._boot

    @property
    def set_aside(self) -> SetAside | None:
        """The damaged file that was found at the start, or None."""
        return self._set_aside

    def call_on_append(self, listener: Callable[[], None]) -> None:
        """Name whom to wake after each new message, such as the sender."""
        self._on_append = listener

    def append(
        self, channel: Channel, write: Callable[[int], Numbered], incident: Incident | None = None
    ) -> Numbered:
        """Number, write and keep a message, and the incident it is about, in one transaction."""
        # The lock is held to the end: what is remembered of two appends keeps their order.
        with self._lock:
            with self._writing() as db:
                number = message_rows.last_number(db, self._boot) + 1
                message = write(number)
                self._check_numbering(message, number)
                kept = message_rows.payload_of(db, message.id)
                if kept is not None:
                    # One that was given up has no bytes any more; told again it is still given up.
                    return parse(type(message), kept) if kept else message
                message_rows.insert(db, channel, message)
                dropped = self._make_room(db, message)
                if incident is not None:
                    incident_rows.keep(db, incident, is_open=not _closes(message))
            self._last_message_no = number
            self._waiting += 1 - dropped
        self._on_append()
        return message

    def pending(self, limit: int, sent_before: Moment | None = None) -> tuple[Pending, ...]:
        """Return unsettled messages that were not sent since `sent_before`; None: all of them."""
        before = None if sent_before is None else sent_before.mono
        with self._reading() as db:
            rows = message_rows.waiting(db, limit, before)
        damaged = [row for row in rows if crc32(row.payload) != row.crc]
        for row in damaged:
            self._give_up(row)
        return tuple(
            Pending(row.id, row.channel, row.payload) for row in rows if row not in damaged
        )

    def mark_sent(self, ids: Sequence[MessageId], at: Moment) -> None:
        """Remember when messages were last handed to the broker; forgotten with the process."""
        with self._writing() as db:
            message_rows.mark_sent(db, ids, at.mono)

    def settle(self, receipt: Receipt, at: datetime) -> bool:
        """Take a message out of the queue on the server's word; False if it was not waiting."""
        with self._writing() as db:
            is_settled = message_rows.settle(
                db, receipt.message_id, receipt.outcome, receipt.reason, instant(at)
            )
            self._waiting -= is_settled
            return is_settled

    def resend(self, boot: str, first: int, last: int) -> int:
        """Queue numbered messages again; return how many were still kept."""
        with self._writing() as db:
            queued = message_rows.queue_again(db, boot, first, last)
            self._waiting = message_rows.count_waiting(db)
        self._on_append()
        return queued

    def gone(self, boot: str, first: int, last: int) -> tuple[Gone, ...]:
        """Return which of these numbers cannot be sent again, in ranges, and why."""
        with self._reading() as db:
            return tuple(message_rows.gone(db, boot, first, last))

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return incidents whose last event was not `closed`, to go on after a restart."""
        with self._reading() as db:
            return incident_rows.open_ones(db, self._opened_at)

    def backlog(self) -> Backlog:
        """Return how much waits and the highest number given in this boot."""
        with self._reading() as db:
            oldest = message_rows.oldest_waiting(db, self._boot)
            return Backlog(self._waiting, self._last_message_no, oldest)

    def prune(self, settled_before: datetime, limit: int) -> int:
        """Forget at most `limit` messages that were settled before; return how many."""
        with self._writing() as db:
            forgotten = message_rows.prune(db, instant(settled_before), limit)
            incident_rows.prune(db)
            self._waiting = message_rows.count_waiting(db)
            self._is_full = self._waiting >= self._room
        self._counters.count("outbox_pruned", forgotten)
        return forgotten

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                fault = f"{self._path}: {error}; the message is kept by its sender and tried again"
                raise DeliveryError(fault) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db, transaction(db):
            yield db

    def _check_numbering(self, message: Numbered, number: int) -> None:
        if (message.boot, message.message_no) != (self._boot, number):
            fault = (
                f"message {message.id} carries {message.boot}/{message.message_no} instead of "
                f"{self._boot}/{number}; write it with the number that is given and outbox.boot"
            )
            raise DeliveryError(fault)

    def _give_up(self, row: message_rows.Waiting) -> None:
        """Take out what the disk has changed: sent, it would only be quarantined."""
        with self._writing() as db:
            message_rows.settle(
                db, row.id, "damaged", "its bytes changed on disk", instant(self._opened_at.utc)
            )
            self._waiting -= 1
        self._counters.count("outbox_messages_damaged")
        log.error("outbox_message_damaged", message=str(row.id), file=str(self._path))

    def _make_room(self, db: sqlite3.Connection, message: Numbered) -> int:
        """Give up what will be missed least if more wait than may; return how many.

        That may be the new message itself.
        """
        if self._waiting < self._room:
            return 0
        dropped = int(message_rows.give_up_least(db, instant(message.sent_at)))
        self._counters.count("outbox_messages_dropped", dropped)
        if not self._is_full:
            log.error("outbox_full", waiting=self._waiting, remedy=_FULL)
        self._is_full = True
        return dropped

    def _report_damage(self) -> None:
        if self._set_aside is None:
            return
        self._counters.count("outbox_files_set_aside")
        log.error(
            "outbox_set_aside",
            file=str(self._path),
            moved_to=str(self._set_aside.path),
            reason=self._set_aside.reason,
        )


def _closes(message: Numbered) -> bool:
    return isinstance(message, HazardEvent) and message.change is Change.CLOSED


def _tell_nobody() -> None:
    """Stand in until somebody wants to be woken."""
