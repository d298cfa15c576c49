"""`/api/v1/recusals`, `/api/v1/urgings`: what needs no enterprise to be looked up."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from server.identity.guard import SignedIn
from server.jurisdiction import recusals, schemas, urgings
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

router = APIRouter(prefix="/api/v1", tags=["jurisdiction"])

RecusalId = Annotated[UUID, Path(alias="id")]
UrgingId = Annotated[UUID, Path(alias="id")]


@router.get("/recusals", responses=answers(NotSignedIn, NotPermitted))
def list_recusals(db: Reading, clock: Now, actor: SignedIn) -> schemas.RecusalList:
    """List the own declared interests; a leader sees those of the people below too."""
    found = recusals.listed(db, clock.now(), actor)
    return schemas.RecusalList(items=[schemas.RecusalOut.model_validate(row) for row in found])


@router.post(
    "/recusals/{id}/end",
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing),
)
def end_recusal(
    recusal_id: RecusalId,
    body: schemas.EndRecusal,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> schemas.RecusalOut:
    """解除回避: a leader says that the interest is gone."""
    at = clock.now()
    asked = Asked(actor.id, idempotency_key, f"recusal/{recusal_id}/end", body, at)
    return once(
        db,
        asked,
        schemas.RecusalOut,
        lambda: schemas.RecusalOut.model_validate(
            recusals.end(db, at, actor, recusal_id, body.reason)
        ),
    )


@router.get("/urgings", responses=answers(NotSignedIn, NotPermitted))
def list_urgings(db: Reading, clock: Now, actor: SignedIn) -> schemas.UrgingList:
    """List what the own units urge or are urged."""
    found = urgings.listed(db, clock.now(), actor)
    return schemas.UrgingList(items=[schemas.UrgingOut.model_validate(row) for row in found])


@router.post(
    "/urgings/{id}/answer",
    responses=answers(
        NotSignedIn,
        NotPermitted,
        NotFound,
        StaleVersion,
        NotAllowedNow,
        FieldsMissing,
        VersionNotGiven,
    ),
)
def answer_urging(  # noqa: PLR0913, PLR0917 - each is a part of the request
    urging_id: UrgingId,
    body: schemas.AnswerUrging,
    version: IfMatch,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> schemas.UrgingOut:
    """答复督办."""
    at = clock.now()
    asked = Asked(actor.id, idempotency_key, f"urging/{urging_id}/answer", body, at)
    return once(
        db,
        asked,
        schemas.UrgingOut,
        lambda: schemas.UrgingOut.model_validate(
            urgings.answer(db, at, actor, (urging_id, version), body.answer)
        ),
    )
