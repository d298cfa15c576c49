"""Orders to rectify, what enterprises asked of them, and their re-checks."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Json, Word, one_of
from server.orders.states import OrderState


class RectificationOrder(Entity):
    """One 责令限期整改指令书."""

    __tablename__ = "rectification_order"
    __table_args__ = (
        one_of("state", OrderState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "state IN ('draft', 'void') OR (official_no IS NOT NULL AND due_on IS NOT NULL)",
            name="issued",
        ),
        CheckConstraint("(issued_at IS NULL) = (issued_by IS NULL)", name="issued_by"),
        CheckConstraint(
            "state IN ('draft', 'issued', 'void') OR served_at IS NOT NULL", name="served"
        ),
        CheckConstraint(
            "served_at IS NULL OR served_to IS NOT NULL OR service_note IS NOT NULL",
            name="service",
        ),
        CheckConstraint("(state = 'void') = (void_cause IS NOT NULL)", name="void_cause"),
        CheckConstraint("replaces <> id", name="replaces"),
        CheckConstraint("(no_case_reason IS NULL) = (no_case_by IS NULL)", name="no_case"),
        Index("ix_rectification_order_unit", "unit_id", "created_at"),
        Index("ix_rectification_order_enterprise", "enterprise_id", "created_at"),
        Index("ix_rectification_order_task", "task_id"),
        Index("ix_rectification_order_due", "state", "due_on"),
        {"comment": "Orders to rectify 责令限期整改指令书"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="ZG-…, ours; never printed as 文号")
    official_no: Mapped[str | None] = mapped_column(
        unique=True, comment="文号 of the provincial system, typed in"
    )
    state: Mapped[OrderState] = mapped_column(Word(OrderState), comment="See orders/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    task_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_task.id"), comment="Found on")
    task_number: Mapped[str] = mapped_column(comment="Number of that task")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who orders")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="To whom")
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="Where")
    items: Mapped[list[Json]] = mapped_column(
        JSONB, comment="What is wrong: key, title, fact, basis, demand"
    )
    due_on: Mapped[date | None] = mapped_column(Date, comment="整改期限; None: not yet decided")
    responsible: Mapped[str | None] = mapped_column(comment="整改牵头负责人")
    is_serious: Mapped[bool] = mapped_column(Boolean, comment="A major hazard is among it")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    issued_at: Mapped[datetime | None] = mapped_column(comment="下达")
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="Who")
    served_at: Mapped[datetime | None] = mapped_column(comment="送达: the clock starts")
    served_to: Mapped[str | None] = mapped_column(comment="Who signed the receipt, and post")
    service_note: Mapped[str | None] = mapped_column(comment="How it was served without a receipt")
    recheck_asked_at: Mapped[datetime | None] = mapped_column(comment="The enterprise asked for it")
    reported: Mapped[str | None] = mapped_column(comment="What the enterprise says it rectified")
    recheck_from: Mapped[date | None] = mapped_column(
        Date, comment="Day from which the period for the re-check counts"
    )
    ended_at: Mapped[datetime | None] = mapped_column(comment="Closed, failed or void")
    no_case_reason: Mapped[str | None] = mapped_column(comment="Leader's 不予立案 reason")
    no_case_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="Who")
    void_cause: Mapped[str | None] = mapped_column(comment="Why it was withdrawn")
    replaces: Mapped[UUID | None] = mapped_column(
        ForeignKey("rectification_order.id"), comment="The void order that this one replaces"
    )


class OrderExtension(Entity):
    """One wish for more time, and what became of it."""

    __tablename__ = "order_extension"
    __table_args__ = (
        CheckConstraint("length(btrim(reason)) >= 4", name="reason"),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)"
            " AND (decided_by IS NULL) = (is_granted IS NULL)"
            " AND (decided_by IS NULL) = (decision_reason IS NULL)",
            name="decided",
        ),
        Index(None, "order_id", "asked_at"),
        {"comment": "Extensions asked of orders, with the answers"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    order_id: Mapped[UUID] = mapped_column(ForeignKey("rectification_order.id"), comment="Which")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Enterprise's account")
    asked_at: Mapped[datetime] = mapped_column(comment="When")
    reason: Mapped[str] = mapped_column(comment="Why more time is needed")
    due_before: Mapped[date] = mapped_column(Date, comment="The due date it asks to move")
    wanted_on: Mapped[date] = mapped_column(Date, comment="The due date that is asked for")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="Leader")
    decided_at: Mapped[datetime | None] = mapped_column(comment="When")
    is_granted: Mapped[bool | None] = mapped_column(Boolean, comment="Whether time was given")
    decision_reason: Mapped[str | None] = mapped_column(comment="Why")


class ReCheck(Entity):
    """One re-check 整改复查 of an order."""

    __tablename__ = "recheck"
    __table_args__ = (
        CheckConstraint("done_at IS NULL OR length(btrim(opinion)) >= 4", name="opinion"),
        Index(None, "order_id", "begun_at"),
        {"comment": "Re-checks 整改复查意见书"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    order_id: Mapped[UUID] = mapped_column(ForeignKey("rectification_order.id"), comment="Of which")
    begun_at: Mapped[datetime] = mapped_column(comment="When its first word was written")
    results: Mapped[Json] = mapped_column(
        comment="Per item: 已整改, 部分整改, 未整改, and what was seen"
    )
    opinion: Mapped[str | None] = mapped_column(comment="复查意见")
    next_step: Mapped[str | None] = mapped_column(comment="下一步处理")
    done_at: Mapped[datetime | None] = mapped_column(comment="When two officers had signed")
