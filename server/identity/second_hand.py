"""A second officer at the first one's device: with the own account and password (INV-3)."""

from dataclasses import dataclass, field

from server.identity import service
from server.identity.actor import Actor
from server.identity.service import Attempt
from server.kit.errors import NotPermitted
from server.kit.web import Ground


@dataclass(frozen=True, slots=True)
class Credential:
    """What the second officer types."""

    account: str
    password: str = field(repr=False)


def who_signs(on: Ground, present: Actor, given: Credential | None) -> Actor:
    """Return who signs: the one signed in, or who has typed the own credential beside.

    Raises:
        NotPermitted: the password is not that person's; the first one's session does not do.
        TooManyAttempts: too many wrong ones.
    """
    if given is None:
        return present
    at = on.clock.now()
    attempt = Attempt(given.account, given.password, present.client)
    with on.database.reading() as db:
        proven = service.prove(db, at, attempt)
    if proven is None:
        with on.database.writing() as db:
            service.sign_in(db, at, attempt, None)
        raise NotPermitted(
            f"{given.account}: the password is not that person's; each officer signs for himself",
            "签名人身份验证未通过，须由本人使用本人账号和口令签名",
            rule_id="INV-3",
        )
    with on.database.reading() as db:
        return service.actor_named(db, given.account, present.client or "", at)
