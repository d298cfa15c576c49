"""SQL of the audit chain."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.tables import AccessRecord, AuditEntry

_AT_ONCE = 1000


def last_entry(db: Session) -> AuditEntry | None:
    """Return the newest entry."""
    return db.scalar(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1))


def all_entries(db: Session) -> Iterator[AuditEntry]:
    """Stream the chain from its beginning, as the database has it."""
    query = (
        select(AuditEntry)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=_AT_ONCE, populate_existing=True)
    )
    yield from db.scalars(query)


def entries_of(db: Session, object_type: str, object_id: str) -> Sequence[AuditEntry]:
    """Return the entries about one thing, oldest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.object_type == object_type, AuditEntry.object_id == object_id)
        .order_by(AuditEntry.seq)
    )
    return db.scalars(query).all()


def looks_at(db: Session, object_type: str, object_id: str) -> Sequence[AccessRecord]:
    """Return the looks at one thing, oldest first."""
    query = (
        select(AccessRecord)
        .where(AccessRecord.object_type == object_type, AccessRecord.object_id == object_id)
        .order_by(AccessRecord.at, AccessRecord.id)
    )
    return db.scalars(query).all()
