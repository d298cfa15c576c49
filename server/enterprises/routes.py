"""`GET /api/v1/enterprises/{id}`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from server.enterprises import service
from server.enterprises.schemas import EnterpriseOut
from server.identity.guard import SignedIn
from server.kit.errors import NotFound, NotPermitted, NotSignedIn
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
