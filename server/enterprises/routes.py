"""`GET /api/v1/enterprises/{id}`."""

from uuid import UUID

from fastapi import APIRouter

from server.enterprises import service
from server.enterprises.schemas import EnterpriseOut
from server.identity.guard import SignedIn
from server.kit.web import Now, Reading

router = APIRouter(prefix="/api/v1/enterprises", tags=["enterprises"])


@router.get("/{enterprise_id}")
def read_enterprise(enterprise_id: UUID, db: Reading, clock: Now, actor: SignedIn) -> EnterpriseOut:
    """Return one enterprise's record."""
    found = service.enterprise(db, clock.now(), actor, enterprise_id)
    return EnterpriseOut.model_validate(found)
