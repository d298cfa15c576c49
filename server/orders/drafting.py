"""From what an inspection found to an order that is served: draft, edit, sign, issue, serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.calendar.service import day_of
from server.documents import signatures
from server.documents.check_items import citable
from server.documents.serial import Prefix, next_number
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import FieldsMissing
from server.kit.ids import new_id
from server.orders import moving, repository, schemas
from server.orders.moving import Attempt, Step
from server.orders.schemas import OrderItem
from server.orders.states import OrderEvent, OrderState
from server.orders.tables import RectificationOrder

#: SEED-(四): of a serious one the enterprise's head takes the lead.
_HEAD = "主要负责人"


@dataclass(frozen=True, slots=True)
class Findings:
    """What an inspection hands on: the items that two officers found violated, and where."""

    task_id: UUID
    task_number: str
    unit_id: UUID
    enterprise_id: UUID
    site_id: str
    division_code: str
    items: Sequence[OrderItem]
    is_serious: bool
    replaces: UUID | None = None


def draft(db: Session, at: datetime, who: audit.Who, found: Findings) -> UUID:
    """Draft an order from what was found on site. Its due date stays blank (INV-5).

    Raises:
        FieldsMissing: there is nothing to order.
    """
    if not found.items:
        raise FieldsMissing(["items"], "没有不符合项，不能下达责令限期整改指令书")
    order = RectificationOrder(
        id=new_id(at),
        number=next_number(db, at, Prefix.ORDER, found.division_code),
        state=OrderState.DRAFT,
        version=1,
        task_id=found.task_id,
        task_number=found.task_number,
        unit_id=found.unit_id,
        enterprise_id=found.enterprise_id,
        site_id=found.site_id,
        items=[item.model_dump(mode="json") for item in found.items],
        responsible=_HEAD if found.is_serious else None,
        is_serious=found.is_serious,
        replaces=found.replaces,
        created_at=at,
    )
    db.add(order)
    db.flush()
    detail = {"number": order.number, "task": str(found.task_id)}
    act = audit.Act("drafted", to_state=order.state, detail=detail)
    audit.record(db, at, who, moving.thing_of(order), act)
    return order.id


def edit(db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Edit) -> UUID:
    """Change a draft: articles, demands, the due date. A fact is the record's and stays.

    Raises:
        FieldsMissing: no such item, an article that may not be cited, or a due date that is past.
    """
    order = moving.taken(db, tried, OrderEvent.EDIT)
    given = body.model_dump(exclude_unset=True, exclude={"items"}, mode="python")
    today = day_of(tried.at)
    if body.due_on is not None and body.due_on <= today:
        raise FieldsMissing(["due_on"], "整改期限须晚于今日")
    before = {field: getattr(order, field) for field in given}
    for field, value in given.items():
        setattr(order, field, value)
    order.items = _edited(catalogue, order, body.items, tried.at)
    detail = {"before": before, "changed": sorted({*given, *(one.key for one in body.items)})}
    moving.move(db, tried.at, order, Step(OrderEvent.EDIT, tried.actor.who, detail=detail))
    return order.id


def sign(db: Session, tried: Attempt, signer: Actor) -> UUID:
    """Sign the draft as it is now, or the re-check that is being written.

    Raises:
        NotPermitted: the signer is no officer of the unit with a certificate that is valid now.
    """
    order = moving.taken(db, tried, OrderEvent.SIGN)
    signer.require(Act.ORDERS_EDIT, tried.at)
    moving.check_unit(order, signer)
    text = moving.text_to_sign(db, order)
    signatures.sign(db, tried.at, signer, text)
    detail = {"document": text.document, "sha256": text.sha256, "signer": signer.account}
    moving.move(db, tried.at, order, Step(OrderEvent.SIGN, signer.who, detail=detail))
    return order.id


def issue(db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Issue) -> UUID:
    """下达, under the number of the provincial system.

    Raises:
        FieldsMissing: an item lacks its fact, article or demand, the due date is missing or past,
            or fewer than two officers have signed the text as it is.
    """
    order = moving.taken(db, tried, OrderEvent.ISSUE)
    lacking = missing(catalogue, order, tried.at)
    if lacking:
        raise FieldsMissing(lacking, f"指令书要素不全：{'、'.join(lacking)}", rule_id="R-010")
    moving.check_two_officers(db, moving.order_text(order))
    order.official_no, order.issued_at = body.official_no, tried.at
    order.issued_by = tried.actor.id
    detail = {"official_no": body.official_no, "due_on": order.due_on}
    moving.move(db, tried.at, order, Step(OrderEvent.ISSUE, tried.actor.who, detail=detail))
    return order.id


def serve(db: Session, tried: Attempt, body: schemas.Serve) -> UUID:
    """送达: from now on the period runs.

    Raises:
        FieldsMissing: there is neither a receipt nor a note on how it was served without one.
    """
    order = moving.taken(db, tried, OrderEvent.SERVE)
    if not body.note and not (body.received_by and body.post):
        raise FieldsMissing(["received_by", "post"], "请填写签收人姓名和职务，或注明拒收及送达方式")
    order.served_at = tried.at
    order.served_to = f"{body.received_by}（{body.post}）" if body.received_by else None
    order.service_note = body.note
    detail = {"received_by": order.served_to, "note": body.note}
    moving.move(db, tried.at, order, Step(OrderEvent.SERVE, tried.actor.who, detail=detail))
    return order.id


def withdraw(db: Session, tried: Attempt, body: schemas.Withdraw) -> UUID:
    """撤销: an error; the text and its cause stay readable."""
    order = moving.taken(db, tried, OrderEvent.WITHDRAW)
    order.void_cause, order.ended_at = body.cause, tried.at
    moving.move(db, tried.at, order, Step(OrderEvent.WITHDRAW, tried.actor.who, body.cause))
    return order.id


def missing(catalogue: Catalogue, order: RectificationOrder, at: datetime) -> list[str]:
    """Name what an order still lacks before it can be issued, in Chinese."""
    lacking = [
        f"第{number}项{what}"
        for number, item in enumerate(order.items, 1)
        for field, what in (("fact", "查明的事实"), ("basis", "法律依据"), ("demand", "整改要求"))
        if not item.get(field)
    ]
    lacking += [
        f"第{number}项法律依据（当日无效或与该项无关）"
        for number, item in enumerate(order.items, 1)
        if item.get("basis") and item["basis"] not in citable(catalogue, item["key"], day_of(at))
    ]
    if order.due_on is None or order.due_on <= day_of(at):
        lacking.append("整改期限")
    return lacking


def replaced_by(db: Session, order: RectificationOrder) -> UUID | None:
    """Return the order that stands in the place of a void one."""
    return repository.replacing(db, order.id) if order.state is OrderState.VOID else None


def _edited(
    catalogue: Catalogue,
    order: RectificationOrder,
    changes: Sequence[schemas.EditItem],
    at: datetime,
) -> list[dict[str, object]]:
    by_key = {change.key: change for change in changes}
    unknown = set(by_key) - {item["key"] for item in order.items}
    if unknown:
        raise FieldsMissing(sorted(unknown), "指令书中没有这些事项")
    for key, change in by_key.items():
        if change.basis is not None and change.basis not in citable(catalogue, key, day_of(at)):
            raise FieldsMissing(["basis"], f"{change.basis} 不能作为该项的依据，或当日已失效")
    return [
        {**item, **by_key[item["key"]].model_dump(exclude_none=True, exclude={"key"})}
        if item["key"] in by_key
        else dict(item)
        for item in order.items
    ]
