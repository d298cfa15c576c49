"""The one place of the library that reads the clock; everything below gets the time passed in."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware, in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the clock adapter
