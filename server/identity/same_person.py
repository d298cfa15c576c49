"""Who is behind accounts: what asks for two people asks for two persons, never two accounts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.tables import Account


def persons_of(db: Session, accounts: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the person behind each account."""
    query = select(Account.id, Account.person_id).where(Account.id.in_(accounts))
    return {row.id: row.person_id for row in db.execute(query)}


def person_of(db: Session, account_id: UUID | None) -> UUID | None:
    """Return the person behind an account; None where nobody has acted."""
    return persons_of(db, [account_id])[account_id] if account_id is not None else None
