"""argon2id: `hashed` a password, and whether one `fits`."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """Return what the database keeps of a password. Slow on purpose."""
    return _hasher.hash(password)


def fits(known: str | None, password: str) -> bool:
    """Verify also where no password is known, so that both answers take the same time."""
    try:
        _hasher.verify(known or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())
