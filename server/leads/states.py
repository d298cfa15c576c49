"""The life of a lead as data (WORKFLOW §5.2). The same table drives service, timers and buttons."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class LeadState(StrEnum):
    """Where a lead stands."""

    NEW = "new"
    PRESCREENED = "prescreened"
    RELOOK = "relook"
    CONFIRMED = "confirmed"
    IN_NOTICE = "in_notice"
    TASKED = "tasked"
    IN_HANDOVER = "in_handover"
    TRANSFERRED = "transferred"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    EXPIRED = "expired"
    CLOSED = "closed"


class LeadEvent(StrEnum):
    """What happens to a lead; the last three come of time and of what followed, not of a person."""

    PRESCREEN = "prescreen"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    UNCLEAR = "unclear"
    DUPLICATE = "duplicate"
    UNDO_DUPLICATE = "undo_duplicate"
    TRANSFER = "transfer"
    CREATE_TASK = "create_task"
    NOTICE = "notice"
    HANDOVER = "handover"
    NO_ACTION = "no_action"
    SECOND_LOOK = "second_look"
    MUTE = "mute"
    UNMUTE = "unmute"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    SECOND_LOOK_MISSED = "second_look_missed"
    EXPIRE = "expire"
    CHILD_DONE = "child_done"


#: What time and what followed may do. None of them says 属实 or 误报 (INV-1).
OF_THE_SERVER = frozenset({LeadEvent.SECOND_LOOK_MISSED, LeadEvent.EXPIRE, LeadEvent.CHILD_DONE})


class Verdict(StrEnum):
    """What an officer said of a lead: 属实 or 误报."""

    CONFIRMED = "confirmed"
    FALSE_ALARM = "false_alarm"


class Suggestion(StrEnum):
    """What a pre-screening suggests; it decides nothing."""

    TO_CONFIRM = "to_confirm"
    LIKELY_FALSE = "likely_false"
    UNCLEAR = "unclear"


class DismissReason(StrEnum):
    """Why a lead is no hazard."""

    MISDETECTION = "misdetection"
    NOT_VIOLATION = "not_violation"
    UNDER_PERMIT = "under_permit"
    OCCLUSION = "occlusion"
    TEST = "test"
    OTHER = "other"


_S, _E = LeadState, LeadEvent

#: Still to be decided. An incident that comes back joins a lead in one of these.
OPEN = frozenset({_S.NEW, _S.PRESCREENED, _S.RELOOK})

#: Confirmed, and what follows is not finished: incidents are added to it, no new lead.
WITH_CHILD = frozenset({_S.CONFIRMED, _S.IN_NOTICE, _S.TASKED, _S.IN_HANDOVER})

#: Over, unless somebody takes it up again.
ENDED = frozenset({_S.TRANSFERRED, _S.FALSE_ALARM, _S.DUPLICATE, _S.EXPIRED, _S.CLOSED})

_FROM_OPEN = {
    _E.CONFIRM: _S.CONFIRMED,
    _E.DISMISS: _S.FALSE_ALARM,
    # The table of WORKFLOW names unclear for new and pre-screened leads and yet allows it twice:
    # the second time the lead is to be looked at again already.
    _E.UNCLEAR: _S.RELOOK,
    _E.DUPLICATE: _S.DUPLICATE,
    _E.TRANSFER: _S.TRANSFERRED,
    _E.EXPIRE: _S.EXPIRED,
}
_IN_ORDER = (_S.NEW, _S.PRESCREENED, _S.RELOOK)

TRANSITIONS = {
    (_S.NEW, _E.PRESCREEN): _S.PRESCREENED,
    **{(state, event): after for state in _IN_ORDER for event, after in _FROM_OPEN.items()},
    (_S.CONFIRMED, _E.CREATE_TASK): _S.TASKED,
    (_S.CONFIRMED, _E.NOTICE): _S.IN_NOTICE,
    (_S.CONFIRMED, _E.HANDOVER): _S.IN_HANDOVER,
    (_S.CONFIRMED, _E.NO_ACTION): _S.CLOSED,
    (_S.CONFIRMED, _E.TRANSFER): _S.TRANSFERRED,
    # A notice that comes to nothing becomes an inspection (WORKFLOW §5.4, escalated).
    (_S.IN_NOTICE, _E.CREATE_TASK): _S.TASKED,
    (_S.IN_NOTICE, _E.CHILD_DONE): _S.CLOSED,
    (_S.TASKED, _E.CHILD_DONE): _S.CLOSED,
    (_S.IN_HANDOVER, _E.CHILD_DONE): _S.CLOSED,
    (_S.CONFIRMED, _E.WITHDRAW): _S.RELOOK,
    (_S.IN_NOTICE, _E.WITHDRAW): _S.RELOOK,
    (_S.TASKED, _E.WITHDRAW): _S.RELOOK,
    (_S.IN_HANDOVER, _E.WITHDRAW): _S.RELOOK,
    (_S.FALSE_ALARM, _E.SECOND_LOOK): _S.FALSE_ALARM,
    (_S.FALSE_ALARM, _E.MUTE): _S.FALSE_ALARM,
    (_S.FALSE_ALARM, _E.UNMUTE): _S.FALSE_ALARM,
    (_S.FALSE_ALARM, _E.SECOND_LOOK_MISSED): _S.RELOOK,
    (_S.FALSE_ALARM, _E.REOPEN): _S.RELOOK,
    (_S.DUPLICATE, _E.UNDO_DUPLICATE): _S.RELOOK,
    (_S.DUPLICATE, _E.REOPEN): _S.RELOOK,
    (_S.EXPIRED, _E.REOPEN): _S.RELOOK,
    (_S.CLOSED, _E.REOPEN): _S.RELOOK,
}

LEAD = StateMachine("lead", TRANSITIONS)

#: A lead may be found unclear so often; then it must be decided (WORKFLOW §5.2).
MOST_RELOOKS = 2
