"""SQL of orders. What a reader may see is a condition on units, or on the own enterprise."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.orders.states import OrderState
from server.orders.tables import OrderExtension, ReCheck, RectificationOrder


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose orders: those of a scope, or those that one enterprise was told of."""

    scope: Scope | None = None
    enterprise: UUID | None = None

    def condition(self) -> ColumnElement[bool]:
        """Write it for a query."""
        if self.scope is not None:
            return self.scope.of(RectificationOrder.unit_id, RectificationOrder.enterprise_id)
        return (RectificationOrder.enterprise_id == self.enterprise) & (
            RectificationOrder.issued_at.is_not(None)
        )


def visible(db: Session, reach: Reach, order_id: UUID) -> RectificationOrder | None:
    """Return an order in reach."""
    return db.scalar(
        select(RectificationOrder).where(RectificationOrder.id == order_id, reach.condition())
    )


def locked(db: Session, reach: Reach, order_id: UUID) -> RectificationOrder | None:
    """Return an order in reach, held until the transaction ends."""
    query = select(RectificationOrder).where(RectificationOrder.id == order_id, reach.condition())
    return db.scalar(query.with_for_update())


def listed(
    db: Session, reach: Reach, before: UUID | None, limit: int
) -> Sequence[RectificationOrder]:
    """Return a page of orders and one more, newest first."""
    query = select(RectificationOrder).where(reach.condition())
    if before is not None:
        query = query.where(RectificationOrder.id < before)
    return db.scalars(query.order_by(RectificationOrder.id.desc()).limit(limit + 1)).all()


def of_task(db: Session, task_id: UUID) -> Sequence[RectificationOrder]:
    """Return the orders of a task, oldest first."""
    query = select(RectificationOrder).where(RectificationOrder.task_id == task_id)
    return db.scalars(
        query.order_by(RectificationOrder.created_at, RectificationOrder.number)
    ).all()


def replacing(db: Session, order_id: UUID) -> UUID | None:
    """Return the order that replaces a void one."""
    return db.scalar(
        select(RectificationOrder.id)
        .where(RectificationOrder.replaces == order_id)
        .order_by(RectificationOrder.created_at.desc(), RectificationOrder.number.desc())
        .limit(1)
    )


def run_out(db: Session, today: date) -> Sequence[RectificationOrder]:
    """Return the served orders whose period has ended."""
    query = select(RectificationOrder).where(
        RectificationOrder.state == OrderState.SERVED, RectificationOrder.due_on < today
    )
    return db.scalars(query.order_by(RectificationOrder.id).with_for_update()).all()


def in_states(
    db: Session, units: Collection[UUID], states: Collection[OrderState]
) -> Sequence[RectificationOrder]:
    """Return the orders of units in some states, oldest first."""
    query = select(RectificationOrder).where(
        RectificationOrder.unit_id.in_(units), RectificationOrder.state.in_(states)
    )
    return db.scalars(
        query.order_by(RectificationOrder.created_at, RectificationOrder.number)
    ).all()


def all_in_states(db: Session, states: Collection[OrderState]) -> Sequence[RectificationOrder]:
    """Return the orders of all units in some states, oldest first."""
    query = select(RectificationOrder).where(RectificationOrder.state.in_(states))
    return db.scalars(
        query.order_by(RectificationOrder.created_at, RectificationOrder.number)
    ).all()


def extensions(db: Session, order_id: UUID) -> Sequence[OrderExtension]:
    """Return the extensions asked of an order, oldest first."""
    query = select(OrderExtension).where(OrderExtension.order_id == order_id)
    return db.scalars(query.order_by(OrderExtension.asked_at, OrderExtension.id)).all()


def rechecks(db: Session, order_id: UUID) -> Sequence[ReCheck]:
    """Return the re-checks of an order, oldest first."""
    query = select(ReCheck).where(ReCheck.order_id == order_id)
    return db.scalars(query.order_by(ReCheck.begun_at, ReCheck.id)).all()


def of_enterprise(db: Session, enterprise_id: UUID) -> Sequence[RectificationOrder]:
    """Return the orders to an enterprise, oldest first."""
    query = select(RectificationOrder).where(RectificationOrder.enterprise_id == enterprise_id)
    return db.scalars(
        query.order_by(RectificationOrder.created_at, RectificationOrder.number)
    ).all()
