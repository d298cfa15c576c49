"""`/api/v1/leads`: reading, holding and deciding; verbs are events, never a change of `state`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from server.documents.ground import Hazards
from server.identity.guard import SignedIn
from server.kit.errors import FieldsMissing, NotFound, NotHeld, NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, Writing, ground
from server.leads import schemas, service
from server.leads.asking import REFUSALS, Decide, LeadId
from server.leads.service import ListWish
from server.leads.states import LeadState

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])

Wish = Annotated[
    list[LeadState] | None, Query(alias="state", description="Only leads in these states")
]


@router.get("", responses=answers(NotSignedIn, NotPermitted, FieldsMissing))
def list_leads(  # noqa: PLR0913, PLR0917 - each is a part of the request
    db: Reading,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    states: Wish = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    *,
    second_look: Annotated[
        bool, Query(description="Only dismissed ★ leads that wait for a second look")
    ] = False,
) -> schemas.LeadList:
    """List leads, most urgent first, then oldest first."""
    wish = ListWish(tuple(states or ()), cursor, limit, second_look)
    return service.listed(db, clock.now(), actor, catalogue, wish)


@router.get("/pressing", responses=answers(NotSignedIn, NotPermitted))
def list_pressing(db: Reading, clock: Now, actor: SignedIn) -> schemas.PressingList:
    """List the leads that must not wait, with the rules that say so (R-001 … R-033)."""
    return service.pressing(db, clock.now(), actor)


@router.get("/proposals", responses=answers(NotSignedIn, NotPermitted))
def list_proposals(db: Reading, clock: Now, actor: SignedIn) -> schemas.ProposalList:
    """List what officers proposed and a leader must agree to or refuse."""
    return service.proposals(db, clock.now(), actor)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_lead(
    lead_id: LeadId,
    actor: SignedIn,
    catalogue: Hazards,
    on: Annotated[Ground, Depends(ground)],
    *,
    glance: Annotated[
        bool, Query(description="A page that reloads itself: nobody becomes the lead's holder")
    ] = False,
) -> schemas.Lead:
    """Return a lead with all that an officer needs to decide.

    Opening it makes an officer or aide its holder for 90 seconds, if it is free.
    """
    at = on.clock.now()
    with on.database.reading() as db:
        lead = service.one(db, at, actor, lead_id)
        takes = not glance and service.wants_hold(db, at, actor, lead)
    if takes:
        with on.database.writing() as db:
            service.hold_if_free(db, at, actor, lead_id)
    with on.database.reading() as db:
        return service.page(db, at, actor, catalogue, service.one(db, at, actor, lead_id))


@router.post("/{id}/hold", responses=answers(NotSignedIn, NotPermitted, NotFound, NotHeld))
def hold(lead_id: LeadId, db: Writing, clock: Now, actor: SignedIn) -> schemas.Held:
    """Go on working on a lead: the page sends it while its reader is active."""
    return service.hold(db, clock.now(), actor, lead_id)


@router.post("/{id}/release", responses=answers(NotSignedIn, NotPermitted, NotFound))
def release(
    lead_id: LeadId, db: Writing, clock: Now, actor: SignedIn, catalogue: Hazards
) -> schemas.Lead:
    """Let others work on a lead: the page sends it when its reader leaves."""
    at = clock.now()
    return service.page(db, at, actor, catalogue, service.release(db, at, actor, lead_id))


@router.post("/{id}/prescreen", responses=REFUSALS)
def prescreen(body: schemas.Prescreen, deciding: Decide) -> schemas.Lead:
    """初筛: suggest, decide nothing."""
    return deciding.by("prescreen", body, lambda tried: service.prescreen(deciding.db, tried, body))


@router.post("/{id}/confirm", responses=REFUSALS)
def confirm(body: schemas.Confirm, deciding: Decide) -> schemas.Lead:
    """属实: a certified officer's act; what follows is chosen with it, or within a workday."""
    catalogue = deciding.catalogue
    return deciding.by(
        "confirm", body, lambda tried: service.confirm(deciding.db, tried, catalogue, body)
    )


@router.post("/{id}/dismiss", responses=REFUSALS)
def dismiss(body: schemas.Dismiss, deciding: Decide) -> schemas.Lead:
    """误报, with the reason; a ★ lead waits four hours for a second look."""
    return deciding.by("dismiss", body, lambda tried: service.dismiss(deciding.db, tried, body))


@router.post("/{id}/unclear", responses=REFUSALS)
def unclear(body: schemas.Unclear, deciding: Decide) -> schemas.Lead:
    """看不清: look again within a day."""
    return deciding.by("unclear", body, lambda tried: service.unclear(deciding.db, tried, body))


@router.post("/{id}/second-look", responses=REFUSALS)
def second_look(body: schemas.SecondLook, deciding: Decide) -> schemas.Lead:
    """复核同意: another person agrees that a ★ lead is a false alarm."""
    return deciding.by(
        "second-look", body, lambda tried: service.second_look(deciding.db, tried, body)
    )


@router.post("/{id}/mute", responses=REFUSALS)
def mute(body: schemas.Mute, deciding: Decide) -> schemas.Lead:
    """屏蔽: fold what the same picture raises again, for a day at most; never for ★."""
    return deciding.by("mute", body, lambda tried: service.mute(deciding.db, tried, body))


@router.post("/{id}/unmute", responses=REFUSALS)
def unmute(body: schemas.Unmute, deciding: Decide) -> schemas.Lead:
    """解除屏蔽: what comes again begins leads again."""
    return deciding.by("unmute", body, lambda tried: service.unmute(deciding.db, tried, body))
