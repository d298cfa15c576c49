"""The life of a reminder (WORKFLOW §8)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class ReminderState(StrEnum):
    """Where an item stands."""

    OPEN = "open"
    HANDLED = "handled"
    AUTO_RESOLVED = "auto_resolved"


class ReminderEvent(StrEnum):
    """What can happen to it; the last two are the engine's."""

    HANDLE = "handle"
    RESOLVE = "resolve"
    ESCALATE = "escalate"


TRANSITIONS = {
    (ReminderState.OPEN, ReminderEvent.HANDLE): ReminderState.HANDLED,
    (ReminderState.OPEN, ReminderEvent.RESOLVE): ReminderState.AUTO_RESOLVED,
    (ReminderState.OPEN, ReminderEvent.ESCALATE): ReminderState.OPEN,
}

REMINDER = StateMachine("reminder", TRANSITIONS)
