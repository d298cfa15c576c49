"""What facts and time make of the items: pure, so that a year runs through it in seconds.

It fires once for a rule, an object and a period; settles an open item whose fact is gone; and
takes one that nobody answered in time one step up.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from server.calendar.service import HolidayCalendar, Period, count_due
from server.reminders.facts import Fact, Key
from server.reminders.rules import Rule, Severity
from server.reminders.states import ReminderState


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as the engine needs to know it."""

    key: Key
    state: ReminderState
    severity: Severity
    answer_by: datetime
    within: Period


@dataclass(frozen=True, slots=True)
class Firing:
    """An item to be made."""

    fact: Fact
    severity: Severity
    message_zh: str
    within: Period
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Escalation:
    """An item to be taken one step up."""

    key: Key
    severity: Severity
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be done now."""

    fire: tuple[Firing, ...]
    settle: tuple[Key, ...]
    escalate: tuple[Escalation, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds now.

    Attributes:
        rules: the table.
        off: rules that somebody switched off; one that blocks is on all the same.
        supplied: rules whose facts were asked for this time.
    """

    rules: Mapping[str, Rule]
    off: Collection[str]
    supplied: Collection[str]
    calendar: HolidayCalendar

    def is_on(self, rule: str) -> bool:
        """Whether a rule speaks."""
        known = self.rules[rule]
        return known.blocks or (known.enabled and rule not in self.off)


def steps(
    ground: Ground, standing: Mapping[Key, Standing], facts: Iterable[Fact], at: datetime
) -> Steps:
    """Return what is to be done.

    Args:
        ground: rules and calendar.
        standing: every open item, and every item under the key of a fact.
        facts: what the suppliers found; those of rules that are off count as gone.
        at: now.
    """
    holding = {fact.key: fact for fact in facts if fact.since <= at and ground.is_on(fact.rule)}
    open_ = [item for item in standing.values() if item.state is ReminderState.OPEN]
    gone = [
        item.key for item in open_ if item.key not in holding and item.key[0] in ground.supplied
    ]
    left = [item for item in open_ if item.key not in set(gone)]
    return Steps(
        fire=tuple(
            _firing(ground, fact, at) for key, fact in holding.items() if key not in standing
        ),
        settle=tuple(gone),
        escalate=tuple(
            Escalation(
                item.key,
                item.severity.one_up(),
                count_due(ground.calendar, at, item.within).ends_at,
            )
            for item in left
            if item.answer_by <= at and item.severity is not Severity.SUPERVISION
        ),
    )


def _firing(ground: Ground, fact: Fact, at: datetime) -> Firing:
    rule = ground.rules[fact.rule]
    within = fact.within or rule.within
    return Firing(
        fact=fact,
        severity=fact.severity or rule.severity,
        message_zh=rule.says(fact.words, fact.variant),
        within=within,
        answer_by=count_due(ground.calendar, at, within).ends_at,
    )
