"""`/api/v1/reminders`: what is told to the reader, and the answer to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

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
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing
from server.reminders import pages, service
from server.reminders.schemas import (
    HandleReason,
    ReminderList,
    ReminderShown,
    RuleList,
    SwitchWanted,
)
from server.reminders.service import Attempt
from server.reminders.states import ReminderState

router = APIRouter(prefix="/api/v1/reminders", tags=["reminders"])

_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)
ReminderId = Annotated[UUID, Path(alias="id")]
RuleId = Annotated[str, Path(alias="rule", max_length=10)]


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_reminders(
    db: Reading,
    clock: Now,
    actor: SignedIn,
    state: ReminderState = ReminderState.OPEN,
    cursor: UUID | None = None,
) -> ReminderList:
    """List what is told to the reader, newest first."""
    return pages.listed(db, clock.now(), actor, state, cursor)


@router.get("/rules", responses=answers(NotSignedIn, NotPermitted))
def list_rules(db: Reading, clock: Now, actor: SignedIn) -> RuleList:
    """Show the rule table."""
    return pages.table(db, clock.now(), actor)


@router.post(
    "/rules/{rule}/switch", responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing)
)
def switch_rule(
    rule: RuleId, body: SwitchWanted, db: Writing, clock: Now, actor: SignedIn
) -> RuleList:
    """启用或停用: switch a rule on or off; one that blocks stays on."""
    service.switch(db, clock.now(), actor, rule, on=body.on, reason=body.reason)
    return pages.table(db, clock.now(), actor)


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_reminder(
    reminder_id: ReminderId, db: Reading, clock: Now, actor: SignedIn
) -> ReminderShown:
    """Return an item."""
    at = clock.now()
    return pages.shown(at, actor, service.one(db, at, actor, reminder_id))


@router.post("/{id}/handle", responses=_REFUSALS)
def handle(
    reminder_id: ReminderId,
    body: HandleReason,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    version: IfMatch,
) -> ReminderShown:
    """处理: say what was done about it."""
    tried = Attempt(clock.now(), actor, reminder_id, version, body.reason)
    return pages.shown(tried.at, actor, service.handle(db, tried))
