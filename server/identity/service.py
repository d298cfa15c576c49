"""Verbs of identity: register people, sign in, find out who acts."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.identity import attempts, repository
from server.identity.actor import Actor, Certificate, UnitRef
from server.identity.permissions import Role
from server.identity.tables import Account, SignedInSession, SignInLink, Unit
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotSignedIn
from server.kit.ids import new_id

SESSION_LASTS = timedelta(hours=12)
SHORTEST_PASSWORD = 10
_NAME = r"[a-z0-9][a-z0-9._-]{1,62}"
_ENDED_ARE_KEPT = timedelta(days=30)
_FAILURES_PER_ACCOUNT = 5
_FAILURES_PER_CLIENT = 20

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A person to register. Without a password only one-time links sign in."""

    name: str
    full_name: str
    role: Role
    unit_id: UUID | None = None
    password: str | None = field(default=None, repr=False)
    certificate: Certificate | None = None


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


def add_unit(
    db: Session,
    at: datetime,
    name: str,
    division_code: str | None,
    parent_id: UUID | None = None,
) -> UnitRef:
    """Register an enforcing unit, or return the one of that name.

    Raises:
        FieldsMissing: the unit is new and its division is not six digits.
    """
    known = repository.unit_by_name(db, name)
    if known is None:
        if not re.fullmatch(r"[0-9]{6}", division_code or ""):
            raise FieldsMissing(["division_code"], "行政区划代码应为6位数字")
        known = Unit(id=new_id(at), name=name, division_code=division_code, parent_id=parent_id)
        db.add(known)
        db.flush()
    return UnitRef(known.id, known.name, known.division_code)


def unit_scope(db: Session, actor: Actor) -> frozenset[UUID]:
    """Return the units whose matters the actor reads: the own one and all below it."""
    return frozenset(repository.units_below(db, actor.unit.id)) if actor.unit else frozenset()


def add_account(db: Session, at: datetime, by: Who, new: NewAccount) -> UUID:
    """Register a person.

    Raises:
        Conflict: the name is taken.
        FieldsMissing: the name cannot be typed, the password is too short, or the certificate
            ends before it begins.
    """
    if not re.fullmatch(_NAME, new.name):
        raise FieldsMissing(["name"], "账号须为2至63位小写字母、数字、点、横线或下划线")
    if repository.account_by_name(db, new.name) is not None:
        raise Conflict(f"account {new.name} is there already; choose another name")
    if new.password is not None and len(new.password) < SHORTEST_PASSWORD:
        raise FieldsMissing(["password"], f"密码至少 {SHORTEST_PASSWORD} 位")
    certificate = new.certificate
    if certificate is not None and certificate.valid_from > certificate.valid_to:
        raise FieldsMissing(["certificate"], "执法证有效期起止日期有误")
    account = Account(
        id=new_id(at),
        name=new.name,
        full_name=new.full_name,
        role=new.role,
        unit_id=new.unit_id,
        password_hash=_hasher.hash(new.password) if new.password is not None else None,
        certificate_no=certificate.number if certificate else None,
        certificate_from=certificate.valid_from if certificate else None,
        certificate_to=certificate.valid_to if certificate else None,
        is_disabled=False,
        created_at=at,
    )
    db.add(account)
    db.flush()
    act = audit.Act("registered", to_state="active", detail={"name": new.name, "role": new.role})
    audit.record(db, at, by, Thing("account", str(account.id), 1), act)
    return account.id


def prove(db: Session, at: datetime, attempt: Attempt) -> UUID | None:
    """Return the account whose password fits, or None. Slow on purpose; it needs no turn.

    Raises:
        TooManyAttempts: too many failures of this account or address lately.
    """
    attempts.check(db, at, attempt.limits)
    account = repository.account_by_name(db, attempt.name)
    fits = _fits(account.password_hash if account is not None else None, attempt.password)
    return account.id if fits and account is not None and not account.is_disabled else None


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
    return actor_for(db, account, client)


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
    db.flush()
    actor = actor_for(db, account, client)
    audit.record(db, at, actor.who, Thing("account", str(account.id)), audit.Act(event))
    return SignedInAs(actor, token, session.expires_at)


def actor_named(db: Session, name: str, client: str) -> Actor:
    """Return in whose name a command acts; client: where it was given.

    Raises:
        NotFound: there is no such account, or it is disabled.
    """
    account = repository.account_by_name(db, name)
    if account is None or account.is_disabled:
        raise NotFound(f"account {name} does not exist or is disabled")
    return actor_for(db, account, client)


def actor_for(db: Session, account: Account, client: str | None) -> Actor:
    """Return an account as one who acts."""
    unit = repository.unit(db, account.unit_id) if account.unit_id is not None else None
    return Actor(
        id=account.id,
        account=account.name,
        full_name=account.full_name,
        role=account.role,
        unit=UnitRef(unit.id, unit.name, unit.division_code) if unit else None,
        certificate=_certificate(account),
        client=client,
    )


def _certificate(account: Account) -> Certificate | None:
    number, start, end = (
        account.certificate_no,
        account.certificate_from,
        account.certificate_to,
    )
    if number is None or start is None or end is None:
        return None
    return Certificate(number, start, end)


def _fits(known: str | None, password: str) -> bool:
    """Verify also where no password is known, so that both answers take the same time."""
    try:
        _hasher.verify(known or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def hash_token(token: str) -> str:
    """Return what the database keeps of a generated token."""
    return hashlib.sha256(token.encode()).hexdigest()
