"""`/api/v1/enterprises/{id}`: the record, and what the enterprise lets models learn from."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from server.enterprises import service
from server.enterprises.schemas import EnterpriseOut, TrainingConsent
from server.identity.guard import SignedIn
from server.kit.errors import FieldsMissing, NotFound, NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Now, Writing

router = APIRouter(prefix="/api/v1/enterprises", tags=["enterprises"])

EnterpriseId = Annotated[UUID, Path(alias="id")]


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_enterprise(
    enterprise_id: EnterpriseId, db: Writing, clock: Now, actor: SignedIn
) -> EnterpriseOut:
    """Return one enterprise's record; the look is recorded."""
    found = service.read(db, clock.now(), actor, enterprise_id)
    return EnterpriseOut.model_validate(found)


@router.post(
    "/{id}/training-consent",
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing),
)
def settle_consent(
    enterprise_id: EnterpriseId, body: TrainingConsent, db: Writing, clock: Now, actor: SignedIn
) -> EnterpriseOut:
    """Record that the enterprise agrees to training on its pictures, or no longer does."""
    entity = service.settle_consent(db, clock.now(), actor, enterprise_id, body)
    return EnterpriseOut.model_validate(entity)
