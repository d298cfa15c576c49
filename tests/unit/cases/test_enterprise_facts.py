"""What orders say of an enterprise's risk."""

from datetime import UTC, date, datetime
from uuid import UUID

from server.enterprise_facts import of_orders
from server.orders.service import OrderStands
from server.orders.states import OrderState

TODAY = date(2026, 3, 2)


def order(
    state: OrderState = OrderState.SERVED,
    due_on: date | None = date(2026, 3, 1),
    *,
    is_serious: bool = False,
    failed_at: datetime | None = None,
) -> OrderStands:
    nobody = UUID(int=0)
    return OrderStands(
        id=nobody,
        number="ZG-1",
        state=state,
        unit_id=nobody,
        task_id=nobody,
        items=(),
        is_serious=is_serious,
        issued_at=None if state is OrderState.DRAFT else datetime(2026, 1, 5, tzinfo=UTC),
        due_on=due_on,
        recheck_from=None,
        failed_at=failed_at,
        no_case_reason=None,
    )


def values(*found: OrderStands) -> dict[str, int]:
    return {name: fact.value for name, fact in of_orders(found, TODAY).items()}


def test_an_order_is_overdue_from_the_day_after_its_last() -> None:
    assert values(order()) == {"overdue_orders": 1}
    assert values(order(due_on=TODAY)) == {"overdue_orders": 0}


def test_what_is_rechecked_void_or_not_issued_is_not_overdue() -> None:
    states = (OrderState.CLOSED, OrderState.RECHECKED, OrderState.VOID, OrderState.DRAFT)
    assert values(*(order(state) for state in states)) == {"overdue_orders": 0}


def test_a_failed_order_counts_for_a_year() -> None:
    lately, long_ago = datetime(2025, 3, 3, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)
    assert values(order(OrderState.FAILED, failed_at=lately))["overdue_orders"] == 1
    assert values(order(OrderState.FAILED, failed_at=long_ago))["overdue_orders"] == 0


def test_major_hazards_are_known_once_an_order_named_one() -> None:
    assert "open_major_hazards" not in values(order())
    assert values(order(is_serious=True))["open_major_hazards"] == 1
    closed = order(OrderState.CLOSED, is_serious=True)
    assert values(closed)["open_major_hazards"] == 0
    assert "open_major_hazards" not in values(order(OrderState.DRAFT, is_serious=True))
