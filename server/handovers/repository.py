"""SQL of transfers. What a reader may see is the condition on units."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.handovers.tables import Transfer


def visible(db: Session, units: Collection[UUID], transfer_id: UUID) -> Transfer | None:
    """Return a transfer of these units."""
    return db.scalar(
        select(Transfer).where(Transfer.id == transfer_id, Transfer.unit_id.in_(units))
    )


def locked(db: Session, units: Collection[UUID], transfer_id: UUID) -> Transfer | None:
    """Return a transfer of these units, newest and locked."""
    query = select(Transfer).where(Transfer.id == transfer_id, Transfer.unit_id.in_(units))
    return db.scalar(query.with_for_update().execution_options(populate_existing=True))


def of_lead(db: Session, lead_id: UUID) -> Transfer | None:
    """Return the transfer that came of a lead."""
    return db.scalar(select(Transfer).where(Transfer.lead_id == lead_id))


def listed(
    db: Session, units: Collection[UUID], before: UUID | None, limit: int
) -> Sequence[Transfer]:
    """Return a page of transfers and one more, newest first."""
    query = select(Transfer).where(Transfer.unit_id.in_(units))
    if before is not None:
        query = query.where(Transfer.id < before)
    return db.scalars(query.order_by(Transfer.id.desc()).limit(limit + 1)).all()
