"""One verb as it comes over HTTP: who, which matter and version, under which key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Path
from pydantic import BaseModel
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.documents.ground import Hazards
from server.handovers.moving import Attempt
from server.identity.actor import Actor
from server.identity.guard import SignedIn
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
from server.kit.web import Now, Writing

B = TypeVar("B", bound=BaseModel)

#: How every verb of this module may refuse.
REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)
MatterId = Annotated[UUID, Path(alias="id")]


@dataclass(frozen=True, slots=True)
class Deciding:
    """The request, ready to be tried once."""

    db: Session
    tried: Attempt
    catalogue: Catalogue
    key: str | None

    @property
    def actor(self) -> Actor:
        """Who sends it."""
        return self.tried.actor

    def once(self, act: str, body: BaseModel, kind: type[B], answer: Callable[[], B]) -> B:
        """Do it once for a key; the same key gets the first answer again.

        Raises:
            Conflict: the key was used before for something else.
        """
        asked = Asked(self.actor.id, self.key, f"{act}/{self.tried.id}", body, self.tried.at)
        return once(self.db, asked, kind, answer)


def _deciding(  # noqa: PLR0913, PLR0917 - each is a part of the request
    matter_id: MatterId,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    version: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> Deciding:
    tried = Attempt(clock.now(), actor, matter_id, version)
    return Deciding(db, tried, catalogue, idempotency_key)


Decide = Annotated[Deciding, Depends(_deciding)]
