"""The life of an inspection task as data (WORKFLOW §5.5); the same table drives the buttons."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class TaskState(StrEnum):
    """Where a task stands. Overdue 超期 is computed from the planned date, never stored."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    ASSIGNED = "assigned"
    ONSITE = "onsite"
    ONSITE_REFUSED = "onsite_refused"
    RECORDED = "recorded"
    ORDERING = "ordering"
    HANDING_OVER = "handing_over"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TaskEvent(StrEnum):
    """What somebody may do with a task."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    ASSIGN = "assign"
    CANCEL = "cancel"
    SIGN_IN = "sign_in"
    ARRIVE = "arrive"
    REFUSE = "refuse"
    STOP_DANGER = "stop_danger"
    APPROVE_MEASURE = "approve_measure"
    WRITE = "write"
    SIGN = "sign"
    RECORD = "record"
    RESULT_NONE = "result_none"
    RESULT_ORDER = "result_order"
    RESULT_CASE = "result_case"
    CONSIDER = "consider"
    CLOSE = "close"
    REOPEN = "reopen"


class SourceKind(StrEnum):
    """Where a task comes from."""

    LEAD = "lead"
    PLAN = "plan"
    SIGNAL = "signal"
    SUPERIOR = "superior"

    @property
    def zh(self) -> str:
        """The source as forms name it."""
        return {
            SourceKind.LEAD: "线上巡查线索",
            SourceKind.PLAN: "年度执法检查计划",
            SourceKind.SIGNAL: "风险监测预警、举报等信号",
            SourceKind.SUPERIOR: "上级交办",
        }[self]


class InspectionType(StrEnum):
    """日常、个案、专项."""

    DAILY = "daily"
    CASE = "case"
    SPECIAL = "special"

    @property
    def zh(self) -> str:
        """The type as forms name it."""
        return {
            InspectionType.DAILY: "日常检查",
            InspectionType.CASE: "个案检查",
            InspectionType.SPECIAL: "专项检查",
        }[self]


class ItemResult(StrEnum):
    """What was found about one check item."""

    CONFORMS = "conforms"
    VIOLATES = "violates"
    NOT_CHECKED = "not_checked"

    @property
    def zh(self) -> str:
        """The result as the record names it."""
        return {
            ItemResult.CONFORMS: "符合",
            ItemResult.VIOLATES: "不符合",
            ItemResult.NOT_CHECKED: "未查",
        }[self]


class OnsiteTruth(StrEnum):
    """现场核实 of what the machine claimed: the gold label."""

    TRUE = "true"
    FALSE = "false"
    REMOVED = "removed"

    @property
    def zh(self) -> str:
        """The verification as the record names it."""
        return {
            OnsiteTruth.TRUE: "属实",
            OnsiteTruth.FALSE: "不属实",
            OnsiteTruth.REMOVED: "已消除",
        }[self]


class PenaltyDecision(StrEnum):
    """Whether one violation is to be a case; asked of every one that a penalty clause may hit."""

    FILE = "file"
    NO_PENALTY = "no_penalty"
    CLAUSE_NOT_MET = "clause_not_met"


_S, _E = TaskState, TaskEvent
#: Writing and signing go on until the record is complete, whether the firm let the officers in.
_RECORDING = {
    (state, event): state
    for state in (_S.ONSITE, _S.ONSITE_REFUSED)
    for event in (_E.WRITE, _E.SIGN)
}
#: What may still be asked while the task runs on after the visit.
_AFTERWARDS = {
    (state, event): state
    for state in (_S.RECORDED, _S.ORDERING, _S.HANDING_OVER)
    for event in (_E.CONSIDER, _E.APPROVE_MEASURE)
}

TRANSITIONS = {
    (_S.DRAFT, _E.EDIT): _S.DRAFT,
    (_S.DRAFT, _E.SUBMIT): _S.PENDING,
    (_S.DRAFT, _E.CANCEL): _S.CANCELLED,
    (_S.PENDING, _E.APPROVE): _S.APPROVED,
    (_S.PENDING, _E.RETURN): _S.DRAFT,
    (_S.APPROVED, _E.ASSIGN): _S.ASSIGNED,
    (_S.APPROVED, _E.CANCEL): _S.CANCELLED,
    (_S.ASSIGNED, _E.ASSIGN): _S.ASSIGNED,
    (_S.ASSIGNED, _E.SIGN_IN): _S.ASSIGNED,
    (_S.ASSIGNED, _E.ARRIVE): _S.ONSITE,
    (_S.ASSIGNED, _E.CANCEL): _S.CANCELLED,
    (_S.ONSITE, _E.REFUSE): _S.ONSITE_REFUSED,
    (_S.ONSITE, _E.STOP_DANGER): _S.ONSITE,
    (_S.ONSITE, _E.APPROVE_MEASURE): _S.ONSITE,
    **_RECORDING,
    (_S.ONSITE, _E.RECORD): _S.RECORDED,
    (_S.ONSITE_REFUSED, _E.RECORD): _S.RECORDED,
    (_S.RECORDED, _E.RESULT_NONE): _S.CLOSED,
    (_S.RECORDED, _E.RESULT_ORDER): _S.ORDERING,
    (_S.RECORDED, _E.RESULT_CASE): _S.HANDING_OVER,
    **_AFTERWARDS,
    (_S.ORDERING, _E.RESULT_CASE): _S.HANDING_OVER,
    (_S.ORDERING, _E.RESULT_ORDER): _S.ORDERING,
    (_S.ORDERING, _E.CLOSE): _S.CLOSED,
    (_S.HANDING_OVER, _E.RESULT_ORDER): _S.HANDING_OVER,
    (_S.HANDING_OVER, _E.CLOSE): _S.CLOSED,
    (_S.CLOSED, _E.REOPEN): _S.RECORDED,
}

TASK = StateMachine("inspection task", TRANSITIONS)

#: Approved, but nobody has been there yet: the planned date counts.
NOT_STARTED = frozenset({_S.APPROVED, _S.ASSIGNED})

#: Nothing more comes of it.
ENDED = frozenset({_S.CLOSED, _S.CANCELLED})
