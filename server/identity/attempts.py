"""Failures that are counted for a quarter of an hour, and the limits that they run into."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.identity import repository
from server.identity.tables import SignInFailure
from server.kit.errors import TooManyAttempts
from server.kit.ids import new_id

WINDOW = timedelta(minutes=15)


def check(db: Session, at: datetime, limits: Mapping[str, int]) -> None:
    """Refuse whoever has failed too often lately. limits: subject → failures let through.

    Raises:
        TooManyAttempts: one of the limits is reached.
    """
    for subject, limit in limits.items():
        if repository.failures_since(db, subject, at - WINDOW) >= limit:
            raise TooManyAttempts(
                "too many failed attempts; wait a quarter of an hour",
                "失败次数过多，请15分钟后再试",
            )


def note(db: Session, at: datetime, limits: Mapping[str, int]) -> None:
    """Count one more failure, and forget old ones."""
    repository.forget_failures(db, at - WINDOW)
    db.add_all(SignInFailure(id=new_id(at), subject=subject, at=at) for subject in limits)
    db.flush()
