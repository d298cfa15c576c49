"""The roster, rounds, their officers, every look, and what was added later."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.append_only import append_only
from server.kit.db import Entity, Json, Word, one_of
from server.online_patrols.planning import Why
from server.online_patrols.states import Result, RoundKind, RoundState


class PatrolDuty(Entity):
    """Who is on the roster 线上巡查员 on a day."""

    __tablename__ = "patrol_duty"
    __table_args__ = ({"comment": "Roster of online patrols"},)

    unit_id: Mapped[UUID] = mapped_column(
        ForeignKey("unit.id"), primary_key=True, comment="Whose roster"
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True, comment="Day in China")
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id"), primary_key=True, comment="Who"
    )


class PatrolRound(Entity):
    """One round of a unit."""

    __tablename__ = "patrol_round"
    __table_args__ = (
        one_of("state", RoundState),
        one_of("kind", RoundKind),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("seed ~ '^[0-9a-f]{64}$'", name="seed"),
        CheckConstraint("created_at < window_end", name="window"),
        CheckConstraint("(started_at IS NULL) = (state IN ('planned', 'missed'))", name="started"),
        Index("ix_patrol_round_unit", "unit_id", "day"),
        {"comment": "Rounds of online patrol 网络巡查轮次"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="XC-…, gap-free by unit and year")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Whose round")
    unit_name: Mapped[str] = mapped_column(comment="What the unit was called then")
    day: Mapped[date] = mapped_column(Date, comment="Day in China")
    state: Mapped[RoundState] = mapped_column(Word(RoundState), comment="See states.py")
    kind: Mapped[RoundKind] = mapped_column(Word(RoundKind), comment="Patrol or internal watch")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    seed: Mapped[str] = mapped_column(comment="Of the random tenth, 64 hex digits")
    facts: Mapped[list[Json]] = mapped_column(JSONB, comment="What the plan was made from")
    created_at: Mapped[datetime] = mapped_column(comment="Server time of the plan")
    window_end: Mapped[datetime] = mapped_column(comment="Until when it is to be finished")
    started_at: Mapped[datetime | None] = mapped_column(comment="Server time of the start")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Finished or lapsed")
    disposition: Mapped[str | None] = mapped_column(comment="What follows, as an officer typed it")
    disposed_by: Mapped[str | None] = mapped_column(comment="Account that typed it")


class PatrolOfficer(Entity):
    """An officer of a round with the certificate of that moment."""

    __tablename__ = "patrol_officer"
    __table_args__ = (
        CheckConstraint("(signature IS NULL) = (signed_at IS NULL)", name="signed"),
        {"comment": "Officers of the rounds"},
    )

    round_id: Mapped[UUID] = mapped_column(
        ForeignKey("patrol_round.id"), primary_key=True, comment="Which round"
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id"), primary_key=True, comment="Who"
    )
    account: Mapped[str] = mapped_column(comment="Name of the account")
    full_name: Mapped[str] = mapped_column(comment="Name at the start")
    certificate_no: Mapped[str] = mapped_column(comment="行政执法证 at the start")
    signature: Mapped[str | None] = mapped_column(comment="As typed at the end")
    signed_at: Mapped[datetime | None] = mapped_column(comment="Server time")


class PatrolItem(Entity):
    """One camera of a round and what was seen on it."""

    __tablename__ = "patrol_item"
    __table_args__ = (
        one_of("why", Why),
        one_of("result", Result),
        UniqueConstraint("round_id", "device", "camera"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("(result IS NULL) = (looked_at IS NULL)", name="looked"),
        CheckConstraint("(result IS NULL) = (looked_by IS NULL)", name="looked_by"),
        CheckConstraint(
            "result IS NULL OR result = 'no_picture' OR sha256 IS NOT NULL", name="picture"
        ),
        CheckConstraint("result <> 'suspected' OR description IS NOT NULL", name="description"),
        Index("ix_patrol_item_camera", "device", "camera", "looked_at"),
        {"comment": "Looks of the rounds 网络巡查记录"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    round_id: Mapped[UUID] = mapped_column(ForeignKey("patrol_round.id"), comment="Its round")
    position: Mapped[int] = mapped_column(comment="In the order of the plan")
    device: Mapped[str] = mapped_column(comment="Box")
    camera: Mapped[str] = mapped_column(comment="Camera of the box")
    camera_name: Mapped[str] = mapped_column(comment="What people called it then")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Whose site")
    enterprise_name: Mapped[str] = mapped_column(comment="What it was called then")
    why: Mapped[Why] = mapped_column(Word(Why), comment="Why it is in the round")
    is_statutory: Mapped[bool] = mapped_column(Boolean, comment="危化重大危险源: 在线巡查")
    basis: Mapped[str] = mapped_column(comment="Article that the look rests on")
    result: Mapped[Result | None] = mapped_column(Word(Result), comment="What was found")
    description: Mapped[str | None] = mapped_column(comment="What was seen, in own words")
    lead_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("lead.id"), comment="Lead that it belongs to"
    )
    sha256: Mapped[str | None] = mapped_column(comment="Hash of the picture that was shown")
    captured_at: Mapped[datetime | None] = mapped_column(comment="When the picture was taken")
    looked_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    looked_by: Mapped[str | None] = mapped_column(comment="Account of the officer")


class PatrolNote(Entity):
    """A correction of a finished round; the original stays."""

    __tablename__ = "patrol_note"
    __table_args__ = (
        CheckConstraint("length(btrim(text)) >= 2", name="text"),
        {"comment": "Corrections of finished rounds"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    round_id: Mapped[UUID] = mapped_column(ForeignKey("patrol_round.id"), comment="Which round")
    at: Mapped[datetime] = mapped_column(comment="Server time")
    by: Mapped[str] = mapped_column(comment="Account of the officer")
    text: Mapped[str] = mapped_column(comment="What is corrected, in own words")


append_only(PatrolNote.__table__)
