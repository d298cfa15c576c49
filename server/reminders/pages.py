"""What the list of reminders and the rule table show."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.identity.actor import Actor
from server.identity.permissions import Act
from server.reminders import repository, service
from server.reminders.rules import rules
from server.reminders.schemas import ReminderList, ReminderShown, RuleList, RuleShown
from server.reminders.states import REMINDER, ReminderEvent, ReminderState
from server.reminders.tables import Reminder


def listed(
    db: Session, at: datetime, actor: Actor, state: ReminderState, cursor: UUID | None
) -> ReminderList:
    """List what is told to the reader.

    Raises:
        NotPermitted: the role reads none.
    """
    found = service.listed(db, at, actor, state, cursor)
    more = found[service.PAGE - 1].id if len(found) > service.PAGE else None
    return ReminderList(
        items=[shown(at, actor, item) for item in found[: service.PAGE]],
        next_cursor=more,
        open=repository.open_counts(db, service.reader_of(db, actor)),
    )


def shown(at: datetime, actor: Actor, item: Reminder) -> ReminderShown:
    """Show an item."""
    rule = rules()[item.rule]
    may = item.state is ReminderState.OPEN and actor.may(Act.REMINDERS_HANDLE, at)
    return ReminderShown(
        id=item.id,
        version=item.version,
        rule=item.rule,
        title_zh=rule.title_zh,
        message_zh=item.message_zh,
        basis=list(rule.basis),
        is_house=rule.is_house,
        blocks=rule.blocks,
        severity=item.severity,
        steps_up=item.steps_up,
        state=item.state,
        object_type=item.object_type,
        object_id=item.object_id,
        is_mine=item.owner_id == actor.id,
        raised_at=item.raised_at,
        answer_by=item.answer_by,
        handled_by=item.handled_by,
        reason=item.reason,
        ended_at=item.ended_at,
        events=[
            event for event in REMINDER.allowed(item.state) if may and event is ReminderEvent.HANDLE
        ],
    )


def table(db: Session, at: datetime, actor: Actor) -> RuleList:
    """Show the rules and which of them speak.

    Raises:
        NotPermitted: the role reads none.
    """
    actor.require(Act.REMINDERS_READ, at)
    on = service.is_on(db)
    return RuleList(
        items=[
            RuleShown(
                **rule.model_dump(exclude={"answer", "recipients", "variants", "enabled", "basis"}),
                basis=list(rule.basis),
                is_on=on[rule.id],
            )
            for rule in rules().values()
        ]
    )
