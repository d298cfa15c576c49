"""One act on a lead as it comes over HTTP: who, which lead and version, under which key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from pydantic import BaseModel
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.documents.ground import Hazards
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.kit.clock import Clock
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
from server.leads import schemas, service
from server.leads.service import Attempt
from server.leads.tables import Lead

#: How every act on a lead may refuse.
REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)
LeadId = Annotated[UUID, Path(alias="id")]


@dataclass(frozen=True, slots=True)
class Deciding:
    """One act as it came."""

    db: Session
    clock: Clock
    actor: Actor
    catalogue: Catalogue
    lead_id: UUID
    version: int
    key: str | None

    def by(
        self, event: str, body: BaseModel | None, act: Callable[[Attempt], Lead]
    ) -> schemas.Lead:
        """Do it once for a key, and answer the lead's page as it is afterwards."""
        at = self.clock.now()
        asked = Asked(self.actor.id, self.key, f"lead/{self.lead_id}/{event}", body, at)
        tried = Attempt(at, self.actor, self.lead_id, self.version)
        return once(
            self.db,
            asked,
            schemas.Lead,
            lambda: service.page(self.db, at, self.actor, self.catalogue, act(tried)),
        )


def _deciding(  # noqa: PLR0913, PLR0917 - each is a part of the request
    lead_id: LeadId,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    version: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> Deciding:
    return Deciding(db, clock, actor, catalogue, lead_id, version, idempotency_key)


Decide = Annotated[Deciding, Depends(_deciding)]
