"""The SQL of the outbox's messages. Every function works in its caller's transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID
from zlib import crc32

from edge.disk.sqlite_file import beside
from edge.ports import Gone
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import IncidentId, MessageId
from hazard_library.contract.message import Numbered
from hazard_library.contract.topics import Channel

#: A message sent this often without a receipt lets the others go first.
STUBBORN_AFTER = 5

#: Outcomes of messages that will not be sent, by the box's own decision.
GIVEN_UP = ("damaged", "dropped")

#: When a message was last sent. It is worth no fsync: after a restart everything is sent again.
_SENT = """CREATE TEMP TABLE sent (
    position INTEGER NOT NULL PRIMARY KEY,
    mono     REAL    NOT NULL,
    times    INTEGER NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unsettled message as it lies on disk."""

    id: MessageId
    channel: Channel
    payload: bytes
    crc: int


@dataclass(frozen=True, slots=True)
class Raised:
    """A message that was once appended, and what became of it. `outcome` is None while it waits."""

    message_id: MessageId
    channel: Channel
    boot: str
    message_no: int
    incident_id: IncidentId | None
    seq: int | None
    outcome: str | None
    reason: str | None


def begin_boot(db: sqlite3.Connection, boot: str, at: str) -> None:
    """Start to count for a new boot."""
    db.execute(_SENT)
    db.execute("INSERT INTO boot (id, started_at) VALUES (?, ?)", (boot, at))


def last_number(db: sqlite3.Connection, boot: str) -> int:
    """Return the highest number given in a boot."""
    row = db.execute("SELECT last_message_no FROM boot WHERE id = ?", (boot,)).fetchone()
    return int(row[0])


def payload_of(db: sqlite3.Connection, message: MessageId) -> bytes | None:
    """Return the kept bytes of a message, or None."""
    row = db.execute("SELECT payload FROM message WHERE id = ?", (str(message),)).fetchone()
    return None if row is None else bytes(row[0])


def insert(db: sqlite3.Connection, channel: Channel, message: Numbered) -> None:
    """Keep a message and count its number."""
    payload = message.to_bytes()
    event = message if isinstance(message, HazardEvent) else None
    db.execute(
        "INSERT INTO message (id, boot, message_no, channel, payload, payload_crc, incident_id,"
        " seq, priority, is_update) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            str(message.id),
            message.boot,
            message.message_no,
            channel.value,
            payload,
            crc32(payload),
            None if event is None else str(event.incident_id),
            None if event is None else event.seq,
            0 if event is None else event.severity,
            int(event is not None and event.change is Change.UPDATED),
        ),
    )
    db.execute(
        "UPDATE boot SET last_message_no = ? WHERE id = ?", (message.message_no, message.boot)
    )


def waiting(db: sqlite3.Connection, limit: int, sent_before: float | None) -> list[Waiting]:
    """Return unsettled messages: severe ones first, then the oldest; stubborn ones last.

    The first query reads the index in its order and stops at the limit, however much waits.
    """
    given = (sent_before, STUBBORN_AFTER)
    rows = db.execute(
        "SELECT id, channel, payload, payload_crc FROM message AS m WHERE outcome IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM sent AS s WHERE s.position = m.position"
        " AND (s.times >= ?2 OR s.mono >= ?1))"
        " ORDER BY priority DESC, m.position LIMIT ?3",
        (*given, limit),
    ).fetchall()
    if len(rows) < limit:
        rows += db.execute(
            "SELECT m.id, m.channel, m.payload, m.payload_crc FROM sent AS s"
            " JOIN message AS m ON m.position = s.position WHERE m.outcome IS NULL"
            " AND s.times >= ?2 AND (?1 IS NULL OR s.mono < ?1)"
            " ORDER BY m.priority DESC, m.position LIMIT ?3",
            (*given, limit - len(rows)),
        ).fetchall()
    return [
        Waiting(MessageId(UUID(row[0])), Channel(row[1]), bytes(row[2]), int(row[3]))
        for row in rows
    ]


def count_waiting(db: sqlite3.Connection) -> int:
    """Return how many messages are unsettled."""
    return int(db.execute("SELECT count(*) FROM message WHERE outcome IS NULL").fetchone()[0])


def oldest_waiting(db: sqlite3.Connection, boot: str) -> int | None:
    """Return the lowest number of a boot that is unsettled."""
    row = db.execute(
        "SELECT min(message_no) FROM message WHERE outcome IS NULL AND boot = ?", (boot,)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def give_up_least(db: sqlite3.Connection, at: str) -> bool:
    """Give up the waiting message that will be missed least; False when none waits.

    Updates first (a later change says what they say), then manifests, then events of low severity;
    of equals the oldest.
    """
    row = db.execute(
        "SELECT position FROM message WHERE outcome IS NULL"
        " ORDER BY is_update DESC, priority, position LIMIT 1"
    ).fetchone()
    if row is not None:
        _give_up(db, int(row[0]), ("dropped", "the outbox was full", at))
    return row is not None


def _give_up(db: sqlite3.Connection, position: int, why: tuple[str, str, str]) -> None:
    """Settle a message that will not be sent; its row stays as proof, its bytes make room."""
    db.execute(
        "UPDATE message SET outcome = ?, reason = ?, settled_at = ?, payload = x''"
        " WHERE position = ?",
        (*why, position),
    )
    db.execute("DELETE FROM sent WHERE position = ?", (position,))


def gone(db: sqlite3.Connection, boot: str, first: int, last: int) -> list[Gone]:
    """Return the ranges of numbers that cannot be sent again: given up, or not kept any more."""
    rows = db.execute(
        "SELECT message_no, outcome, reason FROM message"
        " WHERE boot = ? AND message_no BETWEEN ? AND ? ORDER BY message_no",
        (boot, first, last),
    )
    found: list[Gone] = []
    expected = first
    for number, outcome, reason in rows:
        if number > expected:
            found.append(Gone(expected, number - 1, "not kept any more"))
        if outcome in GIVEN_UP:
            _add_gone(found, int(number), f"{outcome}: {reason}")
        expected = number + 1
    if expected <= last:
        found.append(Gone(expected, last, "not kept any more"))
    return found


def _add_gone(found: list[Gone], number: int, reason: str) -> None:
    if found and (found[-1].last, found[-1].reason) == (number - 1, reason):
        found[-1] = Gone(found[-1].first, number, reason)
    else:
        found.append(Gone(number, number, reason))


def mark_sent(db: sqlite3.Connection, ids: Sequence[MessageId], mono: float) -> None:
    """Remember when unsettled messages were sent."""
    db.executemany(
        "INSERT INTO sent (position, mono, times)"
        " SELECT position, ?1, 1 FROM message WHERE id = ?2 AND outcome IS NULL"
        " ON CONFLICT (position) DO UPDATE SET mono = excluded.mono, times = times + 1",
        [(mono, str(message)) for message in ids],
    )


def settle(
    db: sqlite3.Connection, message: MessageId, outcome: str, reason: str | None, at: str
) -> bool:
    """Take a message out of the queue; False if it was not waiting."""
    row = db.execute(
        "UPDATE message SET outcome = ?, reason = ?, settled_at = ?"
        " WHERE id = ? AND outcome IS NULL RETURNING position",
        (outcome, reason, at, str(message)),
    ).fetchone()
    if row is None:
        return False
    db.execute("DELETE FROM sent WHERE position = ?", (row[0],))
    return True


def queue_again(db: sqlite3.Connection, boot: str, first: int, last: int) -> int:
    """Put numbered messages back into the queue, as if they were never sent."""
    asked = (boot, first, last)
    db.execute(
        "DELETE FROM sent WHERE position IN"
        " (SELECT position FROM message WHERE boot = ? AND message_no BETWEEN ? AND ?)",
        asked,
    )
    return db.execute(
        "UPDATE message SET outcome = NULL, reason = NULL, settled_at = NULL"
        " WHERE boot = ? AND message_no BETWEEN ? AND ?"
        " AND coalesce(outcome, '') NOT IN ('damaged', 'dropped')",
        asked,
    ).rowcount


def prune(db: sqlite3.Connection, settled_before: str, limit: int) -> int:
    """Delete settled messages, those settled first, and boots that nothing speaks of any more."""
    forgotten = db.execute(
        "DELETE FROM message WHERE position IN (SELECT position FROM message"
        " WHERE outcome IS NOT NULL AND settled_at < ? ORDER BY settled_at LIMIT ?)",
        (settled_before, limit),
    ).rowcount
    db.execute(
        "DELETE FROM boot WHERE started_at < ?"
        " AND rowid < (SELECT max(rowid) FROM boot)"
        " AND NOT EXISTS (SELECT 1 FROM message WHERE message.boot = boot.id)",
        (settled_before,),
    )
    return forgotten


def read_raised(path: Path) -> tuple[Raised, ...]:
    """Read, from beside a running box or after it, every message that was ever appended.

    Raises:
        sqlite3.DatabaseError: the file is not there, or is no outbox.
    """
    with beside(path) as db:
        rows = db.execute(
            "SELECT id, channel, boot, message_no, incident_id, seq, outcome, reason"
            " FROM message ORDER BY position"
        ).fetchall()
    return tuple(
        Raised(
            message_id=MessageId(UUID(row[0])),
            channel=Channel(row[1]),
            boot=row[2],
            message_no=row[3],
            incident_id=None if row[4] is None else IncidentId(UUID(row[4])),
            seq=row[5],
            outcome=row[6],
            reason=row[7],
        )
        for row in rows
    )
