"""How an order is shown: to the bureau with what may be done, to the enterprise as it was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar.service import HolidayCalendar
from server.documents import signatures
from server.documents.schemas import Named
from server.documents.signature_tables import Signed
from server.documents.signatures import Text
from server.enterprises import service as enterprises
from server.identity.actor import Actor
from server.orders import drafting, moving, repository, schemas
from server.orders.deadlines import clock_of, due_hint
from server.orders.running import is_running
from server.orders.states import ORDER, OrderState
from server.orders.tables import ReCheck, RectificationOrder


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks when, the catalogue that names things, and the days that count."""

    at: datetime
    actor: Actor
    catalogue: Catalogue
    calendar: HolidayCalendar


def page(db: Session, looking: Looking, order: RectificationOrder) -> schemas.Order:
    """Write an order's page."""
    row = rows(db, looking, [order])[0]
    return schemas.Order(
        **row.model_dump(),
        task_id=order.task_id,
        items=[schemas.OrderItem.model_validate(item) for item in order.items],
        responsible=order.responsible,
        is_serious=order.is_serious,
        due_hint=due_hint(looking.calendar, looking.at, order.due_on),
        served_at=order.served_at,
        served_to=order.served_to,
        service_note=order.service_note,
        reported=order.reported,
        extensions=[
            schemas.ExtensionShown.model_validate(one)
            for one in repository.extensions(db, order.id)
        ],
        rechecks=[_recheck(db, one) for one in repository.rechecks(db, order.id)],
        signatures=_signatures(db, moving.order_text(order)),
        no_case_reason=order.no_case_reason,
        void_cause=order.void_cause,
        replaces=order.replaces,
        replaced_by=drafting.replaced_by(db, order),
        missing=_missing(looking, order),
        allowed=moving.sendable(ORDER.allowed(order.state), looking.actor, looking.at),
    )


def rows(
    db: Session, looking: Looking, orders: Sequence[RectificationOrder]
) -> list[schemas.OrderRow]:
    """Write orders as rows of the list."""
    names = enterprises.names(db, {order.enterprise_id for order in orders})
    shown = []
    for order in orders:
        due_on = order.due_on if is_running(order.state) else None
        waits = order.recheck_from if order.state is OrderState.RECHECK_DUE else None
        clock = clock_of(looking.calendar, looking.at, due_on, waits)
        shown.append(
            schemas.OrderRow(
                id=order.id,
                number=order.number,
                official_no=order.official_no,
                state=order.state,
                version=order.version,
                created_at=order.created_at,
                enterprise=Named(id=str(order.enterprise_id), name=names[order.enterprise_id]),
                task_number=order.task_number,
                due_on=order.due_on,
                is_overdue=clock.is_overdue,
                recheck_by=clock.recheck_by,
                recheck_is_late=clock.recheck_is_late,
            )
        )
    return shown


def _missing(looking: Looking, order: RectificationOrder) -> list[str]:
    if order.state is not OrderState.DRAFT:
        return []
    return drafting.missing(looking.catalogue, order, looking.at)


def _recheck(db: Session, written: ReCheck) -> schemas.ReCheckShown:
    return schemas.ReCheckShown(
        results=[schemas.ItemChecked.model_validate(one) for one in written.results["items"]],
        opinion=written.opinion,
        next_step=written.next_step,
        done_at=written.done_at,
        signatures=_signatures(db, moving.recheck_text(written)),
    )


def _signatures(db: Session, text: Text) -> list[schemas.SignatureShown]:
    document: Signed = text.document
    return [
        schemas.SignatureShown(
            signed_by=one.signed_by,
            name=one.name,
            post=one.post,
            certificate_no=one.certificate_no,
            note=one.note,
            at=one.at,
            stands=one.content_sha256 == text.sha256,
        )
        for one in signatures.of_object(db, document, text.object_id)
    ]
