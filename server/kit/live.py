"""What changed, for those who watch: kept in the database, so that nobody misses anything.

A verb calls `announce` in its own transaction; pages follow `/api/v1/live` and, after a break,
go on from the last number they have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Identity, Index, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.kit.db import Entity, Json, Word

CHANNEL = "live_change"
KEPT = timedelta(hours=24)
_AT_ONCE = 500


class Kind(StrEnum):
    """What kind of thing changed; also the name of the server-sent event."""

    LEAD = "lead"
    TASK = "task"
    TRANSFER = "transfer"
    HANDOVER = "handover"
    REFERRAL = "referral"
    DEVICE = "device"
    REMINDER = "reminder"


class LiveChange(Entity):
    """One change that pages are told about."""

    __tablename__ = "live_change"
    __table_args__ = (
        CheckConstraint("kind ~ '^[a-z_]{2,40}$'", name="kind"),
        Index(None, "at"),
        {"comment": "What pages are told; kept for a day"},
    )

    seq: Mapped[int] = mapped_column(
        Identity(always=True), primary_key=True, comment="In the order of commits"
    )
    at: Mapped[datetime] = mapped_column(comment="Server time, UTC")
    kind: Mapped[Kind] = mapped_column(Word(Kind), comment="What kind of thing changed")
    object_id: Mapped[str] = mapped_column(comment="Which one")
    data: Mapped[Json] = mapped_column(comment="What the page is told: id, version, state")


@dataclass(frozen=True, slots=True)
class Change:
    """A change to tell; `data` holds no more than every reader of the kind may know."""

    kind: Kind
    id: str
    data: Json = field(default_factory=dict)


def announce(db: Session, at: datetime, change: Change) -> None:
    """Tell the pages when the caller's transaction, a writing one, is committed."""
    data = {"id": change.id, **change.data}
    db.add(LiveChange(at=at, kind=change.kind, object_id=change.id, data=data))
    db.flush()
    db.execute(text(f"NOTIFY {CHANNEL}"))


def changes_after(db: Session, seq: int) -> Sequence[LiveChange]:
    """Return what came after a number, oldest first."""
    query = select(LiveChange).where(LiveChange.seq > seq).order_by(LiveChange.seq).limit(_AT_ONCE)
    return db.scalars(query).all()


def newest(db: Session) -> int:
    """Return the number of the newest change."""
    return db.scalar(select(func.max(LiveChange.seq))) or 0


def forget_old(db: Session, at: datetime) -> None:
    """Remove changes that no page will ask for any more."""
    db.execute(delete(LiveChange).where(LiveChange.at < at - KEPT))
