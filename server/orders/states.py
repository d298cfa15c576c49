"""The life of an order to rectify as data (WORKFLOW §5.5a)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class OrderState(StrEnum):
    """Where an order stands. Late 逾期 is computed from the deadlines, never stored."""

    DRAFT = "draft"
    ISSUED = "issued"
    SERVED = "served"
    EXT_PENDING = "ext_pending"
    RECHECK_DUE = "recheck_due"
    RECHECKED = "rechecked"
    CLOSED = "closed"
    FAILED = "failed"
    VOID = "void"


class OrderEvent(StrEnum):
    """What can happen to an order; `fall_due` is the clock's."""

    EDIT = "edit"
    SIGN = "sign"
    ISSUE = "issue"
    SERVE = "serve"
    REQUEST_EXTENSION = "request_extension"
    GRANT = "grant"
    REFUSE = "refuse"
    REQUEST_RECHECK = "request_recheck"
    FALL_DUE = "fall_due"
    WRITE_RECHECK = "write_recheck"
    RECHECK = "recheck"
    ALL_RECTIFIED = "all_rectified"
    NOT_RECTIFIED = "not_rectified"
    DECLINE_CASE = "decline_case"
    WITHDRAW = "withdraw"


class Rectified(StrEnum):
    """What a re-check found about one item."""

    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not_done"

    @property
    def zh(self) -> str:
        """The result as the form names it."""
        return {
            Rectified.DONE: "已整改",
            Rectified.PARTLY: "部分整改",
            Rectified.NOT_DONE: "未整改",
        }[self]


_S, _E = OrderState, OrderEvent

TRANSITIONS = {
    (_S.DRAFT, _E.EDIT): _S.DRAFT,
    (_S.DRAFT, _E.SIGN): _S.DRAFT,
    (_S.DRAFT, _E.ISSUE): _S.ISSUED,
    (_S.DRAFT, _E.WITHDRAW): _S.VOID,
    (_S.ISSUED, _E.SERVE): _S.SERVED,
    (_S.ISSUED, _E.WITHDRAW): _S.VOID,
    (_S.SERVED, _E.REQUEST_EXTENSION): _S.EXT_PENDING,
    (_S.SERVED, _E.REQUEST_RECHECK): _S.RECHECK_DUE,
    (_S.SERVED, _E.FALL_DUE): _S.RECHECK_DUE,
    (_S.SERVED, _E.WITHDRAW): _S.VOID,
    (_S.EXT_PENDING, _E.GRANT): _S.SERVED,
    (_S.EXT_PENDING, _E.REFUSE): _S.SERVED,
    (_S.RECHECK_DUE, _E.WRITE_RECHECK): _S.RECHECK_DUE,
    (_S.RECHECK_DUE, _E.SIGN): _S.RECHECK_DUE,
    (_S.RECHECK_DUE, _E.RECHECK): _S.RECHECKED,
    (_S.RECHECKED, _E.ALL_RECTIFIED): _S.CLOSED,
    (_S.RECHECKED, _E.NOT_RECTIFIED): _S.FAILED,
    (_S.FAILED, _E.DECLINE_CASE): _S.FAILED,
}

ORDER = StateMachine("rectification order", TRANSITIONS)
