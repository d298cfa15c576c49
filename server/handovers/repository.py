"""SQL of transfers. What a reader may see is the scope."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.handovers.states import TransferState
from server.handovers.tables import Transfer
from server.jurisdiction.service import Scope


def visible(db: Session, scope: Scope, transfer_id: UUID) -> Transfer | None:
    """Return a transfer within a scope."""
    return db.scalar(
        select(Transfer).where(
            Transfer.id == transfer_id, scope.of(Transfer.unit_id, Transfer.enterprise_id)
        )
    )


def locked(db: Session, scope: Scope, transfer_id: UUID) -> Transfer | None:
    """Return a transfer within a scope, newest and locked."""
    query = select(Transfer).where(
        Transfer.id == transfer_id, scope.of(Transfer.unit_id, Transfer.enterprise_id)
    )
    return db.scalar(query.with_for_update().execution_options(populate_existing=True))


def of_lead(db: Session, lead_id: UUID) -> Transfer | None:
    """Return the transfer that came of a lead."""
    return db.scalar(select(Transfer).where(Transfer.lead_id == lead_id))


def listed(db: Session, scope: Scope, before: UUID | None, limit: int) -> Sequence[Transfer]:
    """Return a page of transfers and one more, newest first."""
    query = select(Transfer).where(scope.of(Transfer.unit_id, Transfer.enterprise_id))
    if before is not None:
        query = query.where(Transfer.id < before)
    return db.scalars(query.order_by(Transfer.id.desc()).limit(limit + 1)).all()


def in_states(db: Session, states: Collection[TransferState]) -> Sequence[Transfer]:
    """Return the transfers in these states, oldest first."""
    query = select(Transfer).where(Transfer.state.in_(states))
    return db.scalars(query.order_by(Transfer.id)).all()
