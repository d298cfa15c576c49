"""`/api/v1/enterprises/{id}/page`: one enterprise with its record, leads, tasks and signals.

The parts know nothing of each other here: the application asks each for its own.
"""

from datetime import date, datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId
from server.documents.schemas import HazardName, hazard_name
from server.enterprises import records
from server.enterprises.schemas import Record
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import NotFound, NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Now, Writing
from server.leads import of_enterprise as leads
from server.leads.states import LeadState
from server.orders import service as orders
from server.orders.states import OrderState
from server.risk import service as risk
from server.risk.facts import OtherFacts
from server.risk.schemas import RiskScore
from server.signals import service as signals
from server.signals.schemas import SignalOut
from server.signals.service import Asked
from server.tasks import of_enterprise as tasks
from server.tasks.states import TaskState

router = APIRouter(prefix="/api/v1/enterprises", tags=["enterprises"])

_MOST = 50


class LeadSeen(BaseModel):
    """A lead in the history of an enterprise."""

    id: UUID
    number: str
    state: LeadState
    hazard: HazardName
    severity: int
    first_seen: datetime
    times_seen: int
    recurrence_of: UUID | None


class TaskSeen(BaseModel):
    """A task in the history of an enterprise."""

    id: UUID
    number: str
    state: TaskState
    hazard: HazardName
    lead_number: str
    created_at: datetime


class OrderSeen(BaseModel):
    """An order to rectify in the history of an enterprise."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    state: OrderState
    due_on: date | None
    issued_at: datetime | None
    is_serious: bool


class EnterprisePage(BaseModel):
    """All that the reader may know of an enterprise; null: the reader's role may not."""

    record: Record
    risk: RiskScore | None
    leads: list[LeadSeen] | None = Field(description=f"Newest first, {_MOST} at most")
    tasks: list[TaskSeen] | None = Field(description=f"Newest first, {_MOST} at most")
    orders: list[OrderSeen] | None = Field(description=f"Newest first, {_MOST} at most")
    signals: list[SignalOut] | None = Field(description=f"Newest first, {_MOST} at most")


@router.get("/{id}/page", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_page(
    enterprise_id: Annotated[UUID, Path(alias="id")],
    request: Request,
    db: Writing,
    clock: Now,
    actor: SignedIn,
) -> EnterprisePage:
    """Return an enterprise's page: record, risk, leads, tasks and signals; the look is recorded."""
    at = clock.now()
    firm = records.one(db, at, actor, enterprise_id)
    catalogue = cast("Catalogue", request.app.state.catalogue)
    others = cast("OtherFacts", request.app.state.risk_facts)
    may = {act: actor.may(act, at) for act in Act}
    return EnterprisePage(
        record=records.record(db, at, actor, firm),
        risk=risk.score(db, at, actor, firm.id, others) if may[Act.RISK_READ] else None,
        leads=_leads(db, actor, catalogue, firm.id) if may[Act.LEADS_READ] else None,
        tasks=_tasks(db, actor, catalogue, firm.id) if may[Act.TASKS_READ] else None,
        orders=_orders(db, actor, firm.id) if may[Act.ORDERS_READ] else None,
        signals=_signals(db, at, actor, firm.id) if may[Act.SIGNALS_READ] else None,
    )


def _leads(db: Session, actor: Actor, catalogue: Catalogue, enterprise_id: UUID) -> list[LeadSeen]:
    found = leads.history(db, jurisdiction.scope(db, actor), enterprise_id, _MOST)
    return [
        LeadSeen(
            id=one.id,
            number=one.number,
            state=one.state,
            hazard=hazard_name(catalogue, HazardId(one.hazard)),
            severity=one.severity,
            first_seen=one.first_seen,
            times_seen=one.times_seen,
            recurrence_of=one.recurrence_of,
        )
        for one in found
    ]


def _tasks(db: Session, actor: Actor, catalogue: Catalogue, enterprise_id: UUID) -> list[TaskSeen]:
    found = tasks.history(db, jurisdiction.scope(db, actor), enterprise_id, _MOST)
    return [
        TaskSeen(
            id=one.id,
            number=one.number,
            state=one.state,
            hazard=hazard_name(catalogue, HazardId(one.hazard)),
            lead_number=one.lead_number,
            created_at=one.created_at,
        )
        for one in found
    ]


def _orders(db: Session, actor: Actor, enterprise_id: UUID) -> list[OrderSeen]:
    scope = jurisdiction.scope(db, actor)
    found = [
        one
        for one in orders.of_enterprise(db, enterprise_id)
        if scope.has(one.unit_id, enterprise_id)
    ]
    return [OrderSeen.model_validate(one) for one in reversed(found[-_MOST:])]


def _signals(db: Session, at: datetime, actor: Actor, enterprise_id: UUID) -> list[SignalOut]:
    scope = jurisdiction.scope(db, actor)
    return signals.listed(db, at, actor, Asked(scope, _MOST, enterprise_id=enterprise_id)).items
