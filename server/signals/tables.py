"""Signals as they were told, without who told them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Json, Word, one_of
from server.signals.states import Level, SignalKind, SignalState


class Signal(Entity):
    """One word of another system about an enterprise."""

    __tablename__ = "signal"
    __table_args__ = (
        one_of("kind", SignalKind),
        one_of("level", Level),
        one_of("state", SignalState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("length(content_sha256) = 64", name="content_sha256"),
        CheckConstraint("(state = 'matched') = (enterprise_id IS NOT NULL)", name="matched"),
        CheckConstraint("(state = 'set_aside') = (set_aside_because IS NOT NULL)", name="aside"),
        CheckConstraint("(kind = 'monitoring_data') = (reading IS NOT NULL)", name="reading"),
        UniqueConstraint("source_system", "external_id"),
        Index("ix_signal_enterprise", "enterprise_id", "occurred_at"),
        Index("ix_signal_unit", "unit_id", "state", "id"),
        Index("ix_signal_waiting", "credit_code", postgresql_where=text("state = 'unmatched'")),
        {"comment": "Signals 监测预警、投诉举报、安全生产数据 about enterprises"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    kind: Mapped[SignalKind] = mapped_column(Word(SignalKind), comment="What kind of word")
    source_system: Mapped[str] = mapped_column(comment="Which system told it")
    external_id: Mapped[str] = mapped_column(comment="Its id there: told again, it is the same")
    content_sha256: Mapped[str] = mapped_column(comment="Of what was told, identities struck out")
    credit_code: Mapped[str | None] = mapped_column(comment="As told")
    enterprise_name: Mapped[str | None] = mapped_column(comment="As told; never matched by it")
    enterprise_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("enterprise.id"), comment="Of whom it speaks"
    )
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Whose queue it came to")
    state: Mapped[SignalState] = mapped_column(Word(SignalState), comment="See signals/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    level: Mapped[Level | None] = mapped_column(Word(Level), comment="Colour, if any")
    occurred_at: Mapped[datetime] = mapped_column(comment="When it happened, as told")
    received_at: Mapped[datetime] = mapped_column(comment="Server time")
    received_by: Mapped[str] = mapped_column(comment="Account that brought it")
    text: Mapped[str | None] = mapped_column(comment="What was told, identities struck out")
    reading: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="Point, quantity, value, unit, and the passed threshold"
    )
    set_aside_because: Mapped[str | None] = mapped_column(comment="Why it is not ours")
