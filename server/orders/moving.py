"""How an order moves: who may, which version, what its state allows; and what is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.documents import signatures
from server.documents.signature_tables import Signed
from server.documents.signatures import Text
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act, Role
from server.identity.same_person import persons_of
from server.jurisdiction import service as jurisdiction
from server.kit import live
from server.kit.errors import FieldsMissing, NotFound, NotPermitted
from server.kit.live import Change, Kind
from server.kit.preconditions import check_version
from server.orders import repository
from server.orders.repository import Reach
from server.orders.states import ORDER, OrderEvent, OrderState
from server.orders.tables import ReCheck, RectificationOrder

_E = OrderEvent

#: What the permission is to each event that people may send.
ACT_FOR = {
    _E.EDIT: Act.ORDERS_EDIT,
    _E.SIGN: Act.ORDERS_EDIT,
    _E.ISSUE: Act.ORDERS_EDIT,
    _E.SERVE: Act.ORDERS_EDIT,
    _E.REQUEST_EXTENSION: Act.ORDERS_ANSWER,
    _E.REQUEST_RECHECK: Act.ORDERS_ANSWER,
    _E.GRANT: Act.ORDERS_DECIDE,
    _E.REFUSE: Act.ORDERS_DECIDE,
    _E.WRITE_RECHECK: Act.ORDERS_EDIT,
    _E.RECHECK: Act.ORDERS_EDIT,
    _E.DECLINE_CASE: Act.ORDERS_DECIDE,
    _E.WITHDRAW: Act.ORDERS_DECIDE,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who acts when on which version of which order."""

    at: datetime
    actor: Actor
    order_id: UUID
    version: int


def reach_of(db: Session, actor: Actor) -> Reach:
    """Return whose orders somebody reads: those of the units below, or the own enterprise's."""
    if actor.role is Role.ENT_MGR:
        return Reach(enterprise=actor.enterprise_id)
    return Reach(jurisdiction.scope(db, actor))


def taken(db: Session, tried: Attempt, event: OrderEvent) -> RectificationOrder:
    """Lock the order and refuse who may not, what has changed, and what the state forbids.

    Raises:
        NotPermitted: the role may not, the certificate is not valid, or the order is another
            unit's.
        NotFound: there is none in reach.
        StaleVersion: it was changed since.
        NotAllowedNow: the state does not know the event.
    """
    tried.actor.require(ACT_FOR[event], tried.at)
    order = repository.locked(db, reach_of(db, tried.actor), tried.order_id)
    if order is None:
        raise NotFound(f"order {tried.order_id}")
    if tried.actor.role is not Role.ENT_MGR:
        jurisdiction.require_unit(tried.actor, identity.unit_ref(db, order.unit_id))
    check_version(f"order {order.number}", tried.version, order.version)
    ORDER.after(order.state, event)
    return order


@dataclass(frozen=True, slots=True)
class Step:
    """One event of an order: by whom, why, and what else the audit chain keeps of it."""

    event: OrderEvent
    who: audit.Who
    reason: str | None = None
    detail: Mapping[str, object] | None = None


def move(db: Session, at: datetime, order: RectificationOrder, step: Step) -> None:
    """Write the next state with its audit entry, and tell the pages."""
    before = order.state
    order.state = ORDER.after(before, step.event)
    order.version += 1
    db.flush()
    act = audit.Act(step.event, before, order.state, step.reason, dict(step.detail or {}))
    audit.record(db, at, step.who, thing_of(order), act)
    told = {"order": str(order.id), "state": order.state}
    live.announce(db, at, Change(Kind.TASK, str(order.task_id), told))


def thing_of(order: RectificationOrder) -> audit.Thing:
    """Name an order for the audit chain."""
    return audit.Thing("rectification_order", str(order.id), order.version)


def order_text(order: RectificationOrder) -> Text:
    """Return what two officers sign of an order: everything but what the province adds."""
    return Text(
        Signed.ORDER,
        order.id,
        {
            "number": order.number,
            "enterprise": str(order.enterprise_id),
            "items": order.items,
            "due_on": order.due_on,
            "responsible": order.responsible,
        },
    )


def check_two_officers(db: Session, text: Text) -> None:
    """Refuse a document without the standing signatures of two persons.

    Raises:
        FieldsMissing: fewer than two officers have signed this very text.
    """
    signed = [one for one in signatures.standing(db, text) if one.signed_by == "officer"]
    if len(set(persons_of(db, [s.account_id for s in signed]).values())) < signatures.OFFICERS:
        raise FieldsMissing(
            ["officer_signatures"], "须有两名执法人员在当前内容上签名", rule_id="R-010"
        )


def sendable(events: Sequence[OrderEvent], actor: Actor, at: datetime) -> list[OrderEvent]:
    """Return those of the events that somebody may send now."""
    return [one for one in events if one in ACT_FOR and actor.may(ACT_FOR[one], at)]


def check_unit(order: RectificationOrder, signer: Actor) -> None:
    """Refuse the signature of somebody from another unit.

    Raises:
        NotPermitted: the signer belongs to another unit.
    """
    if signer.unit is None or signer.unit.id != order.unit_id:
        raise NotPermitted(
            f"{signer.account} belongs to another unit",
            "签名的执法人员须属于本单位",
            rule_id="R-009",
        )


def text_to_sign(db: Session, order: RectificationOrder) -> Text:
    """Return the text that waits for signatures: the draft, or the open re-check.

    Raises:
        FieldsMissing: no re-check has been written yet.
    """
    if order.state is OrderState.DRAFT:
        return order_text(order)
    written = open_recheck(db, order)
    if written is None:
        raise FieldsMissing(["results"], "请先填写复查情况，再签名")
    return recheck_text(written)


def open_recheck(db: Session, order: RectificationOrder) -> ReCheck | None:
    """Return the re-check that is being written."""
    return next((one for one in repository.rechecks(db, order.id) if one.done_at is None), None)


def recheck_text(written: ReCheck) -> Text:
    """Return what two officers sign of a re-check."""
    content = {
        "order": str(written.order_id),
        "results": written.results,
        "opinion": written.opinion,
        "next_step": written.next_step,
    }
    return Text(Signed.RECHECK, written.id, content)
