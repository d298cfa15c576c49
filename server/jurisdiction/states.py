"""The life of an urging 督办."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class UrgingState(StrEnum):
    """Where an urging stands."""

    OPEN = "open"
    ANSWERED = "answered"


class UrgingEvent(StrEnum):
    """What happens to an urging."""

    ANSWER = "answer"


URGING = StateMachine(
    "urging",
    {(UrgingState.OPEN, UrgingEvent.ANSWER): UrgingState.ANSWERED},
)
