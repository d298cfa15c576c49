"""`/api/v1/patrols`: rounds of online patrol."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.documents.ground import Hazards
from server.identity.actor import Actor
from server.identity.guard import SignedIn
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
from server.online_patrols import schemas, service
from server.online_patrols.service import Attempt, Duty
from server.online_patrols.tables import PatrolRound

router = APIRouter(prefix="/api/v1/patrols", tags=["patrols"])

_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)
RoundId = Annotated[UUID, Path(alias="id")]


@dataclass(frozen=True, slots=True)
class Acting:
    """One act as it came: who, which round and version, under which key."""

    db: Session
    at: datetime
    actor: Actor
    catalogue: Catalogue
    round_id: UUID
    version: int
    key: str | None

    def by(
        self, event: str, body: BaseModel, act: Callable[[Attempt], PatrolRound]
    ) -> schemas.RoundOut:
        """Do it once for a key, and answer the round as it is afterwards."""
        asked = Asked(self.actor.id, self.key, f"patrol/{self.round_id}/{event}", body, self.at)
        tried = Attempt(self.at, self.actor, self.round_id, self.version)
        return once(
            self.db,
            asked,
            schemas.RoundOut,
            lambda: service.page(self.db, self.at, self.actor, self.catalogue, act(tried)),
        )


def _acting(  # noqa: PLR0913, PLR0917 - each is a part of the request
    round_id: RoundId,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    version: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> Acting:
    return Acting(db, clock.now(), actor, catalogue, round_id, version, idempotency_key)


Act = Annotated[Acting, Depends(_acting)]


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_rounds(
    db: Reading, clock: Now, actor: SignedIn, day: date | None = None
) -> list[schemas.RoundRow]:
    """List rounds, newest first."""
    return service.listed(db, clock.now(), actor, day)


@router.post("", responses=answers(NotSignedIn, NotPermitted, Conflict, FieldsMissing))
def schedule(
    body: schemas.Nothing,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    idempotency_key: IdempotencyKey = None,
) -> schemas.RoundOut:
    """Plan today's round of the own unit."""
    at = clock.now()
    asked = Asked(actor.id, idempotency_key, "patrol/schedule", body, at)

    def made() -> schemas.RoundOut:
        found = service.one(db, at, actor, service.schedule(db, at, actor, catalogue))
        return service.page(db, at, actor, catalogue, found)

    return once(db, asked, schemas.RoundOut, made)


@router.put("/roster", responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing))
def set_roster(body: schemas.Roster, db: Writing, clock: Now, actor: SignedIn) -> schemas.Roster:
    """Say who patrols on a day."""
    service.set_roster(db, clock.now(), actor, Duty(body.day, body.accounts))
    return body


@router.get("/coverage", responses=answers(NotSignedIn, NotPermitted))
def read_coverage(db: Reading, clock: Now, actor: SignedIn) -> schemas.Coverage:
    """Count how much of the own unit's cameras was seen."""
    return service.coverage(db, clock.now(), actor)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_round(
    round_id: RoundId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> schemas.RoundOut:
    """Return a round with its cameras, pictures, and the basis of each look."""
    at = clock.now()
    return service.page(db, at, actor, catalogue, service.one(db, at, actor, round_id))


@router.post("/{id}/keep_watch", responses=_REFUSALS)
def keep_watch(body: schemas.Nothing, act: Act) -> schemas.RoundOut:
    """改为内部值守: no record of a patrol comes of it."""
    return act.by("keep_watch", body, lambda tried: service.keep_watch(act.db, tried))


@router.post("/{id}/start", responses=_REFUSALS)
def start(body: schemas.Start, act: Act) -> schemas.RoundOut:
    """Begin; a statutory round needs two certified officers (R-009)."""
    return act.by("start", body, lambda tried: service.start(act.db, tried, body))


@router.post("/{id}/look", responses=_REFUSALS)
def look(body: schemas.Look, act: Act) -> schemas.RoundOut:
    """Write down what a camera showed; “nothing wrong” is a result like any other."""
    return act.by("look", body, lambda tried: service.look(act.db, tried, body))


@router.post("/{id}/finish", responses=_REFUSALS)
def finish(body: schemas.Finish, act: Act) -> schemas.RoundOut:
    """Sign; the round is done when all its officers have signed."""
    return act.by("finish", body, lambda tried: service.finish(act.db, tried, act.catalogue, body))


@router.post("/{id}/append", responses=_REFUSALS)
def append(body: schemas.Append, act: Act) -> schemas.RoundOut:
    """Add a correction to a finished round."""
    return act.by("append", body, lambda tried: service.append(act.db, tried, body))
