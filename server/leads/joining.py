"""Which lead an incident belongs to (WORKFLOW §7.1). Pure: times come from the incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.leads.states import OPEN, WITH_CHILD, LeadState

#: House defaults of WORKFLOW §7.1.
JOIN_WINDOW = timedelta(minutes=30)
RECURRENCE_WITHIN = timedelta(days=365)
STORM_WITHIN = timedelta(minutes=10)
STORM_ABOVE = 20


@dataclass(frozen=True, slots=True)
class Span:
    """When something was first and last seen."""

    first: datetime
    last: datetime

    def gap_to(self, other: "Span") -> timedelta:
        """Time between two spans; zero when they touch."""
        return max(self.first - other.last, other.first - self.last, timedelta(0))


@dataclass(frozen=True, slots=True)
class Known:
    """A lead of the same site, camera, hazard and zone."""

    id: UUID
    state: LeadState
    span: Span


class Verdict(StrEnum):
    """What becomes of an incident."""

    JOIN = "join"
    JOIN_DECIDED = "join_decided"
    STORM = "storm"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Joining:
    """The verdict, and the lead it is about: the one to join, or the one that recurs."""

    verdict: Verdict
    lead: UUID | None = None


def decide(span: Span, known: Sequence[Known], openings: Sequence[datetime]) -> Joining:
    """Choose the lead of an incident that belongs to none yet.

    Args:
        span: when the incident held.
        known: leads of the same key, any state.
        openings: when the other incidents of this camera opened.
    """
    joined = _joined(span, known)
    if joined is not None:
        return joined
    if is_storm(span.first, openings):
        return Joining(Verdict.STORM)
    return Joining(Verdict.NEW, _recurring(span, known))


def is_storm(first: datetime, openings: Sequence[datetime]) -> bool:
    """Whether an incident is one too many: a camera in trouble, not a hazard after another."""
    near = sum(timedelta(0) <= first - opening <= STORM_WITHIN for opening in openings)
    return near + 1 > STORM_ABOVE


def _joined(span: Span, known: Sequence[Known]) -> Joining | None:
    nearest = sorted(known, key=lambda lead: (span.gap_to(lead.span), lead.id))
    for lead in nearest:
        if lead.state in OPEN and span.gap_to(lead.span) <= JOIN_WINDOW:
            return Joining(Verdict.JOIN, lead.id)
    for lead in nearest:
        if lead.state in WITH_CHILD and lead.span.first <= span.last:
            return Joining(Verdict.JOIN_DECIDED, lead.id)
    return None


def _recurring(span: Span, known: Sequence[Known]) -> UUID | None:
    before = [
        lead
        for lead in known
        if lead.span.first <= span.first and span.gap_to(lead.span) <= RECURRENCE_WITHIN
    ]
    return max(before, key=lambda lead: (lead.span.last, lead.id)).id if before else None
