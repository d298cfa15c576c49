"""The life of a case hand-over (WORKFLOW §5.6)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class CaseState(StrEnum):
    """Where a hand-over stands. From `linked` on ours is a mirror of the provincial case."""

    DRAFT = "draft"
    LEGAL_REVIEW = "legal_review"
    LEADER_REVIEW = "leader_review"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPORTED = "exported"
    LINKED = "linked"
    CONCLUDED = "concluded"


class CaseEvent(StrEnum):
    """What somebody may do with a hand-over, or what the provincial system answers."""

    WRITE_ITEM = "write_item"
    ATTACH = "attach"
    DETACH = "detach"
    LEAVE_OUT = "leave_out"
    AGREE_LEAVE_OUT = "agree_leave_out"
    SUBMIT = "submit"
    PASS = "pass"  # noqa: S105 - a word of the law, no password
    RETURN = "return"
    APPROVE = "approve"
    REFUSE = "refuse"
    EXPORT = "export"
    RECEIPT = "receipt"
    REJECT = "reject"
    EXTEND = "extend"
    OUTCOME = "outcome"
    HOLD_OUTCOME = "hold_outcome"
    CONCLUDE = "conclude"


_S, _E = CaseState, CaseEvent

TRANSITIONS = {
    (_S.DRAFT, _E.WRITE_ITEM): _S.DRAFT,
    (_S.DRAFT, _E.ATTACH): _S.DRAFT,
    (_S.DRAFT, _E.DETACH): _S.DRAFT,
    (_S.DRAFT, _E.LEAVE_OUT): _S.DRAFT,
    (_S.DRAFT, _E.AGREE_LEAVE_OUT): _S.DRAFT,
    (_S.DRAFT, _E.SUBMIT): _S.LEGAL_REVIEW,
    (_S.LEGAL_REVIEW, _E.PASS): _S.LEADER_REVIEW,
    (_S.LEGAL_REVIEW, _E.RETURN): _S.DRAFT,
    (_S.LEADER_REVIEW, _E.APPROVE): _S.APPROVED,
    (_S.LEADER_REVIEW, _E.REFUSE): _S.DECLINED,
    (_S.APPROVED, _E.EXPORT): _S.EXPORTED,
    (_S.EXPORTED, _E.RECEIPT): _S.LINKED,
    (_S.EXPORTED, _E.REJECT): _S.DRAFT,
    (_S.LINKED, _E.EXTEND): _S.LINKED,
    (_S.LINKED, _E.OUTCOME): _S.CONCLUDED,
    (_S.LINKED, _E.HOLD_OUTCOME): _S.LINKED,
    (_S.LINKED, _E.CONCLUDE): _S.CONCLUDED,
}

CASE = StateMachine("case handover", TRANSITIONS)

#: Nothing comes after these.
ENDED = frozenset({_S.DECLINED, _S.CONCLUDED})
