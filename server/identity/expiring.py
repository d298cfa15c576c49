"""Certificates that end soon: who holds them, and where (R-035)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.identity.tables import Account, Certificate, Person, RoleGrant


@dataclass(frozen=True, slots=True)
class Ending:
    """A person's newest 行政执法证, its last day, and the unit that needs it."""

    person_id: UUID
    full_name: str
    unit_id: UUID | None
    number: str
    valid_to: date


def certificates_ending(db: Session, at: datetime, first: date, last: date) -> list[Ending]:
    """Return whose newest certificate ends between two days, both included.

    Whoever holds a role in two units stands there twice; who holds none any more, not at all.
    """
    newest = (
        select(Certificate.person_id, func.max(Certificate.valid_to).label("valid_to"))
        .where(Certificate.revoked_at.is_(None))
        .group_by(Certificate.person_id)
        .having(func.max(Certificate.valid_to).between(first, last))
        .subquery()
    )
    query = (
        select(Person.id, Person.full_name, RoleGrant.unit_id, Certificate.number, newest)
        .join(newest, newest.c.person_id == Person.id)
        .join(
            Certificate,
            (Certificate.person_id == Person.id)
            & (Certificate.valid_to == newest.c.valid_to)
            & Certificate.revoked_at.is_(None),
        )
        .join(Account, (Account.person_id == Person.id) & Account.is_disabled.is_(False))
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.valid_from <= at,
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > at),
        )
        .order_by(newest.c.valid_to, Person.id)
    )
    found = {
        (row.id, row.unit_id): Ending(row.id, row.full_name, row.unit_id, row.number, row.valid_to)
        for row in db.execute(query)
    }
    return list(found.values())
