"""The audit chain and the record of looks at evidence."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.append_only import append_only
from server.kit.db import Entity, Json


class AuditEntry(Entity):
    """One link of the chain; `content` is the exact text that was hashed."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint("length(hash) = 64 AND length(prev_hash) = 64", name="hash_length"),
        Index(None, "object_type", "object_id", "seq"),
        {"comment": "Append-only, hash-chained record of every act (INV-7)"},
    )

    seq: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="1, 2, 3 … without gaps"
    )
    at: Mapped[datetime] = mapped_column(comment="Server time, UTC")
    actor: Mapped[str] = mapped_column(comment="Account, or svc:<part> for the server itself")
    role: Mapped[str] = mapped_column(comment="Role in which the actor acted")
    unit: Mapped[str | None] = mapped_column(comment="The actor's unit")
    client: Mapped[str | None] = mapped_column(comment="Address the act came from")
    object_type: Mapped[str] = mapped_column(comment="What kind of thing was changed")
    object_id: Mapped[str] = mapped_column(comment="Which one")
    object_version: Mapped[int | None] = mapped_column(comment="Its version afterwards")
    event: Mapped[str] = mapped_column(comment="What happened")
    from_state: Mapped[str | None] = mapped_column(comment="State before")
    to_state: Mapped[str | None] = mapped_column(comment="State afterwards")
    reason: Mapped[str | None] = mapped_column(comment="Why, in the actor's words or a code")
    detail: Mapped[Json] = mapped_column(comment="Further facts of the act")
    prev_hash: Mapped[str] = mapped_column(
        comment="Hash of the entry before; 64 zeros for the first"
    )
    hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 over prev_hash and the content")


class AccessRecord(Entity):
    """One look at something sensitive (INV-9)."""

    __tablename__ = "access_record"
    __table_args__ = (
        Index(None, "object_type", "object_id", "at"),
        {"comment": "Append-only record of looks at evidence and ledgers (INV-9)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    at: Mapped[datetime] = mapped_column(comment="Server time, UTC")
    actor: Mapped[str] = mapped_column(comment="Account")
    role: Mapped[str] = mapped_column(comment="Role in which the actor looked")
    unit: Mapped[str | None] = mapped_column(comment="The actor's unit")
    client: Mapped[str | None] = mapped_column(comment="Address the look came from")
    object_type: Mapped[str] = mapped_column(comment="What kind of thing was seen")
    object_id: Mapped[str] = mapped_column(comment="Which one")
    purpose: Mapped[str] = mapped_column(comment="Why; typed by the reader for sealed originals")


append_only(AuditEntry.__table__)
append_only(AccessRecord.__table__)
