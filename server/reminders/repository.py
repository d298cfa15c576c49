"""SQL of reminders."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from server.reminders.facts import Key
from server.reminders.rules import Severity
from server.reminders.states import ReminderState
from server.reminders.tables import Reminder, RuleSwitch

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what is told to such a one.

    Attributes:
        own: the reader's unit; None: none.
        below: it and every unit below it: what is 监督 is told upwards too.
        rules: rules that name the reader's role.
        severities: that are told to the role whatever the rule.
    """

    account: UUID
    own: UUID | None
    below: Collection[UUID]
    rules: Collection[str]
    severities: Collection[Severity]


def open_items(db: Session) -> Sequence[Reminder]:
    """Return every open item."""
    return db.scalars(select(Reminder).where(Reminder.state == ReminderState.OPEN)).all()


def under(db: Session, keys: Iterable[Key]) -> list[Reminder]:
    """Return the items under these keys, whatever their state."""
    key = tuple_(Reminder.rule, Reminder.object_type, Reminder.object_id, Reminder.period)
    wanted = list(keys)
    return [
        item
        for start in range(0, len(wanted), _AT_ONCE)
        for item in db.scalars(select(Reminder).where(key.in_(wanted[start : start + _AT_ONCE])))
    ]


def visible(db: Session, reader: Reader, reminder_id: UUID) -> Reminder | None:
    """Return an item that the reader is told of."""
    return db.scalar(select(Reminder).where(Reminder.id == reminder_id, _told_to(reader)))


def listed(
    db: Session, reader: Reader, state: ReminderState, before: UUID | None, limit: int
) -> Sequence[Reminder]:
    """Return a page of items and one more, newest first."""
    query = select(Reminder).where(Reminder.state == state, _told_to(reader))
    if before is not None:
        query = query.where(Reminder.id < before)
    return db.scalars(query.order_by(Reminder.id.desc()).limit(limit + 1)).all()


def open_counts(db: Session, reader: Reader) -> dict[Severity, int]:
    """Count the open items that the reader is told of."""
    query = select(Reminder.severity, func.count()).where(
        Reminder.state == ReminderState.OPEN, _told_to(reader)
    )
    return {row[0]: row[1] for row in db.execute(query.group_by(Reminder.severity))}


def switched_off(db: Session) -> frozenset[str]:
    """Return the rules whose newest switch is off."""
    query = select(RuleSwitch.rule, RuleSwitch.is_on).order_by(RuleSwitch.turn)
    newest = {row[0]: row[1] for row in db.execute(query)}
    return frozenset(rule for rule, is_on in newest.items() if not is_on)


def last_turn(db: Session, rule: str) -> int:
    """Return how often a rule was switched."""
    return db.scalar(select(func.max(RuleSwitch.turn)).where(RuleSwitch.rule == rule)) or 0


def _told_to(reader: Reader) -> ColumnElement[bool]:
    """Own unit's matters by role; 监督 from below too; what belongs to no unit by role."""
    by_role = or_(Reminder.rule.in_(reader.rules), Reminder.severity.in_(reader.severities))
    own = or_(Reminder.unit_id == reader.own, Reminder.unit_id.is_(None))
    is_above = Severity.SUPERVISION in reader.severities
    from_below = (
        (Reminder.severity == Severity.SUPERVISION) & Reminder.unit_id.in_(reader.below)
        if is_above
        else false()
    )
    return or_(Reminder.owner_id == reader.account, by_role & own, from_below)
