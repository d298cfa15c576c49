"""The clocks of leads over the database: what `timers` decides is carried out, or listed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.calendar import service as calendar
from server.calendar.service import HolidayCalendar, Period, Unit, count_due
from server.handovers import service as handovers
from server.jurisdiction.service import Scope
from server.leads import repository, said, triage
from server.leads.acting import SERVER, carry_out
from server.leads.states import LeadEvent, LeadState
from server.leads.tables import Lead
from server.leads.timers import SECOND_LOOK_WITHIN, Clocked, Pressing, pressing, timed_event

_OUTCOME = Period(1, Unit.WORKDAY, "house:outcome")
#: Eight workdays are never fewer days.
_NO_EXPIRY_WITHIN = timedelta(days=8)
_RELOOK_ZH = "重点线索误报结论4小时内无人复核，自动转待复看（R-033）"
_EXPIRED_ZH = "逾期未办，计入本单位逾期（R-001）；可复开"


def come_round(db: Session, at: datetime) -> int:
    """Do what time does to leads by now; return how many it moved."""
    holidays = calendar.current(db)
    candidates = repository.timed(
        db, decided_before=at - SECOND_LOOK_WITHIN, created_before=at - _NO_EXPIRY_WITHIN
    )
    return sum(_move(db, at, holidays, lead) for lead in candidates)


def all_pressing(
    db: Session, at: datetime, scope: Scope
) -> list[tuple[Lead, tuple[Pressing, ...]]]:
    """Return the leads in reach that set off rules now, with those rules."""
    holidays = calendar.current(db)
    found = [
        (lead, pressing(_clocked(db, holidays, lead), at))
        for lead in repository.clocked(db, scope, at)
    ]
    return [(lead, rules) for lead, rules in found if rules]


def pressing_of(
    db: Session, at: datetime, leads: Iterable[Lead]
) -> Iterator[tuple[Lead, tuple[Pressing, ...]]]:
    """Tell which rules these leads set off now."""
    holidays = calendar.current(db)
    for lead in leads:
        yield lead, pressing(_clocked(db, holidays, lead), at)


def _move(db: Session, at: datetime, holidays: HolidayCalendar, lead: Lead) -> int:
    match timed_event(_clocked(db, holidays, lead), at):
        case LeadEvent.SECOND_LOOK_MISSED:
            said.mark_taken_back(db, at, lead, _RELOOK_ZH)
            said.forget_verdict(lead)
            lead.note = _RELOOK_ZH
            carry_out(db, at, SERVER, lead, LeadEvent.SECOND_LOOK_MISSED, _RELOOK_ZH)
        case LeadEvent.EXPIRE:
            carry_out(db, at, SERVER, lead, LeadEvent.EXPIRE, _EXPIRED_ZH, {"rule": "R-001"})
        case _:
            return 0
    return 1


def _clocked(db: Session, holidays: HolidayCalendar, lead: Lead) -> Clocked:
    outcome_due, is_waiting = None, False
    if lead.state is LeadState.CONFIRMED and lead.decided_at is not None:
        outcome_due = count_due(holidays, lead.decided_at, _OUTCOME).ends_at
        is_waiting = (
            repository.waiting_proposal(db, lead.id) is not None
            or handovers.of_lead(db, lead.id) is not None
        )
    return Clocked(
        state=lead.state,
        severity=lead.severity,
        is_starred=lead.is_starred,
        priority=lead.priority,
        created_at=lead.created_at,
        due_at=lead.due_at,
        expires_at=triage.expiry(holidays, lead.created_at) if lead.severity == 1 else None,
        opened_at=lead.opened_at,
        decided_at=lead.decided_at,
        seconded_at=lead.seconded_at,
        relook_at=lead.relook_at,
        outcome_due=outcome_due,
        is_waiting=is_waiting,
    )
