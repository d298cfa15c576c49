"""UUIDv7: ids that sort by the time they were made (RFC 9562)."""

import secrets
from datetime import datetime
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id(at: datetime) -> UUID:
    """Make an id from an instant and 74 random bits.

    Raises:
        ValueError: the datetime is naive.
    """
    if at.tzinfo is None:
        msg = "a naive datetime cannot name an instant; attach a time zone"
        raise ValueError(msg)
    millis = int(at.timestamp() * 1000) & (1 << 48) - 1
    random_a, random_b = secrets.randbits(12), secrets.randbits(62)
    return UUID(int=millis << 80 | _VERSION | random_a << 64 | _VARIANT | random_b)
