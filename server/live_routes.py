"""`/api/v1/live`: what changed, as server-sent events."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse

from server.identity import service as identity
from server.identity.guard import COOKIE, SignedIn, client_of
from server.identity.permissions import Act
from server.kit import live
from server.kit.errors import NotSignedIn
from server.kit.live import Kind
from server.kit.live_feed import Fetch, LiveFeed, News
from server.kit.problems import answers
from server.kit.web import Ground, ground

router = APIRouter(prefix="/api/v1", tags=["live"])

#: Who may hear of which kind of change.
_HEARS: dict[Kind, Act] = {
    Kind.LEAD: Act.LEADS_READ,
    Kind.TASK: Act.TASKS_READ,
    Kind.TRANSFER: Act.TRANSFERS_READ,
    Kind.HANDOVER: Act.HANDOVERS_READ,
    Kind.REFERRAL: Act.REFERRALS_READ,
    Kind.DEVICE: Act.DEVICES_READ,
    Kind.REMINDER: Act.REMINDERS_READ,
}


@router.get("/live", response_class=StreamingResponse, responses=answers(NotSignedIn))
def follow(
    request: Request,
    actor: SignedIn,
    on: Annotated[Ground, Depends(ground)],
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Follow changes: `lead`, `task`, `reminder` …; after a break, go on from the last."""
    del actor
    if last_event_id is not None and last_event_id.isdecimal():
        after = int(last_event_id)
    else:
        with on.database.reading() as db:
            after = live.newest(db)
    feed = cast("LiveFeed", request.app.state.feed)
    return StreamingResponse(
        feed.events(after, _fetch(request, on)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _fetch(request: Request, on: Ground) -> Fetch:
    """Return what reads the news for one page, for as long as its session lasts."""
    token, client = request.cookies.get(COOKIE), client_of(request)

    def fetch(after: int) -> News:
        now = on.clock.now()
        with on.database.reading() as db:
            actor = identity.actor_of(db, token, now, client)
            changes = live.changes_after(db, after)
        heard = [change for change in changes if actor.may(_HEARS[change.kind], now)]
        return News(changes[-1].seq if changes else after, heard)

    return fetch
