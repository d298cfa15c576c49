"""The door of reminders: `run` by the upkeep, `handle` by people, `refusal` for what blocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.calendar import service as calendar
from server.calendar.service import Period
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit import live
from server.kit.db import Json
from server.kit.errors import FieldsMissing, NotFound
from server.kit.ids import new_id
from server.kit.live import Change, Kind
from server.kit.preconditions import check_version
from server.reminders import repository
from server.reminders.engine import Firing, Ground, Standing, steps
from server.reminders.facts import Fact, Find, Key, Trigger
from server.reminders.refusals import refusal
from server.reminders.repository import Reader
from server.reminders.rules import Rule, Severity, rules
from server.reminders.states import REMINDER, ReminderEvent, ReminderState
from server.reminders.tables import Reminder, RuleSwitch

__all__ = [
    "Fact",
    "Find",
    "Gathered",
    "Ran",
    "Severity",
    "Trigger",
    "blocks",
    "gather",
    "handle",
    "is_on",
    "one",
    "reader_of",
    "refusal",
    "run",
    "switch",
    "tell_refused",
]

#: So many items a page.
PAGE = 50

_WHO = Who("svc:reminders", "svc")
#: What a role hears of whatever the rule: 预警 goes to the leader, 监督 to the auditor too.
_HEARS = {
    "leader": (Severity.WARNING, Severity.SUPERVISION),
    "chief": (Severity.WARNING, Severity.SUPERVISION),
    "auditor": (Severity.SUPERVISION,),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's answer to an item, in the version that they have read."""

    at: datetime
    actor: Actor
    reminder_id: UUID
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What suppliers found, and the rules that they were asked for."""

    facts: tuple[Fact, ...]
    supplied: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did."""

    fired: int
    settled: int
    escalated: int


def gather(db: Session, at: datetime, triggers: Iterable[Trigger]) -> Gathered:
    """Ask every supplier; nothing is changed, so nobody has to wait for it."""
    asked = list(triggers)
    return Gathered(
        tuple(fact for trigger in asked for fact in trigger.find(db, at)),
        frozenset(rule for trigger in asked for rule in trigger.rules),
    )


def run(db: Session, at: datetime, found: Gathered) -> Ran:
    """Fire, settle and escalate by what was found. It changes nothing but reminders."""
    facts = found.facts
    known = {item.id: item for item in repository.open_items(db)}
    known |= {item.id: item for item in repository.under(db, {fact.key for fact in facts})}
    items = {_key(item): item for item in known.values()}
    ground = Ground(
        rules=rules(),
        off=repository.switched_off(db),
        supplied=found.supplied,
        calendar=calendar.current(db),
    )
    todo = steps(ground, {key: _standing(item) for key, item in items.items()}, facts, at)
    for firing in todo.fire:
        _fire(db, at, firing)
    for key in todo.settle:
        items[key].ended_at = at
        _move(db, at, _WHO, items[key], ReminderEvent.RESOLVE, {})
    for step in todo.escalate:
        item = items[step.key]
        detail = {"from": item.severity, "to": step.severity}
        item.severity, item.answer_by = step.severity, step.answer_by
        item.steps_up += 1
        _move(db, at, _WHO, item, ReminderEvent.ESCALATE, detail)
    return Ran(len(todo.fire), len(todo.settle), len(todo.escalate))


def handle(db: Session, tried: Attempt) -> Reminder:
    """处理: say what was done about an item.

    Raises:
        NotPermitted: the role answers none.
        NotFound: there is none, or it is not told to the actor.
        StaleVersion, NotAllowedNow: it was answered or settled meanwhile.
        FieldsMissing: the reason says nothing.
    """
    tried.actor.require(Act.REMINDERS_HANDLE, tried.at)
    found = one(db, tried.at, tried.actor, tried.reminder_id)
    check_version(f"reminder {found.id}", tried.version, found.version)
    REMINDER.after(found.state, ReminderEvent.HANDLE)
    reason = tried.reason.strip()
    if len(reason) < 2:  # noqa: PLR2004 - 已办
        raise FieldsMissing(["reason"], "请写明处理情况")
    found.handled_by, found.reason, found.ended_at = tried.actor.account, reason, tried.at
    return _move(db, tried.at, tried.actor.who, found, ReminderEvent.HANDLE, {})


def one(db: Session, at: datetime, actor: Actor, reminder_id: UUID) -> Reminder:
    """Return an item that is told to the actor.

    Raises:
        NotPermitted: the role reads none.
        NotFound: there is none, or it is told to others.
    """
    actor.require(Act.REMINDERS_READ, at)
    found = repository.visible(db, reader_of(db, actor), reminder_id)
    if found is None:
        raise NotFound(f"reminder {reminder_id}")
    return found


def reader_of(db: Session, actor: Actor) -> Reader:
    """Return what is told to somebody."""
    role = actor.role.value
    return Reader(
        account=actor.id,
        own=actor.unit.id if actor.unit is not None else None,
        below=identity.unit_scope(db, actor),
        rules=[rule.id for rule in rules().values() if role in rule.recipients],
        severities=_HEARS.get(role, ()),
    )


def switch(db: Session, at: datetime, actor: Actor, rule_id: str, *, on: bool, reason: str) -> Rule:
    """Switch a rule on or off.

    Raises:
        NotPermitted: the role switches none, or the rule blocks.
        NotFound: there is no such rule.
        FieldsMissing: the reason says nothing.
    """
    actor.require(Act.REMINDERS_SWITCH, at)
    rule = rules().get(rule_id)
    if rule is None:
        raise NotFound(f"rule {rule_id}")
    if rule.blocks and not on:
        raise refusal(rule_id, f"{rule_id} blocks; it cannot be switched off", zh="该规则不得停用")
    if len(reason.strip()) < 2:  # noqa: PLR2004 - 停用
        raise FieldsMissing(["reason"], "请写明理由")
    db.add(
        RuleSwitch(
            id=new_id(at),
            rule=rule_id,
            turn=repository.last_turn(db, rule_id) + 1,
            is_on=on,
            by=actor.account,
            reason=reason.strip(),
            at=at,
        )
    )
    db.flush()
    act = audit.Act("switched_on" if on else "switched_off", reason=reason.strip())
    audit.record(db, at, actor.who, Thing("reminder_rule", rule_id, rule.version), act)
    return rule


def is_on(db: Session) -> dict[str, bool]:
    """Return which rules speak."""
    off = repository.switched_off(db)
    return {
        rule.id: rule.blocks or (rule.enabled and rule.id not in off) for rule in rules().values()
    }


def blocks(rule_id: str) -> bool:
    """Whether a rule refuses acts."""
    rule = rules().get(rule_id)
    return rule is not None and rule.blocks


def tell_refused(
    db: Session, at: datetime, actor: Actor, rule_id: str, act: str, message_zh: str
) -> None:
    """Tell the supervisor that somebody tried what a blocking rule refuses; once an act and day."""
    rule = rules()[rule_id]
    fact = Fact(
        rule=rule_id,
        object_type="refused_act",
        object_id=f"{actor.account} {act}",
        since=at,
        period=str(calendar.day_of(at)),
        unit_id=actor.unit.id if actor.unit is not None else None,
    )
    if repository.under(db, {fact.key}):
        return
    by = calendar.due(db, at, rule.within).ends_at
    _fire(db, at, Firing(fact, rule.severity, f"{actor.full_name}：{message_zh}", rule.within, by))


def _fire(db: Session, at: datetime, firing: Firing) -> None:
    fact = firing.fact
    made = Reminder(
        id=new_id(at),
        rule=fact.rule,
        rule_version=rules()[fact.rule].version,
        object_type=fact.object_type,
        object_id=fact.object_id,
        period=fact.period,
        unit_id=fact.unit_id,
        owner_id=fact.owner_id,
        state=ReminderState.OPEN,
        severity=firing.severity,
        steps_up=0,
        message_zh=firing.message_zh,
        within_n=firing.within.n,
        within_unit=firing.within.unit,
        raised_at=at,
        answer_by=firing.answer_by,
        version=1,
    )
    db.add(made)
    db.flush()
    about = {"rule": fact.rule, "about": f"{fact.object_type}/{fact.object_id}"}
    act = audit.Act("fired", to_state=made.state, detail={**about, "severity": made.severity})
    audit.record(db, at, _WHO, Thing("reminder", str(made.id), 1), act)
    _announce(db, at, made)


def _move(
    db: Session, at: datetime, who: Who, item: Reminder, event: ReminderEvent, detail: Json
) -> Reminder:
    before = item.state
    item.state = REMINDER.after(before, event)
    item.version += 1
    db.flush()
    reason = item.reason if event is ReminderEvent.HANDLE else None
    act = audit.Act(event.value, before, item.state, reason, {"rule": item.rule, **detail})
    audit.record(db, at, who, Thing("reminder", str(item.id), item.version), act)
    _announce(db, at, item)
    return item


def _announce(db: Session, at: datetime, item: Reminder) -> None:
    told = {"version": item.version, "state": item.state}
    live.announce(db, at, Change(Kind.REMINDER, str(item.id), told))


def _key(item: Reminder) -> Key:
    return (item.rule, item.object_type, item.object_id, item.period)


def _standing(item: Reminder) -> Standing:
    within = Period(item.within_n, item.within_unit, f"house:{item.rule}")
    return Standing(_key(item), item.state, item.severity, item.answer_by, within)


def listed(
    db: Session, at: datetime, actor: Actor, state: ReminderState, before: UUID | None
) -> Sequence[Reminder]:
    """Return a page of what is told to the actor and one more, newest first.

    Raises:
        NotPermitted: the role reads none.
    """
    actor.require(Act.REMINDERS_READ, at)
    return repository.listed(db, reader_of(db, actor), state, before, PAGE)
