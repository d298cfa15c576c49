"""SQL of configuration revisions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.configuration.states import RevisionState
from server.configuration.tables import Revision


def one(db: Session, revision_id: UUID) -> Revision | None:
    """Return a revision."""
    return db.get(Revision, revision_id)


def of_device(db: Session, device: str, before: UUID | None, limit: int) -> Sequence[Revision]:
    """Return a page of a box's revisions and one more, newest first."""
    query = select(Revision).where(Revision.device_id == device)
    if before is not None:
        query = query.where(Revision.id < before)
    return db.scalars(query.order_by(Revision.id.desc()).limit(limit + 1)).all()


def last_number(db: Session, device: str) -> int:
    """Return the highest number that was published for a box; 0 before the first."""
    query = select(func.max(Revision.number)).where(Revision.device_id == device)
    return db.scalar(query) or 0


def newest_before(
    db: Session, device: str, state: RevisionState, number: int | None
) -> Revision | None:
    """Return the newest in a state that was published before a number; None: before now."""
    query = select(Revision).where(Revision.device_id == device, Revision.state == state)
    if number is not None:
        query = query.where(Revision.number < number)
    return db.scalar(query.order_by(Revision.number.desc()).limit(1))


def by_document(db: Session, device: str, sha256: str) -> Revision | None:
    """Return the revision whose signed text has this hash."""
    query = select(Revision).where(Revision.device_id == device, Revision.document_sha256 == sha256)
    return db.scalar(query)


def at_broker(db: Session) -> Sequence[tuple[UUID, str, RevisionState]]:
    """Return id, device and state of what lies, or may still lie, at the broker."""
    query = select(Revision.id, Revision.device_id, Revision.state).where(Revision.at_broker)
    return [(row[0], row[1], row[2]) for row in db.execute(query.order_by(Revision.id))]


def several(db: Session, ids: Collection[UUID]) -> Sequence[Revision]:
    """Return revisions by their ids."""
    return db.scalars(select(Revision).where(Revision.id.in_(ids))).all()


def published(db: Session, before: datetime) -> Sequence[Revision]:
    """Return what was published before an instant and its box has not answered."""
    query = select(Revision).where(
        Revision.state == RevisionState.PUBLISHED, Revision.published_at <= before
    )
    return db.scalars(query.order_by(Revision.id)).all()
