"""What time alone does to a lead, and what presses: decided over facts and the time. Pure.

A timer says neither 属实 nor 误报 (INV-1): it opens again what nobody seconded, and it notes that
a lead of severity 1 was never decided.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.leads.priority import Priority
from server.leads.states import OPEN, LeadEvent, LeadState
from server.leads.triage import targets

#: House value of WORKFLOW §2: a ★ lead that nobody seconded within it is opened again.
SECOND_LOOK_WITHIN = timedelta(hours=4)

_LEAST = 1


@dataclass(frozen=True, slots=True)
class Clocked:
    """A lead as its clocks see it.

    Attributes:
        expires_at: when it is 逾期未办, if it is of severity 1.
        outcome_due: by when a confirmed lead must have an outcome.
        is_waiting: whether something waits for the leader, or a transfer was drafted.
    """

    state: LeadState
    severity: int
    is_starred: bool
    priority: Priority
    created_at: datetime
    due_at: datetime | None
    expires_at: datetime | None = None
    opened_at: datetime | None = None
    decided_at: datetime | None = None
    seconded_at: datetime | None = None
    relook_at: datetime | None = None
    outcome_due: datetime | None = None
    is_waiting: bool = False


class Rule(StrEnum):
    """Rules of WORKFLOW §8 that a lead sets off by time."""

    LATE = "R-001"
    UNOPENED = "R-002"
    NO_OUTCOME = "R-003"
    RELOOK_DUE = "R-005"
    SECOND_LOOK = "R-033"


@dataclass(frozen=True, slots=True)
class Pressing:
    """One rule that a lead sets off, and since when.

    Attributes:
        calls: for R-002: how many people on duty must have been called by now.
    """

    rule: Rule
    since: datetime
    calls: int = 0


def timed_event(lead: Clocked, now: datetime) -> LeadEvent | None:
    """Return what time does to a lead now; None: nothing."""
    if _waits_for_second_look(lead) and now >= _second_look_due(lead):
        return LeadEvent.SECOND_LOOK_MISSED
    is_mild = lead.severity == _LEAST and not lead.is_starred and lead.priority is not Priority.P0
    is_over = lead.expires_at is not None and now >= lead.expires_at
    return LeadEvent.EXPIRE if lead.state in OPEN and is_mild and is_over else None


def pressing(lead: Clocked, now: datetime) -> tuple[Pressing, ...]:
    """Return the rules that a lead sets off now, the oldest first."""
    found = [_late(lead), _unopened(lead, now), _no_outcome(lead), _relook(lead), _second(lead)]
    return tuple(
        sorted(
            (one for one in found if one is not None and one.since <= now),
            key=lambda one: (one.since, one.rule),
        )
    )


def _late(lead: Clocked) -> Pressing | None:
    if lead.state not in OPEN or lead.due_at is None:
        return None
    return Pressing(Rule.LATE, lead.due_at)


def _unopened(lead: Clocked, now: datetime) -> Pressing | None:
    """A P0 that nobody opened climbs the roster: one person more every five minutes."""
    if lead.state not in OPEN or lead.priority is not Priority.P0 or lead.opened_at is not None:
        return None
    every = targets().climbs_every
    return Pressing(Rule.UNOPENED, lead.created_at + every, (now - lead.created_at) // every)


def _no_outcome(lead: Clocked) -> Pressing | None:
    if lead.state is not LeadState.CONFIRMED or lead.is_waiting or lead.outcome_due is None:
        return None
    return Pressing(Rule.NO_OUTCOME, lead.outcome_due)


def _relook(lead: Clocked) -> Pressing | None:
    if lead.state is not LeadState.RELOOK or lead.relook_at is None:
        return None
    return Pressing(Rule.RELOOK_DUE, lead.relook_at)


def _second(lead: Clocked) -> Pressing | None:
    """It presses from the dismissal on: four hours are short."""
    if not _waits_for_second_look(lead) or lead.decided_at is None:
        return None
    return Pressing(Rule.SECOND_LOOK, lead.decided_at)


def _waits_for_second_look(lead: Clocked) -> bool:
    is_unseconded = lead.state is LeadState.FALSE_ALARM and lead.seconded_at is None
    return lead.is_starred and is_unseconded and lead.decided_at is not None


def _second_look_due(lead: Clocked) -> datetime:
    return (lead.decided_at or lead.created_at) + SECOND_LOOK_WITHIN
