"""Weights with who approved them, and factors that somebody contests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Json, Word, one_of
from server.risk.states import ContestState, WeightsState


class RiskWeights(Entity):
    """One set of weights. It never changes: other figures are another set."""

    __tablename__ = "risk_weights"
    __table_args__ = (
        one_of("state", WeightsState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("approved_by <> author", name="second_person"),
        CheckConstraint(
            "num_nulls(approved_by, approved_at, number) ="
            " CASE WHEN state IN ('approved', 'superseded') THEN 0 ELSE 3 END",
            name="approval",
        ),
        Index(
            "ix_risk_weights_one_approved",
            "state",
            unique=True,
            postgresql_where=text("state = 'approved'"),
        ),
        {"comment": "Weights of the risk score, each set with who approved it"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    state: Mapped[WeightsState] = mapped_column(Word(WeightsState), comment="See risk/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    weights: Mapped[Json] = mapped_column(comment="The figures, see risk/weights.py")
    reason: Mapped[str] = mapped_column(comment="Why these figures, in the author's words")
    author: Mapped[str] = mapped_column(comment="Account of who proposed them")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    approved_by: Mapped[str | None] = mapped_column(comment="Account; never the author")
    approved_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    number: Mapped[int | None] = mapped_column(unique=True, comment="Counts the approved sets")


class RiskContest(Entity):
    """Somebody says that a factor is wrong; a leader decides."""

    __tablename__ = "risk_contest"
    __table_args__ = (
        one_of("state", ContestState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
        CheckConstraint("decided_by <> contested_by", name="second_person"),
        CheckConstraint(
            "num_nulls(decided_by, decided_at, decision) ="
            " CASE state WHEN 'open' THEN 3 ELSE 0 END",
            name="decided",
        ),
        Index(
            "ix_risk_contest_one_open",
            "enterprise_id",
            "fingerprint",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_risk_contest_enterprise", "enterprise_id", "state"),
        {"comment": "Contested factors of the risk score"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Of whom")
    state: Mapped[ContestState] = mapped_column(Word(ContestState), comment="See risk/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    factor: Mapped[str] = mapped_column(comment="See risk/score.py")
    fingerprint: Mapped[str] = mapped_column(comment="Of the factor's value and source")
    told: Mapped[Json] = mapped_column(comment="The addend as it was contested")
    reason: Mapped[str] = mapped_column(comment="What is wrong with it")
    contested_by: Mapped[str] = mapped_column(comment="Account")
    contested_at: Mapped[datetime] = mapped_column(comment="Server time")
    decided_by: Mapped[str | None] = mapped_column(comment="Account; never who contested")
    decided_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    decision: Mapped[str | None] = mapped_column(comment="Why, in the leader's words")
