"""Which lead an incident belongs to (WORKFLOW §7.1). Pure: times come from the incidents.

Arrival plays no part: a message that was held up for an hour joins where it would have joined
when it happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.leads.states import ENDED, OPEN, WITH_CHILD, LeadState

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
    """A lead of the same site, camera, hazard and zone, or the camera's alarm storm.

    Attributes:
        is_confirmed: whether an officer has said 属实, and it holds.
        muted: 同一画面持续误报: what begins within it is folded into the lead.
    """

    id: UUID
    state: LeadState
    span: Span
    is_confirmed: bool = False
    muted: Span | None = None


class JoinedAs(StrEnum):
    """Why an incident belongs to its lead."""

    FIRST = "first"
    AGAIN = "again"
    DURING_RECTIFICATION = "during_rectification"
    STORM = "storm"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an incident is compared with.

    same_key: leads of the same key, in any state.
    storms: alarm-storm leads of the same camera.
    starts: when the other incidents of the camera began.
    is_starred: a ★ incident is never folded into a storm: nobody may miss it.
    """

    same_key: Sequence[Known] = ()
    storms: Sequence[Known] = ()
    starts: Sequence[datetime] = ()
    is_starred: bool = False


@dataclass(frozen=True, slots=True)
class Joins:
    """The incident joins this lead."""

    lead: UUID
    joined_as: JoinedAs


@dataclass(frozen=True, slots=True)
class Begins:
    """The incident begins a lead; perhaps the storm of its camera, perhaps one that recurs."""

    is_storm: bool = False
    recurrence_of: UUID | None = None


def decide(span: Span, around: Surroundings) -> Joins | Begins:
    """Choose the lead of an incident that belongs to none yet."""
    joined = _joined(span, around.same_key)
    if joined is not None:
        return joined
    if is_storm(span.first, around.starts) and not around.is_starred:
        storm = _nearest_open(span, around.storms)
        return Joins(storm, JoinedAs.STORM) if storm is not None else Begins(is_storm=True)
    return Begins(recurrence_of=_recurring(span, around.same_key))


def is_storm(start: datetime, others: Sequence[datetime]) -> bool:
    """Whether an incident is one too many: a camera in trouble, not hazard upon hazard."""
    near = sum(timedelta(0) <= start - other <= STORM_WITHIN for other in others)
    return near + 1 > STORM_ABOVE


def _joined(span: Span, known: Sequence[Known]) -> Joins | None:
    nearest = _nearest_open(span, known)
    if nearest is not None:
        return Joins(nearest, JoinedAs.AGAIN)
    decided = [lead for lead in known if lead.state in WITH_CHILD and lead.span.first <= span.last]
    if decided:
        newest = max(decided, key=lambda lead: (lead.span.last, lead.id))
        return Joins(newest.id, JoinedAs.DURING_RECTIFICATION)
    folded = [lead for lead in known if _is_folded(span, lead)]
    if folded:
        newest = max(folded, key=lambda lead: (lead.span.last, lead.id))
        return Joins(newest.id, JoinedAs.FOLDED)
    return None


def _is_folded(span: Span, lead: Known) -> bool:
    if lead.state is not LeadState.FALSE_ALARM or lead.muted is None:
        return False
    return lead.muted.first <= span.first < lead.muted.last


def _nearest_open(span: Span, known: Sequence[Known]) -> UUID | None:
    near = [
        (span.gap_to(lead.span), lead.id)
        for lead in known
        if lead.state in OPEN and span.gap_to(lead.span) <= JOIN_WINDOW
    ]
    return min(near)[1] if near else None


def _recurring(span: Span, known: Sequence[Known]) -> UUID | None:
    decided = [
        lead
        for lead in known
        if lead.state in ENDED
        and lead.is_confirmed
        and lead.span.first <= span.first
        and span.gap_to(lead.span) <= RECURRENCE_WITHIN
    ]
    return max(decided, key=lambda lead: (lead.span.last, lead.id)).id if decided else None
