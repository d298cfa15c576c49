"""The life of a sample as data: proposed → labelled → reviewed → released, or withdrawn."""

from datetime import datetime
from enum import StrEnum

from hazard_library.errors import SampleError
from hazard_library.samples.box import Frozen


class State(StrEnum):
    """How far a sample has come."""

    PROPOSED = "proposed"
    LABELLED = "labelled"
    REVIEWED = "reviewed"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to a sample; every event leaves a line in its history."""

    TAKE_IN = "take-in"
    LABEL = "label"
    REVIEW = "review"
    SEND_BACK = "send-back"
    RELEASE = "release"
    NOTE = "note"
    WITHDRAW = "withdraw"
    PURGE = "purge"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PROPOSED, Event.LABEL): State.LABELLED,
    (State.LABELLED, Event.LABEL): State.LABELLED,
    (State.REVIEWED, Event.LABEL): State.LABELLED,
    (State.RELEASED, Event.LABEL): State.LABELLED,
    (State.LABELLED, Event.REVIEW): State.REVIEWED,
    (State.LABELLED, Event.SEND_BACK): State.PROPOSED,
    (State.REVIEWED, Event.SEND_BACK): State.PROPOSED,
    (State.REVIEWED, Event.RELEASE): State.RELEASED,
    (State.PROPOSED, Event.NOTE): State.PROPOSED,
    (State.LABELLED, Event.NOTE): State.LABELLED,
    (State.REVIEWED, Event.NOTE): State.REVIEWED,
    (State.RELEASED, Event.NOTE): State.RELEASED,
    (State.PROPOSED, Event.WITHDRAW): State.WITHDRAWN,
    (State.LABELLED, Event.WITHDRAW): State.WITHDRAWN,
    (State.REVIEWED, Event.WITHDRAW): State.WITHDRAWN,
    (State.RELEASED, Event.WITHDRAW): State.WITHDRAWN,
    (State.WITHDRAWN, Event.PURGE): State.WITHDRAWN,
}
"""What is allowed when. Nothing leaves `withdrawn`: whoever withdrew a consent may rely on it."""

FIRST_STATES = frozenset({State.PROPOSED, State.LABELLED, State.REVIEWED, State.RELEASED})
"""States in which a sample may come in: its labels may have been reviewed elsewhere."""

USABLE = (State.LABELLED, State.REVIEWED, State.RELEASED)
"""States of samples that a dataset version may hold."""


class Act(Frozen):
    """Who did something, when, and why; the time is passed in."""

    by: str
    at: datetime
    why: str


def after(state: State, event: Event) -> State:
    """Return the state after an event.

    Raises:
        SampleError: the event is not allowed in that state; the message lists those that are.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        allowed = sorted(event for before, event in TRANSITIONS if before is state)
        message = f"state: {event} is not possible for a {state} sample; possible: {allowed}"
        raise SampleError(message) from None
