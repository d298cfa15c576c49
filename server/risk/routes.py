"""`/api/v1/enterprises/{id}/risk-score`, `/api/v1/risk-weights`, `/api/v1/risk-contests`."""

from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, status
from sqlalchemy.orm import Session

from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.kit.clock import Clock
from server.kit.errors import (
    Conflict,
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
from server.risk import service
from server.risk.facts import OtherFacts
from server.risk.schemas import (
    ContestIn,
    ContestOut,
    DecisionIn,
    RiskScore,
    WeightsIn,
    WeightsList,
    WeightsOut,
)
from server.risk.service import Attempt, Contested
from server.risk.states import ContestEvent
from server.risk.weights import house_weights

router = APIRouter(prefix="/api/v1", tags=["risk"])

Id = Annotated[UUID, Path(alias="id")]
_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)


def _others(request: Request) -> OtherFacts:
    return cast("OtherFacts", request.app.state.risk_facts)


Others = Annotated[OtherFacts, Depends(_others)]


@router.get("/enterprises/{id}/risk-score", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_score(
    enterprise_id: Id, db: Writing, clock: Now, actor: SignedIn, others: Others
) -> RiskScore:
    """Return why an enterprise is what it is, term by term; the look is recorded."""
    return service.score(db, clock.now(), actor, enterprise_id, others)


@router.post(
    "/enterprises/{id}/risk-contests",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, NotFound, Conflict, FieldsMissing),
)
def contest(
    enterprise_id: Id, body: ContestIn, db: Writing, clock: Now, actor: SignedIn, others: Others
) -> ContestOut:
    """提出异议: say that a term is wrong; a leader decides."""
    asked = Contested(clock.now(), actor, enterprise_id, body)
    return ContestOut.model_validate(service.contest(db, asked, others))


@dataclass(frozen=True, slots=True)
class Acting:
    """One act as it came."""

    db: Session
    clock: Clock
    actor: Actor
    id: UUID
    version: int

    @property
    def tried(self) -> Attempt:
        """Return it as the service takes it."""
        return Attempt(self.clock.now(), self.actor, self.id, self.version)

    def decided(self, event: ContestEvent, reason: str) -> ContestOut:
        """Decide a contest."""
        return ContestOut.model_validate(service.decide(self.db, self.tried, event, reason))


def _acting(thing: Id, db: Writing, clock: Now, actor: SignedIn, version: IfMatch) -> Acting:
    return Acting(db, clock, actor, thing, version)


Act_ = Annotated[Acting, Depends(_acting)]


@router.post("/risk-contests/{id}/uphold", responses=_REFUSALS)
def uphold(body: DecisionIn, acting: Act_) -> ContestOut:
    """异议成立: the term adds nothing as long as its value and source stay what they are."""
    return acting.decided(ContestEvent.UPHOLD, body.reason)


@router.post("/risk-contests/{id}/reject", responses=_REFUSALS)
def reject(body: DecisionIn, acting: Act_) -> ContestOut:
    """异议不成立: the term stays."""
    return acting.decided(ContestEvent.REJECT, body.reason)


@router.get("/risk-weights", responses=answers(NotSignedIn, NotPermitted))
def list_weights(db: Reading, clock: Now, actor: SignedIn) -> WeightsList:
    """Return all sets of weights, newest first, beside the house's own."""
    found = service.weights_listed(db, clock.now(), actor)
    return WeightsList(
        house=house_weights(), items=[WeightsOut.model_validate(one) for one in found]
    )


@router.post(
    "/risk-weights",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, FieldsMissing, Conflict),
)
def propose_weights(
    body: WeightsIn,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> WeightsOut:
    """起草: write a set of weights down; it counts nothing before a leader has approved it."""
    at = clock.now()
    return once(
        db,
        Asked(actor.id, idempotency_key, "risk-weights/propose", body, at),
        WeightsOut,
        lambda: WeightsOut.model_validate(service.propose(db, at, actor, body)),
    )


@router.post("/risk-weights/{id}/approve", responses=_REFUSALS)
def approve_weights(acting: Act_) -> WeightsOut:
    """批准: it counts from now on; the one before is superseded."""
    return WeightsOut.model_validate(service.approve(acting.db, acting.tried))


@router.post("/risk-weights/{id}/withdraw", responses=_REFUSALS)
def withdraw_weights(acting: Act_) -> WeightsOut:
    """撤回: take back a set that nobody has approved."""
    return WeightsOut.model_validate(service.withdraw(acting.db, acting.tried))
