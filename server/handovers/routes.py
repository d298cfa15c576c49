"""`/api/v1/transfers` and the directory of departments; verbs are events."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session

from server.documents.ground import Hazards
from server.handovers import schemas, service, verbs
from server.handovers.asking import REFUSALS, Decide, Deciding, MatterId
from server.handovers.directory import directory
from server.handovers.moving import Attempt
from server.handovers.schemas import DirectoryPage, Transfer, TransferList
from server.handovers.tables import Transfer as Row
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import NotFound, NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Now, Reading

router = APIRouter(prefix="/api/v1/transfers", tags=["transfers"])

B = TypeVar("B", bound=BaseModel)


def _by(deciding: Deciding, verb: Callable[[Session, Attempt, B], Row], body: B) -> Transfer:
    """Do it, and answer the transfer's page as it is afterwards."""
    tried = deciding.tried

    def answer() -> Transfer:
        row = verb(deciding.db, tried, body)
        return service.page_of(deciding.db, tried.at, tried.actor, deciding.catalogue, row)

    return deciding.once(f"transfer/{verb.__name__}", body, Transfer, answer)


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_transfers(
    db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards, cursor: UUID | None = None
) -> TransferList:
    """List the transfers in scope, newest first."""
    return service.listed(db, clock.now(), actor, catalogue, cursor)


@router.get("/departments", responses=answers(NotSignedIn, NotPermitted))
def list_departments(clock: Now, actor: SignedIn) -> DirectoryPage:
    """移送名录: the departments that a matter may be moved to."""
    actor.require(Act.TRANSFERS_READ, clock.now())
    known = directory()
    return DirectoryPage(
        version=known.version,
        source=known.source,
        review_status=known.review_status,
        items=list(known.departments),
    )


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_transfer(
    transfer_id: MatterId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> Transfer:
    """Return a transfer with every field's mark."""
    return service.page(db, clock.now(), actor, catalogue, transfer_id)


@router.post("/{id}/revise", responses=REFUSALS)
def revise(body: schemas.Revise, deciding: Decide) -> Transfer:
    """修改: change the receiver, what was proposed, or until when an answer is wanted."""
    return _by(deciding, verbs.revise, body)


@router.post("/{id}/approve", responses=REFUSALS)
def approve(body: schemas.Approve, deciding: Decide) -> Transfer:
    """审批: the leader agrees that it goes out."""
    return _by(deciding, verbs.approve, body)


@router.post("/{id}/send", responses=REFUSALS)
def send(body: schemas.Send, deciding: Decide) -> Transfer:
    """发出: it went out; a receipt is wanted within five working days (house)."""
    return _by(deciding, verbs.send, body)


@router.post("/{id}/receipt", responses=REFUSALS)
def receipt(body: schemas.Receipt, deciding: Decide) -> Transfer:
    """登记回执: the receiver signed for it."""
    return _by(deciding, verbs.receipt, body)


@router.post("/{id}/answer", responses=REFUSALS)
def answer(body: schemas.Answer, deciding: Decide) -> Transfer:
    """登记答复: what the receiver did."""
    return _by(deciding, verbs.answer, body)


@router.post("/{id}/close", responses=REFUSALS)
def close(body: schemas.Close, deciding: Decide) -> Transfer:
    """办结: nothing is left to do."""
    return _by(deciding, verbs.close, body)


@router.post("/{id}/return", responses=REFUSALS)
def send_back(body: schemas.Return, deciding: Decide) -> Transfer:
    """退回: the receiver sent it back."""
    return _by(deciding, verbs.send_back, body)


@router.post("/{id}/redraft", responses=REFUSALS)
def redraft(body: schemas.Redraft, deciding: Decide) -> Transfer:
    """重新起草: a returned one is taken up again; it needs a new approval."""
    return _by(deciding, verbs.redraft, body)
