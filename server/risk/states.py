"""The life of a set of weights, and of a factor that somebody contests (WORKFLOW §7.4)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class WeightsState(StrEnum):
    """Where a set of weights stands; one is approved at a time."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class WeightsEvent(StrEnum):
    """What can happen to it."""

    APPROVE = "approve"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"


class ContestState(StrEnum):
    """Where a contested factor stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class ContestEvent(StrEnum):
    """What a leader decides of it."""

    UPHOLD = "uphold"
    REJECT = "reject"


WEIGHTS = StateMachine(
    "risk weights",
    {
        (WeightsState.DRAFTED, WeightsEvent.APPROVE): WeightsState.APPROVED,
        (WeightsState.DRAFTED, WeightsEvent.WITHDRAW): WeightsState.WITHDRAWN,
        (WeightsState.APPROVED, WeightsEvent.SUPERSEDE): WeightsState.SUPERSEDED,
    },
)

CONTESTS = StateMachine(
    "contested factor",
    {
        (ContestState.OPEN, ContestEvent.UPHOLD): ContestState.UPHELD,
        (ContestState.OPEN, ContestEvent.REJECT): ContestState.REJECTED,
    },
)
