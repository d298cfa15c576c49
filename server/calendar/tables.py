"""Imported years of holidays, and the deadlines that somebody was told."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.calendar.periods import Unit
from server.kit.append_only import append_only
from server.kit.db import Entity, Json, Word, one_of


class HolidayYear(Entity):
    """One year's holidays as imported; the newest revision of a year holds."""

    __tablename__ = "holiday_year"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2199", name="year"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("length(btrim(approved_by)) >= 1", name="approved_by"),
        UniqueConstraint("year", "revision"),
        {"comment": "Append-only: holidays and make-up workdays 节假日安排 by year"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    year: Mapped[int] = mapped_column(comment="Which year")
    revision: Mapped[int] = mapped_column(comment="1, 2, 3 … of the year")
    content: Mapped[Json] = mapped_column(comment="Source, days off, days made up")
    sha256: Mapped[str] = mapped_column(comment="Hash of the days")
    approved_by: Mapped[str] = mapped_column(comment="Who compared it with the notice")
    loaded_by: Mapped[str] = mapped_column(comment="Account, or where the command was given")
    loaded_at: Mapped[datetime] = mapped_column(comment="Server time")


class NotifiedDeadline(Entity):
    """A counted deadline that somebody was told. A changed calendar moves it later, or not."""

    __tablename__ = "notified_deadline"
    __table_args__ = (
        one_of("counted_in", Unit),
        CheckConstraint("n >= 1", name="n"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("started_at < ends_at", name="order"),
        CheckConstraint("length(btrim(what_zh)) >= 1", name="what_zh"),
        CheckConstraint("(moved_from IS NULL) = (moved_at IS NULL)", name="moved_whole"),
        CheckConstraint("moved_from < due_on", name="never_shorter"),
        Index(
            "ix_notified_deadline_one_open",
            "object_type",
            "object_id",
            "kind",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_notified_deadline_open", "ends_at", postgresql_where=text("closed_at IS NULL")),
        {"comment": "Deadlines that were told to somebody 已告知期限"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    object_type: Mapped[str] = mapped_column(comment="What kind of thing it belongs to")
    object_id: Mapped[str] = mapped_column(comment="Which one")
    kind: Mapped[str] = mapped_column(comment="Which of its deadlines, such as recheck")
    what_zh: Mapped[str] = mapped_column(comment="What it is called to people")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Whose matter it is")
    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who handles the matter; None: the unit"
    )
    started_at: Mapped[datetime] = mapped_column(comment="What it counts from")
    n: Mapped[int] = mapped_column(comment="So many")
    counted_in: Mapped[Unit] = mapped_column(Word(Unit), comment="Of these")
    basis: Mapped[str] = mapped_column(comment="Article, or house:…")
    due_on: Mapped[date] = mapped_column(Date, comment="Last day, in China")
    ends_at: Mapped[datetime] = mapped_column(comment="When it is over")
    is_provisional: Mapped[bool] = mapped_column(Boolean, comment="暂算")
    notified_at: Mapped[datetime] = mapped_column(comment="When it was told")
    moved_from: Mapped[date | None] = mapped_column(
        Date, comment="Last day before a changed calendar moved it; None: never moved"
    )
    moved_at: Mapped[datetime | None] = mapped_column(comment="When it was moved")
    closed_at: Mapped[datetime | None] = mapped_column(comment="When it ceased to run")
    version: Mapped[int] = mapped_column(comment="Counts the changes")


append_only(HolidayYear.__table__)
