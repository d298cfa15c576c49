"""Verbs of identity: register people, sign in, find out who acts."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.identity import attempts, repository
from server.identity.actor import Actor
from server.identity.passwords import fits
from server.identity.people import NewAccount, actor_for, add_account, roles_of
from server.identity.tables import Account, SignedInSession, SignInLink
from server.identity.units import add_unit, load_units, unit_named, unit_ref, unit_tree
from server.kit.errors import NotFound, NotSignedIn
from server.kit.ids import new_id

__all__ = [
    "Attempt",
    "NewAccount",
    "SignedInAs",
    "actor_for",
    "actor_named",
    "actor_of",
    "add_account",
    "add_unit",
    "forget_old",
    "hash_token",
    "link_address",
    "load_units",
    "make_link",
    "people_of",
    "prove",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
    "unit_named",
    "unit_ref",
    "unit_scope",
    "unit_tree",
    "wear",
]

SESSION_LASTS = timedelta(hours=12)
_ENDED_ARE_KEPT = timedelta(days=30)
_FAILURES_PER_ACCOUNT = 5
_FAILURES_PER_CLIENT = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to sign in."""

    name: str
    password: str = field(repr=False)
    client: str | None = None

    @property
    def limits(self) -> dict[str, int]:
        """Whose failures are counted, and how many are let through in a window."""
        subjects = {f"account:{self.name}": _FAILURES_PER_ACCOUNT}
        return subjects | ({f"client:{self.client}": _FAILURES_PER_CLIENT} if self.client else {})


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """A new session: the token goes into the cookie and is kept nowhere."""

    actor: Actor
    token: str = field(repr=False)
    expires_at: datetime
    at: datetime


def unit_scope(db: Session, actor: Actor) -> frozenset[UUID]:
    """Return the units whose matters the actor reads: the own one and all below it."""
    return frozenset(repository.units_below(db, actor.unit.id)) if actor.unit else frozenset()


def people_of(db: Session, units: Collection[UUID], at: datetime) -> set[UUID]:
    """Return the people (`person_id`) who hold a role in some units at a moment."""
    return repository.people_of(db, units, at)


def name_of(db: Session, account: UUID | str) -> str:
    """Return what a person is called, by the account's id or name; unknown: the name itself."""
    if isinstance(account, UUID):
        found = repository.account(db, account)
    else:
        found = repository.account_by_name(db, account)
    return found.full_name if found is not None else str(account)


def is_person(db: Session, actor: Actor, account_id: UUID | None) -> bool:
    """Whether an account is the actor's own, or another one of the same person."""
    found = repository.account(db, account_id) if account_id is not None else None
    return found is not None and found.person_id == actor.person_id


def prove(db: Session, at: datetime, attempt: Attempt) -> UUID | None:
    """Return the account whose password fits, or None. Slow on purpose; it needs no turn.

    Raises:
        TooManyAttempts: too many failures of this account or address lately.
    """
    attempts.check(db, at, attempt.limits)
    account = repository.account_by_name(db, attempt.name)
    proven = fits(account.password_hash if account is not None else None, attempt.password)
    return account.id if proven and account is not None and not account.is_disabled else None


def sign_in(db: Session, at: datetime, attempt: Attempt, proven: UUID | None) -> SignedInAs | None:
    """Begin a session for the account that `prove` returned; count the failure of None."""
    account = repository.account(db, proven) if proven is not None else None
    if account is None:
        attempts.note(db, at, attempt.limits)
        return None
    repository.forget_failures_of(db, f"account:{attempt.name}")
    return _begin_session(db, at, account, attempt.client, "signed_in")


def make_link(db: Session, at: datetime, by: Who, name: str, lasts: timedelta) -> str:
    """Return the token of a link that signs an account in once.

    Raises:
        NotFound: there is no such account.
    """
    account = repository.account_by_name(db, name)
    if account is None:
        raise NotFound(f"account {name} does not exist; register it with patrol server add-user")
    token = secrets.token_urlsafe(32)
    link = SignInLink(
        id=new_id(at),
        account_id=account.id,
        token_hash=hash_token(token),
        created_at=at,
        expires_at=at + lasts,
    )
    db.add(link)
    db.flush()
    act = audit.Act("link_made", detail={"expires_at": link.expires_at.isoformat()})
    audit.record(db, at, by, Thing("account", str(account.id)), act)
    return token


def link_address(console: str, token: str) -> str:
    """Write a link: behind the # its token reaches no server and no log."""
    return f"{console}/sign-in#token={token}"


def sign_in_by_link(db: Session, at: datetime, token: str, client: str | None) -> SignedInAs:
    """Sign in with a link, once.

    Raises:
        NotSignedIn: the link is unknown, used or too old.
    """
    link = repository.link_by_hash(db, hash_token(token))
    account = repository.account(db, link.account_id) if link is not None else None
    if link is None or link.used_at is not None or at >= link.expires_at:
        raise NotSignedIn("the link is unknown, used or too old", "登录链接无效、已使用或已过期")
    if account is None or account.is_disabled:
        raise NotSignedIn("the account is disabled", "账号已停用")
    link.used_at = at
    return _begin_session(db, at, account, client, "signed_in_by_link")


def wear(db: Session, at: datetime, actor: Actor, token: str | None, grant_id: UUID) -> Actor:
    """Go on in another role of the same account.

    Raises:
        NotFound: the account does not hold this role at this moment.
    """
    session = repository.session_by_hash(db, hash_token(token or ""))
    account = repository.account(db, actor.id)
    held = {grant.id for grant in roles_of(db, actor.id, at)}
    if session is None or account is None or grant_id not in held:
        raise NotFound(f"role {grant_id}", "您没有该角色，或该角色已到期")
    session.grant_id = grant_id
    db.flush()
    worn = actor_for(db, account, actor.client, at, grant_id)
    audit.record(db, at, worn.who, Thing("account", str(actor.id)), audit.Act("changed_role"))
    return worn


def sign_out(db: Session, at: datetime, actor: Actor, token: str | None) -> None:
    """End the session of a token."""
    session = repository.session_by_hash(db, hash_token(token or ""))
    if session is not None and session.ended_at is None:
        session.ended_at = at
        audit.record(db, at, actor.who, Thing("account", str(actor.id)), audit.Act("signed_out"))


def actor_of(db: Session, token: str | None, at: datetime, client: str | None) -> Actor:
    """Return who holds a session's token.

    Raises:
        NotSignedIn: the token is missing or its session has ended.
    """
    session = repository.session_by_hash(db, hash_token(token)) if token else None
    if session is None or session.ended_at is not None or at >= session.expires_at:
        raise NotSignedIn("sign in first")
    account = repository.account(db, session.account_id)
    if account is None or account.is_disabled:
        raise NotSignedIn("the account is disabled", "账号已停用")
    return actor_for(db, account, client, at, session.grant_id)


def forget_old(db: Session, at: datetime) -> None:
    """Remove sessions and links that ended long ago; the audit chain keeps that they were."""
    repository.forget_failures(db, at - attempts.WINDOW)
    repository.forget_sessions(db, at - _ENDED_ARE_KEPT)


def _begin_session(
    db: Session, at: datetime, account: Account, client: str | None, event: str
) -> SignedInAs:
    token = secrets.token_urlsafe(32)
    session = SignedInSession(
        id=new_id(at),
        account_id=account.id,
        token_hash=hash_token(token),
        created_at=at,
        expires_at=at + SESSION_LASTS,
        client=client,
    )
    db.add(session)
    actor = actor_for(db, account, client, at)
    session.grant_id = actor.grant_id
    db.flush()
    audit.record(db, at, actor.who, Thing("account", str(account.id)), audit.Act(event))
    return SignedInAs(actor, token, session.expires_at, at)


def actor_named(db: Session, name: str, client: str, at: datetime) -> Actor:
    """Return in whose name a command acts; client: where it was given.

    Raises:
        NotFound: there is no such account, or it is disabled.
        NotPermitted: it holds no role at this moment.
    """
    account = repository.account_by_name(db, name)
    if account is None or account.is_disabled:
        raise NotFound(f"account {name} does not exist or is disabled")
    return actor_for(db, account, client, at)


def hash_token(token: str) -> str:
    """Return what the database keeps of a generated token."""
    return hashlib.sha256(token.encode()).hexdigest()
