"""What sources say of enterprises, what of it counts, and where they contradict each other."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.enterprises.fields import Plain
from server.enterprises.states import ConflictState
from server.enterprises.weighing import Standing
from server.kit.append_only import append_only
from server.kit.db import Entity, Word, one_of

_SETTLED = "settled_at, settled_by, kept_id, reason"


class RecordStatement(Entity):
    """One source's word on one field of one enterprise; it is never changed."""

    __tablename__ = "record_statement"
    __table_args__ = (
        one_of("standing", Standing),
        CheckConstraint("length(btrim(source)) >= 1", name="source"),
        Index("ix_record_statement_field", "enterprise_id", "field", "item", "seq"),
        {"comment": "What sources say of enterprises, with day and recorder"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Of whom")
    field: Mapped[str] = mapped_column(comment="See enterprises/fields.py")
    item: Mapped[str] = mapped_column(comment="Which item of the field; empty: it is single")
    value: Mapped[Plain] = mapped_column(
        JSONB(none_as_null=True), nullable=True, comment="What is said; None: none any more"
    )
    source: Mapped[str] = mapped_column(comment="Who says so")
    as_of: Mapped[date] = mapped_column(Date, comment="For which day")
    recorded_at: Mapped[datetime] = mapped_column(comment="Server time")
    recorded_by: Mapped[str] = mapped_column(comment="Account, or the part of the server")
    standing: Mapped[Standing] = mapped_column(
        Word(Standing), comment="What became of it when it was recorded"
    )
    seq: Mapped[int] = mapped_column(
        Identity(always=True), comment="In which order statements were recorded"
    )


class RecordField(Entity):
    """Which statement counts for a field now."""

    __tablename__ = "record_field"
    __table_args__ = ({"comment": "The statement that counts for each field of 一企一档"},)

    enterprise_id: Mapped[UUID] = mapped_column(
        ForeignKey("enterprise.id"), primary_key=True, comment="Of whom"
    )
    field: Mapped[str] = mapped_column(primary_key=True, comment="See enterprises/fields.py")
    item: Mapped[str] = mapped_column(primary_key=True, comment="Which item; empty: it is single")
    statement_id: Mapped[UUID] = mapped_column(
        ForeignKey("record_statement.id"), unique=True, comment="What counts"
    )
    since: Mapped[datetime] = mapped_column(comment="Since when it counts, server time")


class RecordConflict(Entity):
    """Another source says something else; a person decides."""

    __tablename__ = "record_conflict"
    __table_args__ = (
        one_of("state", ConflictState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("challenger_id <> defender_id", name="two_sides"),
        CheckConstraint(
            f"num_nulls({_SETTLED}) = CASE state WHEN 'settled' THEN 0 ELSE 4 END",
            name="settled_whole",
        ),
        CheckConstraint("kept_id IN (challenger_id, defender_id)", name="kept_one"),
        Index(
            "ix_record_conflict_one_open",
            "enterprise_id",
            "field",
            "item",
            "source",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        {"comment": "Conflicts between sources 冲突待处理"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Of whom")
    field: Mapped[str] = mapped_column(comment="See enterprises/fields.py")
    item: Mapped[str] = mapped_column(comment="Which item; empty: it is single")
    source: Mapped[str] = mapped_column(comment="Who contradicts")
    state: Mapped[ConflictState] = mapped_column(
        Word(ConflictState), comment="See enterprises/states.py"
    )
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    challenger_id: Mapped[UUID] = mapped_column(
        ForeignKey("record_statement.id"), comment="What the other source says, newest"
    )
    defender_id: Mapped[UUID] = mapped_column(
        ForeignKey("record_statement.id"), comment="What counts against it"
    )
    opened_at: Mapped[datetime] = mapped_column(comment="Server time")
    settled_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    settled_by: Mapped[str | None] = mapped_column(comment="Account of who decided")
    kept_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("record_statement.id"), comment="The side that was kept"
    )
    reason: Mapped[str | None] = mapped_column(comment="Why, in the decider's words")


append_only(RecordStatement.__table__)
