"""SQL of accounts and sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.identity.tables import (
    Account,
    LibraryToken,
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
