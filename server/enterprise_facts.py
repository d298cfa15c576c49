"""What leads and orders know of an enterprise, handed to its risk score, which lies below them.

Major hazards are known by the orders that name one; an enterprise that never had such an order may
have one all the same that only the provincial register knows: 缺数据.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from server.calendar.service import day_of
from server.leads import of_enterprise
from server.leads.of_enterprise import Tally
from server.orders import service as orders
from server.orders.service import OrderStands
from server.orders.states import OrderState
from server.risk.score import Fact

_LEADS, _ORDERS = "线索", "责令限期整改指令书"
_A_YEAR = timedelta(days=365)
#: Handed over to the enterprise, and not found rectified yet.
_RUNNING = frozenset(
    {OrderState.ISSUED, OrderState.SERVED, OrderState.EXT_PENDING, OrderState.RECHECK_DUE}
)


def facts_from_above(db: Session, at: datetime, enterprise_id: UUID) -> Mapping[str, Fact]:
    """Return confirmed leads of 90 days, recurrences of a year, overdue orders, major hazards."""
    return {
        **_of_leads(db, at, enterprise_id),
        **of_orders(orders.of_enterprise(db, enterprise_id), day_of(at)),
    }


def of_orders(found: Sequence[OrderStands], today: date) -> dict[str, Fact]:
    """Return what orders say. A failed one counts as overdue for a year (house)."""
    since = today - _A_YEAR
    failed = [one for one in found if one.failed_at is not None and day_of(one.failed_at) >= since]
    running = [one for one in found if one.state in _RUNNING]
    overdue = [one for one in running if one.due_on is not None and one.due_on < today]
    told = {"overdue_orders": Fact(len(overdue) + len(failed), _ORDERS, today)}
    if any(one.is_serious for one in found if one.issued_at is not None):
        serious = [one for one in (*running, *failed) if one.is_serious]
        told["open_major_hazards"] = Fact(len(serious), _ORDERS, today)
    return told


def _of_leads(db: Session, at: datetime, enterprise_id: UUID) -> dict[str, Fact]:
    confirmed = of_enterprise.confirmed(db, enterprise_id, at - timedelta(days=90))
    recurred = of_enterprise.recurred(db, enterprise_id, at - timedelta(days=365))
    return {
        "confirmed_leads": _fact(confirmed, at),
        "recurrences": _fact(recurred, at),
    }


def _fact(tally: Tally, at: datetime) -> Fact:
    return Fact(tally.count, _LEADS, day_of(tally.last_at or at))
