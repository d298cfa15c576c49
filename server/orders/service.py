"""Orders for other modules and for pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.identity.permissions import Act
from server.kit.errors import NotFound
from server.orders import moving, pages, repository, schemas
from server.orders.drafting import Findings, draft, edit, issue, serve, sign, withdraw
from server.orders.moving import Attempt
from server.orders.pages import Looking, page
from server.orders.running import (
    decline_case,
    fall_due,
    grant,
    recheck,
    refuse,
    request_extension,
    request_recheck,
    write_recheck,
)
from server.orders.schemas import OrderItem
from server.orders.states import OrderState
from server.orders.tables import RectificationOrder

__all__ = [
    "Attempt",
    "Findings",
    "Looking",
    "OrderItem",
    "OrderStands",
    "decline_case",
    "draft",
    "edit",
    "fall_due",
    "grant",
    "issue",
    "listed",
    "of_enterprise",
    "of_task",
    "one",
    "page",
    "recheck",
    "refuse",
    "request_extension",
    "request_recheck",
    "serve",
    "sign",
    "unfinished",
    "withdraw",
    "write_recheck",
]

_PAGE = 50


@dataclass(frozen=True, slots=True)
class OrderStands:
    """Where an order stands, for whoever asks what became of an inspection.

    Attributes:
        items: keys of the check items it is about.
        failed_at: when its re-check found something not rectified; None: it did not fail.
    """

    id: UUID
    number: str
    state: OrderState
    unit_id: UUID
    task_id: UUID
    items: tuple[str, ...]
    is_serious: bool
    issued_at: datetime | None
    due_on: date | None
    recheck_from: date | None
    failed_at: datetime | None
    no_case_reason: str | None

    @property
    def is_open(self) -> bool:
        """Whether something of it still has to be done, apart from the case of a failed one."""
        return self.state not in {OrderState.CLOSED, OrderState.FAILED, OrderState.VOID}


def one(db: Session, looking: Looking, order_id: UUID) -> RectificationOrder:
    """Return an order in reach.

    Raises:
        NotPermitted: the role reads no orders.
        NotFound: there is none, or it lies outside the reach.
    """
    looking.actor.require(Act.ORDERS_READ, looking.at)
    found = repository.visible(db, moving.reach_of(db, looking.actor), order_id)
    if found is None:
        raise NotFound(f"order {order_id}")
    return found


def listed(db: Session, looking: Looking, cursor: UUID | None) -> schemas.OrderList:
    """List the orders in reach, newest first.

    Raises:
        NotPermitted: the role reads no orders.
    """
    looking.actor.require(Act.ORDERS_READ, looking.at)
    found = repository.listed(db, moving.reach_of(db, looking.actor), cursor, _PAGE)
    more = str(found[_PAGE - 1].id) if len(found) > _PAGE else None
    return schemas.OrderList(items=pages.rows(db, looking, found[:_PAGE]), next_cursor=more)


def of_task(db: Session, task_id: UUID) -> list[OrderStands]:
    """Return where the orders of an inspection stand, oldest first."""
    return [_stands(order) for order in repository.of_task(db, task_id)]


def of_enterprise(db: Session, enterprise_id: UUID) -> Sequence[OrderStands]:
    """Return where the orders of an enterprise stand, oldest first."""
    return [_stands(order) for order in repository.of_enterprise(db, enterprise_id)]


def unfinished(db: Session, units: Collection[UUID]) -> list[OrderStands]:
    """Return the orders of units that are not at their end; failed ones too."""
    ended = {OrderState.CLOSED, OrderState.VOID}
    found = repository.in_states(db, units, set(OrderState) - ended)
    return [_stands(order) for order in found]


def _stands(order: RectificationOrder) -> OrderStands:
    return OrderStands(
        id=order.id,
        number=order.number,
        state=order.state,
        unit_id=order.unit_id,
        task_id=order.task_id,
        items=tuple(item["key"] for item in order.items),
        is_serious=order.is_serious,
        issued_at=order.issued_at,
        due_on=order.due_on,
        recheck_from=order.recheck_from,
        failed_at=order.ended_at if order.state is OrderState.FAILED else None,
        no_case_reason=order.no_case_reason,
    )
