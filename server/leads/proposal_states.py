"""What takes a leader beside the officer, and the life of such a proposal as data."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class Proposable(StrEnum):
    """Events of a lead that an officer proposes and a leader agrees to (WORKFLOW §5.2)."""

    NO_ACTION = "no_action"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ProposalEvent(StrEnum):
    """What may happen to a proposal."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_S, _E = ProposalState, ProposalEvent

TRANSITIONS = {
    (_S.PENDING, _E.APPROVE): _S.APPROVED,
    (_S.PENDING, _E.REFUSE): _S.REFUSED,
    (_S.PENDING, _E.WITHDRAW): _S.WITHDRAWN,
}

PROPOSAL = StateMachine("lead proposal", TRANSITIONS)
