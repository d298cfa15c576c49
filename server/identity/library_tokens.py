"""Tokens of the hazard library's own program: a maintainer's eyes on samples, and nothing else.

A token is accepted by the routes of samples only, so that a program can never act as an officer.
An account has one token at a time: a new one ends the one before.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.identity import repository
from server.identity.actor import Actor
from server.identity.people import actor_for, roles_of
from server.identity.permissions import Act, may
from server.identity.service import hash_token
from server.identity.tables import Account, LibraryToken
from server.kit.errors import NotFound, NotPermitted, NotSignedIn
from server.kit.ids import new_id


def make(db: Session, at: datetime, by: Who, name: str, lasts: timedelta) -> str:
    """Return a new token for an account and refuse its former ones; it is kept as a hash only.

    Raises:
        NotFound: there is no such account.
        NotPermitted: the account's role reads no samples.
    """
    account = _account(db, name)
    if not any(may(grant.role, Act.SAMPLES_READ) for grant in roles_of(db, account.id, at)):
        raise NotPermitted(
            f"{name} reads no samples; a token for the library needs a maintainer's account",
            "仅模型与样本维护员可使用样本库令牌",
            rule_id="WORKFLOW-2",
        )
    repository.revoke_library_tokens(db, account.id, at)
    token = secrets.token_urlsafe(32)
    made = LibraryToken(
        id=new_id(at),
        account_id=account.id,
        token_hash=hash_token(token),
        created_at=at,
        expires_at=at + lasts,
    )
    db.add(made)
    db.flush()
    act = audit.Act("library_token_made", detail={"expires_at": made.expires_at.isoformat()})
    audit.record(db, at, by, Thing("account", str(account.id)), act)
    return token


def revoke(db: Session, at: datetime, by: Who, name: str) -> int:
    """Refuse every token of an account from now on; return how many that were.

    Raises:
        NotFound: there is no such account.
    """
    account = _account(db, name)
    ended = repository.revoke_library_tokens(db, account.id, at)
    if ended:
        act = audit.Act("library_token_revoked")
        audit.record(db, at, by, Thing("account", str(account.id)), act)
    return ended


def holder_of(db: Session, token: str, at: datetime, client: str | None) -> Actor:
    """Return for whom a program acts.

    Raises:
        NotSignedIn: the token is unknown, ended or revoked, or its account is disabled.
    """
    known = repository.library_token_by_hash(db, hash_token(token))
    if known is None or known.revoked_at is not None or at >= known.expires_at:
        raise NotSignedIn(
            "the token is unknown, ended or revoked; make one with patrol server library-token",
            "样本库令牌无效或已过期",
        )
    account = repository.account(db, known.account_id)
    if account is None or account.is_disabled:
        raise NotSignedIn("the account is disabled", "账号已停用")
    readers = [grant for grant in roles_of(db, account.id, at) if may(grant.role, Act.SAMPLES_READ)]
    return actor_for(db, account, client, at, readers[0].id if readers else None)


def _account(db: Session, name: str) -> Account:
    account = repository.account_by_name(db, name)
    if account is None:
        raise NotFound(f"account {name} does not exist; register it with patrol server add-user")
    return account
