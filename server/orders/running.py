"""While an order runs: more time, the re-check, and what follows when nothing was rectified."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit.service import Who
from server.calendar.service import day_of
from server.kit.errors import FieldsMissing, NotAllowedNow
from server.kit.ids import new_id
from server.orders import moving, repository, schemas
from server.orders.deadlines import MOST_EXTENSIONS
from server.orders.moving import Attempt, Step
from server.orders.states import ORDER, OrderEvent, OrderState, Rectified
from server.orders.tables import OrderExtension, ReCheck, RectificationOrder

_CLOCK = Who("svc:orders", "svc")


def request_extension(db: Session, tried: Attempt, body: schemas.AskExtension) -> UUID:
    """申请延期, by the enterprise before the period has ended.

    Raises:
        NotAllowedNow: time was given once already (house).
        FieldsMissing: the period is over, or the wanted day is no later one.
    """
    order = moving.taken(db, tried, OrderEvent.REQUEST_EXTENSION)
    granted = [one for one in repository.extensions(db, order.id) if one.is_granted]
    if len(granted) >= MOST_EXTENSIONS:
        others = [
            e.value for e in ORDER.allowed(order.state) if e is not OrderEvent.REQUEST_EXTENSION
        ]
        raise NotAllowedNow(
            "rectification order", order.state, "request_extension", others, "整改期限已延长过一次"
        )
    due_on = _due(order)
    if day_of(tried.at) > due_on:
        raise FieldsMissing(["due_on"], "整改期限已届满，不能再申请延期")
    if body.wanted_on <= due_on:
        raise FieldsMissing(["wanted_on"], f"延期后的期限须晚于{due_on:%Y-%m-%d}")
    db.add(
        OrderExtension(
            id=new_id(tried.at),
            order_id=order.id,
            asked_by=tried.actor.id,
            asked_at=tried.at,
            reason=body.reason,
            due_before=due_on,
            wanted_on=body.wanted_on,
        )
    )
    detail = {"wanted_on": body.wanted_on}
    step = Step(OrderEvent.REQUEST_EXTENSION, tried.actor.who, body.reason, detail)
    moving.move(db, tried.at, order, step)
    return order.id


def grant(db: Session, tried: Attempt, body: schemas.Decide) -> UUID:
    """准予延期: the leader, with the reason."""
    order = moving.taken(db, tried, OrderEvent.GRANT)
    asked = _decided(db, tried, order, body, granted=True)
    order.due_on = asked.wanted_on
    detail = {"from": asked.due_before, "to": asked.wanted_on}
    moving.move(db, tried.at, order, Step(OrderEvent.GRANT, tried.actor.who, body.reason, detail))
    return order.id


def refuse(db: Session, tried: Attempt, body: schemas.Decide) -> UUID:
    """不准延期: the leader, with the reason; the period stays."""
    order = moving.taken(db, tried, OrderEvent.REFUSE)
    _decided(db, tried, order, body, granted=False)
    moving.move(db, tried.at, order, Step(OrderEvent.REFUSE, tried.actor.who, body.reason))
    return order.id


def request_recheck(db: Session, tried: Attempt, body: schemas.AskRecheck) -> UUID:
    """申请复查: the enterprise says that it is done; the re-check's period begins today."""
    order = moving.taken(db, tried, OrderEvent.REQUEST_RECHECK)
    order.recheck_asked_at, order.reported = tried.at, body.reported
    order.recheck_from = day_of(tried.at)
    moving.move(
        db, tried.at, order, Step(OrderEvent.REQUEST_RECHECK, tried.actor.who, body.reported)
    )
    return order.id


def fall_due(db: Session, at: datetime) -> int:
    """Let the orders whose period has ended wait for their re-check; return how many."""
    ended = repository.run_out(db, day_of(at))
    for order in ended:
        order.recheck_from = order.due_on
        detail = {"due_on": order.due_on}
        moving.move(db, at, order, Step(OrderEvent.FALL_DUE, _CLOCK, detail=detail))
    return len(ended)


def write_recheck(db: Session, tried: Attempt, body: schemas.WriteRecheck) -> UUID:
    """填写复查情况: a changed text voids the signatures under the former one.

    Raises:
        FieldsMissing: an item has no result, or one that is none of the order's.
    """
    order = moving.taken(db, tried, OrderEvent.WRITE_RECHECK)
    keys = [item["key"] for item in order.items]
    given = {one.key: one.model_dump(mode="json") for one in body.results}
    if set(given) != set(keys) or len(given) != len(body.results):
        wrong = sorted(set(keys) ^ set(given)) or keys
        raise FieldsMissing(wrong, "每一项都须填写复查结果，且只填一次")
    written = moving.open_recheck(db, order)
    if written is None:
        written = ReCheck(id=new_id(tried.at), order_id=order.id, begun_at=tried.at, results={})
        db.add(written)
    written.results = {"items": [given[key] for key in keys]}
    written.opinion, written.next_step = body.opinion, body.next_step
    db.flush()
    moving.move(db, tried.at, order, Step(OrderEvent.WRITE_RECHECK, tried.actor.who))
    return order.id


def recheck(db: Session, tried: Attempt) -> UUID:
    """复查: two officers have signed; what they found closes the order or shows that it failed.

    Raises:
        FieldsMissing: nothing is written, or fewer than two officers have signed the text.
    """
    order = moving.taken(db, tried, OrderEvent.RECHECK)
    written = moving.open_recheck(db, order)
    if written is None:
        raise FieldsMissing(["results"], "请先填写复查情况")
    moving.check_two_officers(db, moving.recheck_text(written))
    written.done_at = tried.at
    who = tried.actor.who
    moving.move(db, tried.at, order, Step(OrderEvent.RECHECK, who, written.opinion))
    order.ended_at = tried.at
    is_done = all_done([one["result"] for one in written.results["items"]])
    event = OrderEvent.ALL_RECTIFIED if is_done else OrderEvent.NOT_RECTIFIED
    moving.move(db, tried.at, order, Step(event, who, written.next_step))
    return order.id


def decline_case(db: Session, tried: Attempt, body: schemas.Decide) -> UUID:
    """不予立案: the leader writes why a failed order leads to no case (SEED-(四))."""
    order = moving.taken(db, tried, OrderEvent.DECLINE_CASE)
    order.no_case_reason, order.no_case_by = body.reason, tried.actor.id
    moving.move(db, tried.at, order, Step(OrderEvent.DECLINE_CASE, tried.actor.who, body.reason))
    return order.id


def all_done(results: Sequence[str]) -> bool:
    """Whether everything was rectified; partly is not."""
    return all(result == Rectified.DONE for result in results)


def is_running(state: OrderState) -> bool:
    """Whether an order's period runs and nobody has re-checked yet."""
    return state in {OrderState.SERVED, OrderState.EXT_PENDING, OrderState.RECHECK_DUE}


def _due(order: RectificationOrder) -> date:
    if order.due_on is None:
        raise FieldsMissing(["due_on"], "指令书没有整改期限")
    return order.due_on


def _decided(
    db: Session,
    tried: Attempt,
    order: RectificationOrder,
    body: schemas.Decide,
    *,
    granted: bool,
) -> OrderExtension:
    asked = repository.extensions(db, order.id)[-1]
    asked.decided_by, asked.decided_at = tried.actor.id, tried.at
    asked.is_granted, asked.decision_reason = granted, body.reason
    return asked
