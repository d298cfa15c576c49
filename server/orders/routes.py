"""`/api/v1/orders`: orders to rectify, for the bureau and for the enterprise they are made to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar import service as calendar
from server.documents.ground import Hazards
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.second_hand import Credential, who_signs
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    TooManyAttempts,
    VersionNotGiven,
)
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, ground
from server.orders import schemas, service
from server.orders.service import Attempt, Looking

router = APIRouter(prefix="/api/v1/orders", tags=["orders"])

OrderId = Annotated[UUID, Path(alias="id")]
_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)


@dataclass(frozen=True, slots=True)
class Deciding:
    """One act on an order as it came: who, which order and version, under which key."""

    on: Ground
    actor: Actor
    catalogue: Catalogue
    order_id: UUID
    version: int
    key: str | None

    def by(
        self, event: str, body: BaseModel, act: Callable[[Session, Attempt], UUID]
    ) -> schemas.Order:
        """Do it once for a key, and answer the order's page as it is afterwards."""
        at = self.on.clock.now()
        tried = Attempt(at, self.actor, self.order_id, self.version)
        asked = Asked(self.actor.id, self.key, f"order/{self.order_id}/{event}", body, at)

        def answer() -> schemas.Order:
            looking = Looking(at, self.actor, self.catalogue, calendar.current(db))
            return service.page(db, looking, service.one(db, looking, act(db, tried)))

        with self.on.database.writing() as db:
            return once(db, asked, schemas.Order, answer)


def _deciding(
    order_id: OrderId,
    on: Annotated[Ground, Depends(ground)],
    actor: SignedIn,
    catalogue: Hazards,
    version: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> Deciding:
    return Deciding(on, actor, catalogue, order_id, version, idempotency_key)


Decide = Annotated[Deciding, Depends(_deciding)]


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_orders(
    db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards, cursor: UUID | None = None
) -> schemas.OrderList:
    """List orders, newest first; an enterprise sees the ones it was told of."""
    looking = Looking(clock.now(), actor, catalogue, calendar.current(db))
    return service.listed(db, looking, cursor)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_order(
    order_id: OrderId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> schemas.Order:
    """Return an order with its items, deadlines, signatures and re-checks."""
    looking = Looking(clock.now(), actor, catalogue, calendar.current(db))
    return service.page(db, looking, service.one(db, looking, order_id))


@router.post("/{id}/edit", responses=_REFUSALS)
def edit(body: schemas.Edit, deciding: Decide) -> schemas.Order:
    """修改草稿: articles, demands and the due date; the facts are the record's."""
    catalogue = deciding.catalogue
    return deciding.by("edit", body, lambda db, tried: service.edit(db, tried, catalogue, body))


@router.post("/{id}/sign", responses={**_REFUSALS, **answers(TooManyAttempts)})
def sign(body: schemas.Sign, deciding: Decide) -> schemas.Order:
    """签名: the draft, or the re-check that is being written, each officer for himself."""
    given = body.signer
    typed = Credential(given.account, given.password) if given is not None else None
    signer = who_signs(deciding.on, deciding.actor, typed)
    # The password stands in no hash that is kept: the key remembers who signed instead.
    return deciding.by(
        f"sign/{signer.account}",
        schemas.Nothing(),
        lambda db, tried: service.sign(db, tried, signer),
    )


@router.post("/{id}/issue", responses=_REFUSALS)
def issue(body: schemas.Issue, deciding: Decide) -> schemas.Order:
    """下达: two officers have signed; the number is the provincial system's."""
    catalogue = deciding.catalogue
    return deciding.by("issue", body, lambda db, tried: service.issue(db, tried, catalogue, body))


@router.post("/{id}/serve", responses=_REFUSALS)
def serve(body: schemas.Serve, deciding: Decide) -> schemas.Order:
    """送达: the period begins."""
    return deciding.by("serve", body, lambda db, tried: service.serve(db, tried, body))


@router.post("/{id}/request-extension", responses=_REFUSALS)
def request_extension(body: schemas.AskExtension, deciding: Decide) -> schemas.Order:
    """申请延期: the enterprise's, before the period ends."""
    return deciding.by(
        "request-extension", body, lambda db, tried: service.request_extension(db, tried, body)
    )


@router.post("/{id}/grant", responses=_REFUSALS)
def grant(body: schemas.Decide, deciding: Decide) -> schemas.Order:
    """准予延期: the leader's."""
    return deciding.by("grant", body, lambda db, tried: service.grant(db, tried, body))


@router.post("/{id}/refuse", responses=_REFUSALS)
def refuse(body: schemas.Decide, deciding: Decide) -> schemas.Order:
    """不准延期: the leader's."""
    return deciding.by("refuse", body, lambda db, tried: service.refuse(db, tried, body))


@router.post("/{id}/request-recheck", responses=_REFUSALS)
def request_recheck(body: schemas.AskRecheck, deciding: Decide) -> schemas.Order:
    """申请复查: the enterprise's, with what it has done."""
    return deciding.by(
        "request-recheck", body, lambda db, tried: service.request_recheck(db, tried, body)
    )


@router.post("/{id}/write-recheck", responses=_REFUSALS)
def write_recheck(body: schemas.WriteRecheck, deciding: Decide) -> schemas.Order:
    """填写复查情况: result and opinion; a changed text voids earlier signatures."""
    return deciding.by(
        "write-recheck", body, lambda db, tried: service.write_recheck(db, tried, body)
    )


@router.post("/{id}/recheck", responses=_REFUSALS)
def recheck(body: schemas.Nothing, deciding: Decide) -> schemas.Order:
    """复查: closes the order, or shows that it was not rectified."""
    return deciding.by("recheck", body, service.recheck)


@router.post("/{id}/decline-case", responses=_REFUSALS)
def decline_case(body: schemas.Decide, deciding: Decide) -> schemas.Order:
    """不予立案: the leader's written reason after a failed re-check."""
    return deciding.by(
        "decline-case", body, lambda db, tried: service.decline_case(db, tried, body)
    )


@router.post("/{id}/withdraw", responses=_REFUSALS)
def withdraw(body: schemas.Withdraw, deciding: Decide) -> schemas.Order:
    """撤销: issued in error; the cause stays readable."""
    return deciding.by("withdraw", body, lambda db, tried: service.withdraw(db, tried, body))
