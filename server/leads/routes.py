"""`/api/v1/leads`: verbs are events, never a change of `state`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.documents.ground import Hazards
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.kit.clock import Clock
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    VersionNotGiven,
)
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing
from server.leads import schemas, service
from server.leads.service import Attempt, ListWish
from server.leads.states import LeadState
from server.leads.tables import Lead

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)
LeadId = Annotated[UUID, Path(alias="id")]
Wish = Annotated[
    list[LeadState] | None, Query(alias="state", description="Only leads in these states")
]


@dataclass(frozen=True, slots=True)
class Deciding:
    """One decision as it came: who, which lead and version, under which key."""

    db: Session
    clock: Clock
    actor: Actor
    catalogue: Catalogue
    lead_id: UUID
    version: int
    key: str | None

    def by(self, event: str, body: BaseModel, act: Callable[[Attempt], Lead]) -> schemas.Lead:
        """Do it once for a key, and answer the lead's page as it is afterwards."""
        at = self.clock.now()
        asked = Asked(self.actor.id, self.key, f"lead/{self.lead_id}/{event}", body, at)
        tried = Attempt(at, self.actor, self.lead_id, self.version)
        return once(
            self.db,
            asked,
            schemas.Lead,
            lambda: service.page(self.db, at, self.actor, self.catalogue, act(tried)),
        )


def _deciding(  # noqa: PLR0913, PLR0917 - each is a part of the request
    lead_id: LeadId,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    version: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> Deciding:
    return Deciding(db, clock, actor, catalogue, lead_id, version, idempotency_key)


Decide = Annotated[Deciding, Depends(_deciding)]


@router.get("", responses=answers(NotSignedIn, NotPermitted, FieldsMissing))
def list_leads(  # noqa: PLR0913, PLR0917 - each is a part of the request
    db: Reading,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    states: Wish = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> schemas.LeadList:
    """List leads, most urgent first, then oldest first."""
    wish = ListWish(tuple(states or ()), cursor, limit)
    return service.listed(db, clock.now(), actor, catalogue, wish)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_lead(
    lead_id: LeadId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> schemas.Lead:
    """Return a lead with all that an officer needs to decide."""
    at = clock.now()
    return service.page(db, at, actor, catalogue, service.one(db, at, actor, lead_id))


@router.post("/{id}/prescreen", responses=_REFUSALS)
def prescreen(body: schemas.Prescreen, deciding: Decide) -> schemas.Lead:
    """初筛: suggest, decide nothing."""
    return deciding.by("prescreen", body, lambda tried: service.prescreen(deciding.db, tried, body))


@router.post("/{id}/confirm", responses=_REFUSALS)
def confirm(body: schemas.Confirm, deciding: Decide) -> schemas.Lead:
    """属实: a certified officer's act; makes a draft task, or a draft transfer."""
    catalogue = deciding.catalogue
    return deciding.by(
        "confirm", body, lambda tried: service.confirm(deciding.db, tried, catalogue, body)
    )


@router.post("/{id}/dismiss", responses=_REFUSALS)
def dismiss(body: schemas.Dismiss, deciding: Decide) -> schemas.Lead:
    """误报, with the reason."""
    return deciding.by("dismiss", body, lambda tried: service.dismiss(deciding.db, tried, body))


@router.post("/{id}/unclear", responses=_REFUSALS)
def unclear(body: schemas.Unclear, deciding: Decide) -> schemas.Lead:
    """看不清: look again within a day."""
    return deciding.by("unclear", body, lambda tried: service.unclear(deciding.db, tried, body))


@router.post("/{id}/reopen", responses=_REFUSALS)
def reopen(body: schemas.Reopen, deciding: Decide) -> schemas.Lead:
    """复开: take up a dismissed lead again."""
    return deciding.by("reopen", body, lambda tried: service.reopen(deciding.db, tried, body))
