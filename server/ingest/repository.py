"""SQL of ingest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hazard_library.contract.events import HazardEvent
from server.ingest.states import MessageOutcome, QuarantineReason
from server.ingest.tables import Incident, Quarantined, ReceivedEvent, ReceivedMessage

#: More missing numbers of one boot than this are not listed one by one.
_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """A message that came before."""

    message_id: UUID | None
    outcome: MessageOutcome
    detail: str | None


def known_message(db: Session, device: str, sha256: str) -> Known | None:
    """Return what became of the same bytes from the same device."""
    query = (
        select(ReceivedMessage.message_id, ReceivedMessage.outcome, Quarantined.detail)
        .outerjoin(Quarantined, Quarantined.message_row_id == ReceivedMessage.id)
        .where(ReceivedMessage.device_id == device, ReceivedMessage.sha256 == sha256)
    )
    row = db.execute(query).one_or_none()
    return Known(row[0], row[1], row[2]) if row is not None else None


def add_message(db: Session, values: dict[str, object]) -> bool:
    """Keep a message; False when the database has it already."""
    row = (
        insert(ReceivedMessage)
        .values(values)
        .on_conflict_do_nothing(constraint="uq_message_device_id_sha256")
    )
    return db.scalar(row.returning(ReceivedMessage.id)) is not None


def add_quarantined(
    db: Session, row_id: UUID, reason: QuarantineReason, detail: str, at: datetime
) -> None:
    """Say why a message was set aside."""
    db.add(Quarantined(message_row_id=row_id, reason=reason, detail=detail, at=at))
    db.flush()


def incident(db: Session, incident_id: UUID) -> Incident | None:
    """Return an incident, locked."""
    return db.get(Incident, incident_id, with_for_update=True)


def add_event(db: Session, row_id: UUID, event: HazardEvent) -> bool:
    """Keep a change of an incident; False when the database has one of that number."""
    values = {
        "incident_id": event.incident_id,
        "seq": event.seq,
        "message_row_id": row_id,
        "change": event.change.value,
        "event": event.model_dump(mode="json", by_alias=True),
    }
    row = (
        insert(ReceivedEvent)
        .values(values)
        .on_conflict_do_nothing(index_elements=["incident_id", "seq"])
    )
    return db.scalar(row.returning(ReceivedEvent.seq)) is not None


def events(db: Session) -> list[tuple[UUID, int]]:
    """Return every change that the database has."""
    query = select(ReceivedEvent.incident_id, ReceivedEvent.seq).order_by(
        ReceivedEvent.incident_id, ReceivedEvent.seq
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def set_aside(
    db: Session, since: datetime, reasons: Collection[QuarantineReason]
) -> list[tuple[str, QuarantineReason, datetime]]:
    """Return sender, reason and time of what was set aside for these reasons, oldest first."""
    query = (
        select(ReceivedMessage.device_id, Quarantined.reason, Quarantined.at)
        .join(Quarantined, Quarantined.message_row_id == ReceivedMessage.id)
        .where(Quarantined.at >= since, Quarantined.reason.in_(reasons))
        .order_by(Quarantined.at)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def quarantined(db: Session) -> int:
    """Count what was set aside."""
    return db.scalar(select(func.count()).select_from(Quarantined)) or 0


_MISSING = text(
    """
    SELECT wanted FROM generate_series(1, greatest(:told, (
        SELECT coalesce(max(message_no), 0) FROM message
        WHERE device_id = :device AND boot = :boot
    ))) AS wanted
    WHERE NOT EXISTS (
        SELECT FROM message
        WHERE device_id = :device AND boot = :boot AND message_no = wanted
    )
    AND NOT EXISTS (
        SELECT FROM lost_messages
        WHERE device_id = :device AND boot = :boot AND wanted BETWEEN first AND last
    )
    ORDER BY wanted LIMIT :listed
    """
).bindparams(bindparam("listed", _LISTED))


def missing_numbers(db: Session, device: str, boot: str, told: int) -> list[int]:
    """Return the numbers of a boot that never came, up to the highest heard of.

    What the box has told to be lost is not among them.
    """
    query = {"device": device, "boot": boot, "told": told}
    return [int(row[0]) for row in db.execute(_MISSING, query)]


_DUPLICATES = text(
    """
    SELECT
      (SELECT count(*) FROM (
         SELECT incident_id, seq FROM hazard_event GROUP BY incident_id, seq HAVING count(*) > 1
       ) AS twice)
    + (SELECT count(*) FROM (
         SELECT device_id, camera_id, hazard_id, zone, opened_at FROM incident
         GROUP BY device_id, camera_id, hazard_id, zone, opened_at HAVING count(*) > 1
       ) AS same)
    """
)


def duplicates(db: Session) -> int:
    """Count changes kept twice, and incidents that are the same under two ids."""
    return int(db.scalar(_DUPLICATES) or 0)
