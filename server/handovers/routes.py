"""`/api/v1/transfers`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from server.documents.ground import Hazards
from server.handovers import service
from server.handovers.schemas import Transfer, TransferList
from server.identity.guard import SignedIn
from server.kit.errors import NotFound, NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Now, Reading

router = APIRouter(prefix="/api/v1/transfers", tags=["transfers"])

TransferId = Annotated[UUID, Path(alias="id")]


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_transfers(
    db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards, cursor: UUID | None = None
) -> TransferList:
    """List the transfers in scope, newest first."""
    return service.listed(db, clock.now(), actor, catalogue, cursor)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_transfer(
    transfer_id: TransferId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> Transfer:
    """Return a transfer with every field's mark."""
    return service.page(db, clock.now(), actor, catalogue, transfer_id)
