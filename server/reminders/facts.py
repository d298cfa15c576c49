"""What modules tell the engine: that an object meets a rule's trigger, and since when."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.calendar.service import Period
from server.reminders.rules import Severity

#: Rule, kind of object, object, period: fires once.
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """An object meets a rule's trigger.

    Attributes:
        rule: id of the rule.
        object_type, object_id: which object.
        since: from when on; a fact of the future is not told yet.
        period: in which it fires once, such as 2026-10 for a monthly rule; empty: once for ever.
        unit_id: whose matter it is; None: the whole server's.
        owner_id: who answers; None: whoever of the unit has a role of the rule.
        words: what the message needs.
        variant: which of the rule's messages; None: the first.
        severity: instead of the rule's own.
        within: time to answer instead of the rule's own.
    """

    rule: str
    object_type: str
    object_id: str
    since: datetime
    period: str = ""
    unit_id: UUID | None = None
    owner_id: UUID | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    variant: str | None = None
    severity: Severity | None = None
    within: Period | None = None

    @property
    def key(self) -> Key:
        """Return under what it fires once."""
        return (self.rule, self.object_type, self.object_id, self.period)


#: Reads facts that hold now; it changes nothing.
Find = Callable[[Session, datetime], Iterable[Fact]]


@dataclass(frozen=True, slots=True)
class Trigger:
    """One source of facts.

    Attributes:
        supplier: the module, as the generated table names it.
        rules: what it supplies; an open item of these without a fact is settled by itself.
    """

    supplier: str
    rules: frozenset[str]
    find: Find
