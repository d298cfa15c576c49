"""`/api/v1/leads/{id}/urge` 督办 and `/hand-over` to the unit that enforces there now."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.documents.ground import Hazards
from server.identity import service as identity
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.jurisdiction import schemas as jurisdiction_schemas
from server.jurisdiction import service as jurisdiction
from server.jurisdiction import urgings
from server.kit.errors import (
    Conflict,
    FieldsMissing,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    VersionNotGiven,
)
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.preconditions import IfMatch, check_version
from server.kit.problems import answers
from server.kit.web import Now, Writing
from server.leads import repository, schemas, service
from server.leads.acting import Attempt, tell

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

LeadId = Annotated[UUID, Path(alias="id")]


@router.post("/{id}/urge", responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing))
def urge(
    lead_id: LeadId,
    body: jurisdiction_schemas.Urge,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> jurisdiction_schemas.UrgingOut:
    """督办: press a lower unit for one of its leads."""
    at = clock.now()
    actor.require(Act.ASSIGNMENTS_DECIDE, at)
    lead = service.one(db, at, actor, lead_id)
    matter = urgings.Matter(audit.Thing("lead", str(lead.id)), lead.number, lead.unit_id)
    asked = Asked(actor.id, idempotency_key, f"lead/{lead_id}/urge", body, at)
    return once(
        db,
        asked,
        jurisdiction_schemas.UrgingOut,
        lambda: jurisdiction_schemas.UrgingOut.model_validate(
            urgings.urge(db, at, actor, matter, (body.text, body.due_at))
        ),
    )


@router.post(
    "/{id}/hand-over",
    responses=answers(NotSignedIn, NotPermitted, NotFound, Conflict, StaleVersion, VersionNotGiven),
)
def hand_over(  # noqa: PLR0913, PLR0917 - each is a part of the request
    lead_id: LeadId,
    version: IfMatch,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    idempotency_key: IdempotencyKey = None,
) -> schemas.Lead:
    """Give the lead to the unit that enforces at the site now, history and all, in one step."""
    at = clock.now()
    actor.require(Act.LEADS_HAND_OVER, at)
    asked = Asked(actor.id, idempotency_key, f"lead/{lead_id}/hand-over", None, at)

    def give() -> schemas.Lead:
        lead = service.one(db, at, actor, lead_id)
        page = service.page(db, at, actor, catalogue, lead)
        _hand_over(db, Attempt(at, actor, lead_id, version))
        return page.model_copy(update={"version": lead.version, "allowed": []})

    return once(db, asked, schemas.Lead, give)


def _hand_over(db: Session, tried: Attempt) -> None:
    """Move a lead to the unit that holds its site.

    Raises:
        NotPermitted: another unit's lead, or nobody enforces there (R-020).
        NotFound: there is none, or it lies outside the scope.
        Conflict: the own unit enforces there.
    """
    tried.actor.require(Act.LEADS_HAND_OVER, tried.at)
    lead = repository.locked(db, jurisdiction.scope(db, tried.actor), tried.lead_id)
    if lead is None:
        raise NotFound(f"lead {tried.lead_id}")
    before = identity.unit_ref(db, lead.unit_id)
    jurisdiction.require_unit(tried.actor, before)
    check_version(f"lead {lead.number}", tried.version, lead.version)
    holder = jurisdiction.holder(db, lead.site_id, tried.at)
    if holder is None or holder.id == lead.unit_id:
        raise Conflict(
            f"lead {lead.number}: no other unit enforces there", "没有其他单位管辖该企业，无需移交"
        )
    lead.unit_id, lead.version = holder.id, lead.version + 1
    db.flush()
    act = audit.Act(
        "handed_over", lead.state, lead.state, None, {"from": before.name, "to": holder.name}
    )
    thing = audit.Thing("lead", str(lead.id), lead.version)
    audit.record(db, tried.at, tried.actor.who, thing, act)
    tell(db, tried.at, lead)
