"""SQL of accounts and sessions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from server.identity.tables import (
    Account,
    Certificate,
    LibraryToken,
    Person,
    RoleGrant,
    SignedInSession,
    SignInFailure,
    SignInLink,
    Unit,
)


def account_by_name(db: Session, name: str) -> Account | None:
    """Return an account by what is typed to sign in."""
    return db.scalar(select(Account).where(Account.name == name))


def account(db: Session, account_id: UUID) -> Account | None:
    """Return an account by its id."""
    return db.get(Account, account_id)


def person(db: Session, person_id: UUID) -> Person | None:
    """Return a person by the id."""
    return db.get(Person, person_id)


def grant(db: Session, grant_id: UUID) -> RoleGrant | None:
    """Return a grant, newest and locked."""
    return db.get(RoleGrant, grant_id, with_for_update=True, populate_existing=True)


def grants_at(db: Session, account_id: UUID, at: datetime) -> Sequence[RoleGrant]:
    """Return the roles that an account holds at a moment, the first granted first."""
    query = select(RoleGrant).where(RoleGrant.account_id == account_id, _holds(at))
    return db.scalars(query.order_by(RoleGrant.valid_from, RoleGrant.id)).all()


def grants_of_person(db: Session, person_id: UUID, at: datetime) -> Sequence[RoleGrant]:
    """Return what a person holds at a moment or will hold, through any account."""
    query = select(RoleGrant).join(Account, Account.id == RoleGrant.account_id)
    query = query.where(
        Account.person_id == person_id,
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > at),
    )
    return db.scalars(query.order_by(RoleGrant.valid_from, RoleGrant.id)).all()


def people_of(db: Session, units: Collection[UUID], at: datetime) -> set[UUID]:
    """Return the people who hold a role in some units at a moment."""
    query = select(Account.person_id).join(RoleGrant, RoleGrant.account_id == Account.id)
    return set(db.scalars(query.where(RoleGrant.unit_id.in_(units), _holds(at))))


def certificates_of(db: Session, person_id: UUID) -> Sequence[Certificate]:
    """Return a person's certificates that nobody has revoked, the one that lasts longest first."""
    query = select(Certificate).where(
        Certificate.person_id == person_id, Certificate.revoked_at.is_(None)
    )
    return db.scalars(query.order_by(Certificate.valid_to.desc(), Certificate.id.desc())).all()


def units(db: Session) -> Sequence[Unit]:
    """Return every unit, by its division and name."""
    return db.scalars(select(Unit).order_by(Unit.division_code, Unit.name)).all()


def parents(db: Session) -> dict[UUID, UUID | None]:
    """Return each unit's upper one."""
    return {row[0]: row[1] for row in db.execute(select(Unit.id, Unit.parent_id))}


def _holds(at: datetime) -> ColumnElement[bool]:
    ends = or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > at)
    return (RoleGrant.valid_from <= at) & ends


def unit(db: Session, unit_id: UUID) -> Unit | None:
    """Return a unit by its id."""
    return db.get(Unit, unit_id)


def unit_by_name(db: Session, name: str) -> Unit | None:
    """Return a unit by its name."""
    return db.scalar(select(Unit).where(Unit.name == name))


def units_below(db: Session, top: UUID) -> set[UUID]:
    """Return a unit and all below it."""
    tree = select(Unit.id).where(Unit.id == top).cte("tree", recursive=True)
    tree = tree.union(select(Unit.id).join(tree, Unit.parent_id == tree.c.id))
    return set(db.scalars(select(tree.c.id)))


def session_by_hash(db: Session, token_hash: str) -> SignedInSession | None:
    """Return a session by its token's hash."""
    return db.scalar(select(SignedInSession).where(SignedInSession.token_hash == token_hash))


def link_by_hash(db: Session, token_hash: str) -> SignInLink | None:
    """Return a link by its token's hash, locked, so that it is used once."""
    return db.scalar(
        select(SignInLink).where(SignInLink.token_hash == token_hash).with_for_update()
    )


def library_token_by_hash(db: Session, token_hash: str) -> LibraryToken | None:
    """Return a program's token by its hash."""
    return db.scalar(select(LibraryToken).where(LibraryToken.token_hash == token_hash))


def revoke_library_tokens(db: Session, account_id: UUID, at: datetime) -> int:
    """Refuse every token of an account from now on; return how many that were."""
    query = update(LibraryToken).where(
        LibraryToken.account_id == account_id, LibraryToken.revoked_at.is_(None)
    )
    return len(db.scalars(query.values(revoked_at=at).returning(LibraryToken.id)).all())


def failures_since(db: Session, subject: str, since: datetime) -> int:
    """Count an account's or address's failures since a moment."""
    query = select(func.count()).where(SignInFailure.subject == subject, SignInFailure.at >= since)
    return db.scalar(query) or 0


def forget_failures(db: Session, before: datetime) -> None:
    """Remove failures that no limit looks at any more."""
    db.execute(delete(SignInFailure).where(SignInFailure.at < before))


def forget_failures_of(db: Session, subject: str) -> None:
    """Remove an account's failures after it has signed in."""
    db.execute(delete(SignInFailure).where(SignInFailure.subject == subject))


def forget_sessions(db: Session, before: datetime) -> None:
    """Remove sessions and links that ended before a moment."""
    db.execute(delete(SignedInSession).where(SignedInSession.expires_at < before))
    db.execute(delete(SignInLink).where(SignInLink.expires_at < before))
