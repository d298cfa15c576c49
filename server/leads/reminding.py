"""What leads tell the reminders: late, undecided, recurring, a storm, or without their evidence."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.calendar import service as calendar
from server.calendar.service import HolidayCalendar, Period, Unit, count_due
from server.evidence import service as evidence
from server.leads import repository
from server.leads.priority import Priority
from server.leads.states import OPEN, LeadState
from server.leads.tables import Lead
from server.reminders.service import Fact, Severity, Trigger

#: House values of R-003 and of H-002.
_OUTCOME = Period(1, Unit.WORKDAY, "house:outcome")
_LOSSES_SHOWN = timedelta(days=30)
_LOUD = frozenset({Priority.P0, Priority.P1})


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    years = calendar.current(db)
    for lead in repository.undecided_or_without_outcome(db):
        yield from _of(years, lead, at)


def _of(years: HolidayCalendar, lead: Lead, at: datetime) -> Iterator[Fact]:
    if lead.state is LeadState.CONFIRMED and lead.decided_at is not None:
        due = count_due(years, lead.decided_at, _OUTCOME)
        yield _fact("R-003", lead, due.ends_at, period=lead.decided_at.isoformat())
    if lead.state not in OPEN:
        return
    if lead.due_at is not None and at >= lead.due_at:
        severity = Severity.WARNING if lead.priority in _LOUD else Severity.REMINDER
        late = {"n": _hours(at - lead.due_at)}
        yield _fact("R-001", lead, lead.due_at, severity=severity, words=late)
    if lead.state is LeadState.RELOOK and lead.relook_at is not None:
        yield _fact("R-005", lead, lead.relook_at, period=lead.relook_at.isoformat())
    if lead.recurrence_of is not None:
        yield _fact("R-014", lead, lead.created_at)
    if lead.is_storm:
        yield _fact("R-028", lead, lead.created_at, words={"cam": lead.camera_name})


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
    Trigger("leads", frozenset({"R-001", "R-003", "R-005", "R-014", "R-028"}), _find),
    Trigger("leads", frozenset({"H-002"}), _lacking),
)
