"""`/api/v1/signals`: what others tell of enterprises; `/api/v1/signal-imports`: by file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, status
from sqlalchemy.orm import Session

from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.jurisdiction import service as jurisdiction
from server.kit.clock import Clock
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    TooLarge,
    VersionNotGiven,
)
from server.kit.file_body import FILE_BODY, FileBody
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, Writing, ground
from server.signals import file_imports, service
from server.signals.schemas import (
    Match,
    SignalFileReport,
    SignalList,
    SignalOut,
    SignalPage,
    SignalsIn,
    SignalsTaken,
    Why,
)
from server.signals.service import Asked, Attempt
from server.signals.states import SignalKind, SignalState
from server.signals.tables import Signal

router = APIRouter(prefix="/api/v1", tags=["signals"])

SignalId = Annotated[UUID, Path(alias="id")]
On = Annotated[Ground, Depends(ground)]
_FILE = answers(NotSignedIn, NotPermitted, FieldsMissing, TooLarge)
_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What part of the list is wanted."""

    state: SignalState | None = None
    kind: SignalKind | None = None
    enterprise_id: UUID | None = None
    cursor: UUID | None = None
    limit: Annotated[int, Query(ge=1, le=100)] = 50


@router.get("/signals", responses=answers(NotSignedIn, NotPermitted, FieldsMissing))
def list_signals(
    wish: Annotated[Filter, Depends()], db: Reading, clock: Now, actor: SignedIn
) -> SignalList:
    """List signals in reach, newest first; state=unmatched is the queue of those without a firm."""
    asked = Asked(
        scope=jurisdiction.scope(db, actor),
        limit=wish.limit,
        before=wish.cursor,
        state=wish.state,
        kind=wish.kind,
        enterprise_id=wish.enterprise_id,
    )
    return service.listed(db, clock.now(), actor, asked)


@router.post(
    "/signals",
    status_code=status.HTTP_200_OK,
    responses=answers(NotSignedIn, NotPermitted, FieldsMissing),
)
def post_signals(body: SignalsIn, db: Writing, clock: Now, actor: SignedIn) -> SignalsTaken:
    """Take signals; the same external_id of the same system again changes nothing."""
    return service.take(db, clock.now(), actor, body.signals)


@router.get("/signals/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_signal(signal_id: SignalId, db: Writing, clock: Now, actor: SignedIn) -> SignalPage:
    """Return a signal, with enterprises of exactly the told name; the look is recorded."""
    return service.page(db, clock.now(), actor, signal_id)


@dataclass(frozen=True, slots=True)
class Acting:
    """One act on a signal as it came."""

    db: Session
    clock: Clock
    actor: Actor
    signal_id: UUID
    version: int

    def done(self, verb: Callable[[Session, Attempt, str], Signal], reason: str) -> SignalOut:
        """Do it, and return the signal as it is afterwards."""
        return SignalOut.model_validate(verb(self.db, self.tried, reason))

    @property
    def tried(self) -> Attempt:
        """Return it as the service takes it."""
        return Attempt(self.clock.now(), self.actor, self.signal_id, self.version)


def _acting(
    signal_id: SignalId, db: Writing, clock: Now, actor: SignedIn, version: IfMatch
) -> Acting:
    return Acting(db, clock, actor, signal_id, version)


Act_ = Annotated[Acting, Depends(_acting)]


@router.post("/signals/{id}/match", responses=_REFUSALS)
def match(body: Match, acting: Act_) -> SignalOut:
    """关联企业: say of which enterprise it speaks."""
    return SignalOut.model_validate(service.match(acting.db, acting.tried, body))


@router.post("/signals/{id}/unmatch", responses=_REFUSALS)
def unmatch(body: Why, acting: Act_) -> SignalOut:
    """解除关联: take a wrong match back."""
    return acting.done(service.unmatch, body.reason)


@router.post("/signals/{id}/set_aside", responses=_REFUSALS)
def set_aside(body: Why, acting: Act_) -> SignalOut:
    """搁置: it speaks of nobody here."""
    return acting.done(service.set_aside, body.reason)


@router.post("/signals/{id}/reopen", responses=_REFUSALS)
def reopen(body: Why, acting: Act_) -> SignalOut:
    """恢复: bring it back into the queue."""
    return acting.done(service.reopen, body.reason)


@router.post("/signal-imports/preview", responses=_FILE, openapi_extra=FILE_BODY)
def preview_file(content: FileBody, on: On, actor: SignedIn) -> SignalFileReport:
    """预览: say what a file would bring and what is wrong with its rows; nothing is written."""
    readied = file_imports.ready(on.clock.now(), actor, content)
    with on.database.reading() as db:
        return file_imports.preview(db, on.clock.now(), actor, readied)


@router.post("/signal-imports", responses=_FILE, openapi_extra=FILE_BODY)
def import_file(content: FileBody, on: On, actor: SignedIn) -> SignalFileReport:
    """导入: take the rows that are right and say what is wrong with the others."""
    readied = file_imports.ready(on.clock.now(), actor, content)
    taken: list[SignalsTaken] = []
    for portion in readied.portions():
        with on.database.writing() as db:
            taken.append(service.take(db, on.clock.now(), actor, portion))
    return file_imports.report(readied, taken, applied=True)
