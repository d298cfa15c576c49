"""What came of a lead tells the lead that it has moved, without knowing leads.

Leads stand above tasks, notices and transfers and may not be imported there: they register here,
once, and whatever came of a lead calls `moved` in the transaction in which it moved.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit.service import Who

Follow = Callable[[Session, datetime, Who, UUID], None]

_followers: dict[str, Follow] = {}


def register(name: str, follow: Follow) -> None:
    """Have something told from now on; the same name again replaces it."""
    _followers[name] = follow


def moved(db: Session, at: datetime, who: Who, lead_id: UUID) -> None:
    """Tell that something of a lead has moved."""
    for follow in _followers.values():
        follow(db, at, who, lead_id)
