"""The life of a transfer (WORKFLOW §5.7)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class TransferState(StrEnum):
    """Where a transfer stands. A draft waits for the leader; answered ones wait to be closed."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    RECEIVED = "received"
    ANSWERED = "answered"
    CLOSED = "closed"
    RETURNED = "returned"


class TransferEvent(StrEnum):
    """What somebody may do with a transfer."""

    REVISE = "revise"
    APPROVE = "approve"
    SEND = "send"
    RECEIPT = "receipt"
    ANSWER = "answer"
    CLOSE = "close"
    RETURN = "return"
    REDRAFT = "redraft"


_S, _E = TransferState, TransferEvent

TRANSITIONS = {
    (_S.DRAFT, _E.REVISE): _S.DRAFT,
    (_S.DRAFT, _E.APPROVE): _S.APPROVED,
    (_S.APPROVED, _E.SEND): _S.SENT,
    (_S.SENT, _E.RECEIPT): _S.RECEIVED,
    (_S.SENT, _E.RETURN): _S.RETURNED,
    (_S.RECEIVED, _E.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _E.CLOSE): _S.CLOSED,
    (_S.RETURNED, _E.REDRAFT): _S.DRAFT,
}

TRANSFER = StateMachine("transfer", TRANSITIONS)

#: While a transfer is in one of these, nobody has signed for it yet.
WAITS_FOR_RECEIPT = frozenset({_S.SENT})
