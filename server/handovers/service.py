"""Transfers for other modules and for pages: `draft` one from a confirmed lead, read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.calendar import service as calendar
from server.documents.lead_brief import LeadBrief
from server.documents.schemas import File, Named, file_of, hazard_name
from server.documents.serial import Prefix, next_number
from server.documents.standing import Standing
from server.enterprises import service as enterprises
from server.evidence import service as evidence
from server.handovers import prefill, repository, schemas
from server.handovers.clocks import lacks_receipt, receipt_due
from server.handovers.directory import directory
from server.handovers.states import TransferState
from server.handovers.tables import Transfer
from server.handovers.verbs import COURSE
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import NotFound
from server.kit.ids import new_id
from server.kit.live import Kind

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks when, the catalogue that names hazards, and the days that count."""

    at: datetime
    actor: Actor
    catalogue: Catalogue
    calendar: calendar.HolidayCalendar


def draft(
    db: Session, at: datetime, who: audit.Who, catalogue: Catalogue, brief: LeadBrief
) -> UUID:
    """Make a draft transfer from a confirmed lead; it waits for the leader."""
    site = brief.place.site
    content = prefill.prefill(brief, catalogue)
    receiver = prefill.receiver_of(brief)
    department = directory().named(receiver)
    made = Transfer(
        id=new_id(at),
        number=next_number(db, at, Prefix.TRANSFER, site.division_code),
        state=TransferState.DRAFT,
        version=1,
        lead_id=brief.id,
        lead_number=brief.number,
        unit_id=brief.unit_id,
        enterprise_id=brief.place.enterprise.id,
        hazard=brief.hazard.id,
        receiver=receiver,
        department=department.id if department is not None else None,
        incidents=list(brief.incidents),
        content=content.model_dump(mode="json"),
        catalogue_sha256=catalogue.sha256,
        created_at=at,
        drafted_by=who.id,
    )
    db.add(made)
    db.flush()
    detail = {"number": made.number, "lead": str(brief.id), "receiver": made.receiver}
    act = audit.Act("drafted", to_state=made.state, detail=detail)
    COURSE.record(db, at, who, made, act)
    return made.id


def of_lead(db: Session, lead_id: UUID) -> UUID | None:
    """Return the transfer that came of a lead."""
    found = repository.of_lead(db, lead_id)
    return found.id if found is not None else None


def standing(db: Session, lead_id: UUID) -> Standing | None:
    """Say how far the transfer of a lead is."""
    found = repository.of_lead(db, lead_id)
    if found is None:
        return None
    return Standing(
        kind=Kind.TRANSFER,
        id=found.id,
        is_issued=found.approved_at is not None,
        is_over=found.state is TransferState.CLOSED,
        is_agreed=found.approved_at is not None,
        is_case=False,
    )


def page(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, transfer_id: UUID
) -> schemas.Transfer:
    """Return a transfer within the actor's scope.

    Raises:
        NotPermitted: the role reads no transfers.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.TRANSFERS_READ, at)
    found = repository.visible(db, jurisdiction.scope(db, actor), transfer_id)
    if found is None:
        raise NotFound(f"transfer {transfer_id}")
    return page_of(db, at, actor, catalogue, found)


def page_of(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, transfer: Transfer
) -> schemas.Transfer:
    """Write a transfer's page for somebody who may read it."""
    return _pages(db, Looking(at, actor, catalogue, calendar.current(db)), [transfer])[0]


def listed(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, cursor: UUID | None
) -> schemas.TransferList:
    """List the transfers in scope, newest first.

    Raises:
        NotPermitted: the role reads no transfers.
    """
    actor.require(Act.TRANSFERS_READ, at)
    found = repository.listed(db, jurisdiction.scope(db, actor), cursor, _PAGE)
    more = str(found[_PAGE - 1].id) if len(found) > _PAGE else None
    looking = Looking(at, actor, catalogue, calendar.current(db))
    return schemas.TransferList(items=_pages(db, looking, found[:_PAGE]), next_cursor=more)


def _pages(db: Session, looking: Looking, transfers: Sequence[Transfer]) -> list[schemas.Transfer]:
    names = enterprises.names(db, {transfer.enterprise_id for transfer in transfers})
    return [
        schemas.Transfer(
            id=transfer.id,
            number=transfer.number,
            version=transfer.version,
            state=transfer.state,
            created_at=transfer.created_at,
            lead_id=transfer.lead_id,
            lead_number=transfer.lead_number,
            hazard=hazard_name(looking.catalogue, HazardId(transfer.hazard)),
            enterprise=Named(id=str(transfer.enterprise_id), name=names[transfer.enterprise_id]),
            to=transfer.receiver,
            department=transfer.department,
            opinion=transfer.opinion,
            approved_by=transfer.approved_by,
            approved_at=transfer.approved_at,
            document_no=transfer.document_no,
            sent_how=transfer.sent_how,
            sent_at=transfer.sent_at,
            receipt_due=_day(receipt_due(looking.calendar, transfer.sent_at)),
            is_receipt_late=lacks_receipt(
                looking.calendar, transfer.state, transfer.sent_at, looking.at
            ),
            receipt=transfer.receipt,
            received_at=transfer.received_at,
            answer=transfer.answer,
            answered_at=transfer.answered_at,
            closed_at=transfer.closed_at,
            returned_because=transfer.returned_because,
            allowed=COURSE.allowed(looking.actor, looking.at, transfer),
            evidence=_evidence(db, transfer),
            **schemas.TransferContent.model_validate(transfer.content).model_dump(),
        )
        for transfer in transfers
    ]


def _day(due: calendar.Deadline | None) -> date | None:
    return due.on if due is not None else None


def _evidence(db: Session, transfer: Transfer) -> list[File]:
    return [file_of(seen) for seen in evidence.of_incidents(db, transfer.incidents)]
