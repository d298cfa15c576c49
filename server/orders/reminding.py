"""What orders tell the reminders: R-012, due in three days, and R-013, the re-check is late."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from server.calendar.service import (
    HolidayCalendar,
    count_due,
    day_of,
    midnight,
    workdays_after,
)
from server.orders import repository
from server.orders.deadlines import HINT, RECHECK
from server.orders.states import OrderState
from server.reminders.service import Fact

RULES = frozenset({"R-012", "R-013"})


def facts(db: Session, years: HolidayCalendar, at: datetime) -> Iterator[Fact]:
    """Yield what holds of all running orders, whenever it becomes due; at: asked now."""
    for order in repository.all_in_states(db, {OrderState.SERVED, OrderState.EXT_PENDING}):
        if order.due_on is not None:
            yield Fact(
                rule="R-012",
                object_type="rectification_order",
                object_id=str(order.id),
                since=midnight(order.due_on - HINT),
                # A period that was made longer counts anew.
                period=order.due_on.isoformat(),
                unit_id=order.unit_id,
                words={"no": order.number, "date": order.due_on.isoformat()},
            )
    for order in repository.all_in_states(db, {OrderState.RECHECK_DUE}):
        if order.recheck_from is not None:
            ends = count_due(years, order.recheck_from, RECHECK)
            yield Fact(
                rule="R-013",
                object_type="rectification_order",
                object_id=str(order.id),
                since=ends.ends_at,
                unit_id=order.unit_id,
                words={"no": order.number, "n": str(workdays_after(years, ends.on, day_of(at)))},
            )
