"""The life of a lead as data (WORKFLOW §5.2). The same table drives service and buttons."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class LeadState(StrEnum):
    """Where a lead stands."""

    NEW = "new"
    PRESCREENED = "prescreened"
    RELOOK = "relook"
    CONFIRMED = "confirmed"
    TASKED = "tasked"
    FALSE_ALARM = "false_alarm"


class LeadEvent(StrEnum):
    """What somebody may do with a lead."""

    PRESCREEN = "prescreen"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    UNCLEAR = "unclear"
    CREATE_TASK = "create_task"
    REOPEN = "reopen"


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

TRANSITIONS = {
    (_S.NEW, _E.PRESCREEN): _S.PRESCREENED,
    (_S.NEW, _E.CONFIRM): _S.CONFIRMED,
    (_S.NEW, _E.DISMISS): _S.FALSE_ALARM,
    (_S.NEW, _E.UNCLEAR): _S.RELOOK,
    (_S.PRESCREENED, _E.CONFIRM): _S.CONFIRMED,
    (_S.PRESCREENED, _E.DISMISS): _S.FALSE_ALARM,
    (_S.PRESCREENED, _E.UNCLEAR): _S.RELOOK,
    (_S.RELOOK, _E.PRESCREEN): _S.RELOOK,
    (_S.RELOOK, _E.CONFIRM): _S.CONFIRMED,
    (_S.RELOOK, _E.DISMISS): _S.FALSE_ALARM,
    (_S.RELOOK, _E.UNCLEAR): _S.RELOOK,
    (_S.CONFIRMED, _E.CREATE_TASK): _S.TASKED,
    (_S.FALSE_ALARM, _E.REOPEN): _S.RELOOK,
}

LEAD = StateMachine("lead", TRANSITIONS)

#: An incident that comes back joins a lead in one of these.
OPEN = frozenset({_S.NEW, _S.PRESCREENED, _S.RELOOK})

#: Decided, with a task or transfer that is not finished: incidents are added to it, no new lead.
WITH_CHILD = frozenset({_S.CONFIRMED, _S.TASKED})

#: A lead may be found unclear so often; then it must be decided (WORKFLOW §5.2).
MOST_RELOOKS = 2
