"""SQL of the audit chain."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from server.audit.tables import AccessRecord, AuditEntry

_AT_ONCE = 1000


def last_entry(db: Session) -> AuditEntry | None:
    """Return the newest entry."""
    return db.scalar(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1))


def all_entries(db: Session) -> Iterator[AuditEntry]:
    """Read the chain from its beginning in pages, as the database has it."""
    seen = 0
    while page := _page(db, seen):
        yield from page
        seen = page[-1].seq


def _page(db: Session, after: int) -> Sequence[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.seq > after).order_by(AuditEntry.seq)
    return db.scalars(query.limit(_AT_ONCE).execution_options(populate_existing=True)).all()


def entries_of(db: Session, object_type: str, object_id: str) -> Sequence[AuditEntry]:
    """Return the entries about one thing, oldest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.object_type == object_type, AuditEntry.object_id == object_id)
        .order_by(AuditEntry.seq)
    )
    return db.scalars(query).all()


def acts(
    db: Session, object_type: str, events: Collection[str], after: int, limit: int
) -> Sequence[AuditEntry]:
    """Return entries of some events at one kind of thing behind a number, oldest first."""
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.seq > after,
            AuditEntry.object_type == object_type,
            AuditEntry.event.in_(events),
        )
        .order_by(AuditEntry.seq)
    )
    return db.scalars(query.limit(limit)).all()


def last_act(db: Session, kinds: Collection[tuple[str, str]]) -> int:
    """Return the number of the newest entry that is one of (kind of thing, event); 0: none."""
    query = select(func.max(AuditEntry.seq)).where(
        tuple_(AuditEntry.object_type, AuditEntry.event).in_(list(kinds))
    )
    return db.scalar(query) or 0


def things(db: Session, object_type: str, event: str) -> Sequence[str]:
    """Return the things of a kind to which an event ever happened."""
    query = select(AuditEntry.object_id).where(
        AuditEntry.object_type == object_type, AuditEntry.event == event
    )
    return db.scalars(query.distinct()).all()


def looks_at(db: Session, object_type: str, object_id: str) -> Sequence[AccessRecord]:
    """Return the looks at one thing, oldest first."""
    query = (
        select(AccessRecord)
        .where(AccessRecord.object_type == object_type, AccessRecord.object_id == object_id)
        .order_by(AccessRecord.at, AccessRecord.id)
    )
    return db.scalars(query).all()
