"""The life of a camera's review under 行政处罚法 第四十一条, and what a camera counts for (§5.10).

Where a camera stands (仅作线索, 审核中, 合格, 已过期) is computed from its reviews at a moment and
never stored: a review ends by its date without anybody's act.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.identity.actor import LEGAL_ZONE
from server.kit.state_machine import StateMachine


class ReviewState(StrEnum):
    """Where one review stands."""

    IN_REVIEW = "in_review"
    QUALIFIED = "qualified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ReviewEvent(StrEnum):
    """What can happen to it. both_ok follows by itself when the second half passes."""

    LEGAL_OK = "legal_ok"
    LEGAL_NO = "legal_no"
    TECH_OK = "tech_ok"
    TECH_NO = "tech_no"
    BOTH_OK = "both_ok"
    WITHDRAW = "withdraw"


CAMERA_REVIEWS = StateMachine(
    "camera review",
    {
        (ReviewState.IN_REVIEW, ReviewEvent.LEGAL_OK): ReviewState.IN_REVIEW,
        (ReviewState.IN_REVIEW, ReviewEvent.TECH_OK): ReviewState.IN_REVIEW,
        (ReviewState.IN_REVIEW, ReviewEvent.LEGAL_NO): ReviewState.REFUSED,
        (ReviewState.IN_REVIEW, ReviewEvent.TECH_NO): ReviewState.REFUSED,
        (ReviewState.IN_REVIEW, ReviewEvent.BOTH_OK): ReviewState.QUALIFIED,
        (ReviewState.IN_REVIEW, ReviewEvent.WITHDRAW): ReviewState.WITHDRAWN,
        (ReviewState.QUALIFIED, ReviewEvent.WITHDRAW): ReviewState.WITHDRAWN,
    },
)


class Standing(StrEnum):
    """What a camera counts for at a moment."""

    LEAD_ONLY = "lead_only"
    IN_REVIEW = "in_review"
    QUALIFIED = "qualified"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Term:
    """When a review holds. qualified_at: when both halves had passed; ended_at: withdrawn then."""

    state: ReviewState
    valid_from: date
    valid_to: date
    qualified_at: datetime | None = None
    ended_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether a recording of that moment was made by a reviewed camera; both days count."""
        if self.qualified_at is None or at < self.qualified_at:
            return False
        if self.ended_at is not None and at >= self.ended_at:
            return False
        return self.valid_from <= at.astimezone(LEGAL_ZONE).date() <= self.valid_to


def is_grade_a(terms: Iterable[Term], recorded_at: datetime) -> bool:
    """Whether a recording has grade A: judged at the time of recording, never afterwards."""
    return any(term.covers(recorded_at) for term in terms)


def standing(terms: Iterable[Term], at: datetime) -> Standing:
    """Return what a camera counts for at a moment."""
    known = list(terms)
    if any(term.covers(at) for term in known):
        return Standing.QUALIFIED
    if any(term.state is ReviewState.IN_REVIEW for term in known):
        return Standing.IN_REVIEW
    today = at.astimezone(LEGAL_ZONE).date()
    if any(t.state is ReviewState.QUALIFIED and t.valid_to < today for t in known):
        return Standing.EXPIRED
    return Standing.LEAD_ONLY
