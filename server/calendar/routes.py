"""`/api/v1/calendar`: the loaded years, a count day by day, and the yearly notice as a file."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, status

from server.calendar import importing, pages, service
from server.calendar.periods import Period, Unit
from server.calendar.schemas import (
    CalendarShown,
    DeadlineShown,
    NoticeGiven,
    NoticePreview,
    YearShown,
)
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import Conflict, FieldsMissing, NotPermitted, NotSignedIn
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1/calendar", tags=["calendar"])

_REFUSALS = answers(NotSignedIn, NotPermitted, FieldsMissing)


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_years(db: Reading, clock: Now, actor: SignedIn) -> CalendarShown:
    """Show the loaded years and the one that is missing."""
    actor.require(Act.CALENDAR_READ, clock.now())
    return pages.years(db, clock.now())


def _period(
    n: Annotated[int, Query(ge=1, le=4000)],
    unit: Unit,
    basis: Annotated[str, Query(max_length=60, description="Article, such as XZCFF-2021-64")],
) -> Period:
    return Period(n, unit, basis)


@router.get("/due", responses=_REFUSALS)
def count(
    db: Reading,
    clock: Now,
    actor: SignedIn,
    start: Annotated[datetime, Query(description="The event it counts from, with its zone")],
    period: Annotated[Period, Depends(_period)],
) -> DeadlineShown:
    """Count a period day by day; nothing is kept."""
    actor.require(Act.CALENDAR_READ, clock.now())
    if start.tzinfo is None:
        raise FieldsMissing(["start"], "起算时间须带时区，例如 2026-09-28T10:00:00+08:00")
    try:
        return pages.deadline(service.due(db, start, period))
    except (ValueError, OverflowError) as fault:
        raise FieldsMissing(["start", "n"], "期间过长或起算时间超出范围") from fault


@router.post("/preview", responses=_REFUSALS)
def preview_notice(body: NoticeGiven, db: Reading, clock: Now, actor: SignedIn) -> NoticePreview:
    """预览: read a yearly notice, and tell errors row by row and what it would change."""
    actor.require(Act.CALENDAR_IMPORT, clock.now())
    return pages.preview(importing.preview(db, clock.now(), body.file, body.head))


@router.post("", status_code=status.HTTP_201_CREATED, responses=_REFUSALS | answers(Conflict))
def load_notice(
    body: NoticeGiven,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> YearShown:
    """载入: let a yearly notice hold; running deadlines that become later are moved."""
    at = clock.now()
    actor.require(Act.CALENDAR_IMPORT, at)

    def loaded() -> YearShown:
        importing.load(db, at, actor.who, body.file, body.head)
        return next(year for year in pages.years(db, at).years if year.year == body.year)

    return once(db, Asked(actor.id, idempotency_key, "calendar", body, at), YearShown, loaded)
