"""What leads tell the reminders: late, undecided, recurring, a storm, or without their evidence."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.evidence import service as evidence
from server.leads import repository
from server.leads.coming_round import pressing_of
from server.leads.priority import Priority
from server.leads.states import OPEN
from server.leads.tables import Lead
from server.leads.timers import Pressing, Rule
from server.reminders.service import Fact, Severity, Trigger

#: House value of H-002: so long an item stays for somebody to answer.
_LOSSES_SHOWN = timedelta(days=30)
_LOUD = frozenset({Priority.P0, Priority.P1})
#: Fires once for a lead, whatever becomes of its times.
_ONCE = frozenset({Rule.UNOPENED})


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    waiting = repository.waiting_for_somebody(db)
    for lead, rules in pressing_of(db, at, waiting):
        yield from (_pressing(lead, one, at) for one in rules)
    for lead in waiting:
        if lead.state not in OPEN:
            continue
        if lead.recurrence_of is not None:
            yield _fact("R-014", lead, lead.created_at)
        if lead.is_storm:
            yield _fact("R-028", lead, lead.created_at, words={"cam": lead.camera_name})


def _pressing(lead: Lead, one: Pressing, at: datetime) -> Fact:
    """A lead that was reopened and is late again is another time; so is a second 看不清."""
    period = "" if one.rule in _ONCE else one.since.isoformat()
    if one.rule is not Rule.LATE:
        return _fact(one.rule.value, lead, one.since, period=period)
    severity = Severity.WARNING if lead.priority in _LOUD else Severity.REMINDER
    late = {"n": _hours(at - one.since)}
    return _fact(one.rule.value, lead, one.since, period=period, severity=severity, words=late)


def _lacking(db: Session, at: datetime) -> Iterator[Fact]:
    for loss in evidence.lost_since(db, at - _LOSSES_SHOWN):
        row = repository.incident(db, loss.incident)
        lead = repository.lead(db, row.lead_id) if row is not None else None
        if lead is not None and lead.state in OPEN:
            yield _fact("H-002", lead, loss.at, words={"dev": loss.device})


def _fact(
    rule: str,
    lead: Lead,
    since: datetime,
    *,
    period: str = "",
    severity: Severity | None = None,
    words: dict[str, str] | None = None,
) -> Fact:
    return Fact(
        rule=rule,
        object_type="lead",
        object_id=str(lead.id),
        since=since,
        period=period,
        unit_id=lead.unit_id,
        words={"no": lead.number, **(words or {})},
        severity=severity,
    )


def _hours(late: timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    return f"{minutes // 60}小时" if minutes >= 60 else f"{minutes}分钟"  # noqa: PLR2004


TRIGGERS = (
    Trigger("leads", frozenset({*(rule.value for rule in Rule), "R-014", "R-028"}), _find),
    Trigger("leads", frozenset({"H-002"}), _lacking),
)
