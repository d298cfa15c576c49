"""`/api/v1/samples`: where the hazard library fetches what officers' verdicts teach."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse

from server.evidence import service as evidence
from server.evidence.arriving import EvidenceStore
from server.evidence.sending import BytesWanted, sent
from server.identity.guard import LibraryOrPerson
from server.kit.errors import (
    EvidenceMismatch,
    FieldsMissing,
    NotFound,
    NotPermitted,
    NotSignedIn,
)
from server.kit.problems import answers
from server.kit.web import Ground, Now, Writing, ground
from server.samples import schemas, service
from server.samples.pseudonyms import Pseudonyms
from server.samples.service import PURPOSE, Asked

router = APIRouter(prefix="/api/v1/samples", tags=["samples"])

After = Annotated[int, Query(ge=0, description="The `last` of the page before; 0: from the start")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many verdicts a page looks at")]


def _pseudonyms(request: Request) -> Pseudonyms:
    return cast("Pseudonyms", request.app.state.pseudonyms)


@router.get("/proposals", responses=answers(NotSignedIn, NotPermitted, FieldsMissing))
def list_proposals(
    db: Writing,
    clock: Now,
    actor: LibraryOrPerson,
    names: Annotated[Pseudonyms, Depends(_pseudonyms)],
    after: After = 0,
    limit: Limit = 50,
) -> schemas.ProposalPage:
    """List key frames of decided leads as proposals of samples; the look is recorded."""
    return service.proposals(db, clock.now(), actor, names, Asked(after, limit))


@router.get(
    "/frames/{id}",
    response_class=StreamingResponse,
    responses=answers(NotSignedIn, NotPermitted, NotFound, EvidenceMismatch),
)
def frame(
    frame_id: Annotated[UUID, Path(alias="id")],
    request: Request,
    actor: LibraryOrPerson,
    on: Annotated[Ground, Depends(ground)],
) -> StreamingResponse:
    """Return a proposed frame's bytes; every look is recorded with its purpose."""
    now = on.clock.now()
    with on.database.reading() as db:
        seen = service.frame(db, now, actor, frame_id)
    store = cast("EvidenceStore", request.app.state.files)
    look = evidence.Look(now, actor.who, PURPOSE)
    evidence.open_file(on.database, store, seen, look)
    return sent(store, seen, BytesWanted(request.headers.get("range"), "private, no-store"))
