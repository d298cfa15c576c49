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
