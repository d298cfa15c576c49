"""`/api/v1/devices/{id}/config-revisions` and `/api/v1/config-revisions`: verbs are events."""

from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, status
from sqlalchemy.orm import Session

from hazard_library.contract.ids import DeviceId
from server.configuration import pages, service
from server.configuration.schemas import (
    ConfigurationKeyShown,
    RevisionList,
    RevisionPage,
    RevisionReason,
    RevisionWanted,
)
from server.configuration.service import Attempt, Draft
from server.configuration.signing import ConfigurationKey
from server.configuration.tables import Revision
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.clock import Clock
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    Unavailable,
    VersionNotGiven,
)
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1", tags=["configuration"])

_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)
RevisionId = Annotated[UUID, Path(alias="id")]
Device = Annotated[str, Path(alias="id")]


@dataclass(frozen=True, slots=True)
class Acting:
    """One act on a revision as it came."""

    db: Session
    clock: Clock
    actor: Actor
    revision_id: UUID
    version: int

    @property
    def tried(self) -> Attempt:
        """Return it as the service takes it."""
        return Attempt(self.clock.now(), self.actor, self.revision_id, self.version)

    def page(self, found: Revision) -> RevisionPage:
        """Return the revision as it is afterwards."""
        return pages.page(self.db, self.clock.now(), self.actor, found)


def _acting(
    revision_id: RevisionId, db: Writing, clock: Now, actor: SignedIn, version: IfMatch
) -> Acting:
    return Acting(db, clock, actor, revision_id, version)


Act_ = Annotated[Acting, Depends(_acting)]


def _key(request: Request) -> ConfigurationKey:
    key = request.app.state.configuration_key
    if key is None:
        raise Unavailable("this server has no key for configurations", "服务器没有配置签名密钥")
    return cast("ConfigurationKey", key)


Key = Annotated[ConfigurationKey, Depends(_key)]


@router.get(
    "/devices/{id}/config-revisions", responses=answers(NotSignedIn, NotPermitted, NotFound)
)
def list_revisions(
    device: Device, db: Reading, clock: Now, actor: SignedIn, cursor: UUID | None = None
) -> RevisionList:
    """List the configuration revisions of a box, newest first."""
    return pages.listed(db, clock.now(), actor, DeviceId(device), cursor)


@router.post(
    "/devices/{id}/config-revisions",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing),
)
def draft(
    device: Device,
    body: RevisionWanted,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> RevisionPage:
    """起草: write a revision down; it goes nowhere before somebody else has approved it."""
    at = clock.now()
    asked = Asked(actor.id, idempotency_key, f"device/{device}/config-revision", body, at)
    wanted = Draft(DeviceId(device), body.files, body.reason)
    return once(
        db,
        asked,
        RevisionPage,
        lambda: pages.page(db, at, actor, service.draft(db, at, actor, wanted)),
    )


@router.get("/config-revisions/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_revision(
    revision_id: RevisionId, db: Reading, clock: Now, actor: SignedIn
) -> RevisionPage:
    """Return a revision with its files, and what it would change."""
    return pages.read(db, clock.now(), actor, revision_id)


@router.post("/config-revisions/{id}/approval", responses=_REFUSALS)
def approve(acting: Act_) -> RevisionPage:
    """审批: let it go out, as somebody else than its author."""
    return acting.page(service.approve(acting.db, acting.tried))


@router.post("/config-revisions/{id}/publication", responses=_REFUSALS | answers(Unavailable))
def publish(acting: Act_, key: Key) -> RevisionPage:
    """下发: number and sign it; it waits at the broker until the box has answered."""
    return acting.page(service.publish(acting.db, key, acting.tried))


@router.post("/config-revisions/{id}/withdrawal", responses=_REFUSALS)
def withdraw(body: RevisionReason, acting: Act_) -> RevisionPage:
    """撤回: what the box has in place already stays."""
    return acting.page(service.withdraw(acting.db, acting.tried, body.reason))


@router.post(
    "/config-revisions/{id}/restoration",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, NotFound, NotAllowedNow, FieldsMissing),
)
def restore(
    revision_id: RevisionId, body: RevisionReason, db: Writing, clock: Now, actor: SignedIn
) -> RevisionPage:
    """回退: write an earlier revision down as a new one, which goes the same way."""
    at = clock.now()
    return pages.page(db, at, actor, service.restore(db, at, actor, revision_id, body.reason))


@router.get(
    "/config-key",
    responses=answers(NotSignedIn, NotPermitted, Unavailable),
)
def configuration_key(actor: SignedIn, clock: Now, key: Key) -> ConfigurationKeyShown:
    """Return the public key that boxes name in `link.configuration_key`."""
    actor.require(Act.CONFIG_READ, clock.now())
    return ConfigurationKeyShown(public_key=key.public_pem, key_id=key.id)
