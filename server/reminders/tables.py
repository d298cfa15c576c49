"""Reminders, and which rules somebody switched off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.calendar.service import Unit
from server.kit.append_only import append_only
from server.kit.db import Entity, Word, one_of
from server.reminders.rules import Severity
from server.reminders.states import ReminderState


class Reminder(Entity):
    """One item: a rule spoke about an object. It fires once in a period."""

    __tablename__ = "reminder"
    __table_args__ = (
        one_of("state", ReminderState),
        one_of("severity", Severity),
        one_of("within_unit", Unit),
        CheckConstraint("rule ~ '^[RH]-[0-9]{3}$'", name="rule"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("within_n >= 1", name="within_n"),
        CheckConstraint("steps_up BETWEEN 0 AND 3", name="steps_up"),
        CheckConstraint(
            "(state = 'handled') = (handled_by IS NOT NULL)", name="handled_by_somebody"
        ),
        CheckConstraint("(state = 'handled') = (reason IS NOT NULL)", name="handled_how"),
        CheckConstraint("length(btrim(reason)) >= 2", name="reason"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        UniqueConstraint("rule", "object_type", "object_id", "period"),
        Index("ix_reminder_unit_open", "unit_id", "id", postgresql_where=text("state = 'open'")),
        Index("ix_reminder_owner_open", "owner_id", postgresql_where=text("state = 'open'")),
        {"comment": "Reminders and corrections 及时提醒纠正"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    rule: Mapped[str] = mapped_column(comment="Rule of the table")
    rule_version: Mapped[int] = mapped_column(comment="The rule's version then")
    object_type: Mapped[str] = mapped_column(comment="What kind of thing it is about")
    object_id: Mapped[str] = mapped_column(comment="Which one")
    period: Mapped[str] = mapped_column(comment="In which it fires once; empty: for ever")
    unit_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="Whose matter; None: the whole server's"
    )
    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who answers; None: the rule's roles of the unit"
    )
    state: Mapped[ReminderState] = mapped_column(
        Word(ReminderState), comment="See reminders/states.py"
    )
    severity: Mapped[Severity] = mapped_column(Word(Severity), comment="As it stands now")
    steps_up: Mapped[int] = mapped_column(comment="How often nobody answered in time")
    message_zh: Mapped[str] = mapped_column(comment="What is said")
    within_n: Mapped[int] = mapped_column(comment="To be answered within so many")
    within_unit: Mapped[Unit] = mapped_column(Word(Unit), comment="Of these")
    raised_at: Mapped[datetime] = mapped_column(comment="When it fired, server time")
    answer_by: Mapped[datetime] = mapped_column(comment="Then it goes one step up")
    handled_by: Mapped[str | None] = mapped_column(comment="Account of who answered")
    reason: Mapped[str | None] = mapped_column(comment="What was done, in their words")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When it was no longer open")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")


class RuleSwitch(Entity):
    """Somebody switched a rule on or off; the newest of a rule holds."""

    __tablename__ = "reminder_rule_switch"
    __table_args__ = (
        CheckConstraint("rule ~ '^[RH]-[0-9]{3}$'", name="rule"),
        CheckConstraint(
            "is_on OR rule NOT IN ('R-009', 'R-010', 'R-020', 'R-025', 'R-043')",
            name="blocking_stays_on",
        ),
        CheckConstraint("length(btrim(reason)) >= 2", name="reason"),
        CheckConstraint("turn >= 1", name="turn"),
        UniqueConstraint("rule", "turn"),
        {"comment": "Append-only: rules switched on and off"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    rule: Mapped[str] = mapped_column(comment="Rule of the table")
    turn: Mapped[int] = mapped_column(comment="1, 2, 3 … of the rule")
    is_on: Mapped[bool] = mapped_column(Boolean, comment="Whether it speaks from now on")
    by: Mapped[str] = mapped_column(comment="Account")
    reason: Mapped[str] = mapped_column(comment="Why, in their words")
    at: Mapped[datetime] = mapped_column(comment="Server time")


append_only(RuleSwitch.__table__)
