"""The life of an enterprise's record 一企一档 and of a conflict in it (WORKFLOW §5.10)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class EnterpriseState(StrEnum):
    """Where a record stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    MERGED = "merged_into"


class EnterpriseEvent(StrEnum):
    """What somebody may do with a record."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    MERGE = "merge"


class ConflictState(StrEnum):
    """Where a conflict stands. agreed: the sources came to say the same by themselves."""

    OPEN = "open"
    SETTLED = "settled"
    AGREED = "agreed"


class ConflictEvent(StrEnum):
    """What ends a conflict."""

    SETTLE = "settle"
    AGREE = "agree"


_S, _E = EnterpriseState, EnterpriseEvent

ENTERPRISES = StateMachine(
    "enterprise",
    {
        (_S.DRAFT, _E.ACTIVATE): _S.ACTIVE,
        (_S.DRAFT, _E.CANCEL): _S.CANCELLED,
        (_S.DRAFT, _E.MERGE): _S.MERGED,
        (_S.ACTIVE, _E.SUSPEND): _S.SUSPENDED,
        (_S.ACTIVE, _E.CANCEL): _S.CANCELLED,
        (_S.ACTIVE, _E.MERGE): _S.MERGED,
        (_S.SUSPENDED, _E.RESUME): _S.ACTIVE,
        (_S.SUSPENDED, _E.CANCEL): _S.CANCELLED,
        (_S.SUSPENDED, _E.MERGE): _S.MERGED,
    },
)

CONFLICTS = StateMachine(
    "record conflict",
    {
        (ConflictState.OPEN, ConflictEvent.SETTLE): ConflictState.SETTLED,
        (ConflictState.OPEN, ConflictEvent.AGREE): ConflictState.AGREED,
    },
)

#: A record that has ended takes no more statements.
ENDED = frozenset({EnterpriseState.CANCELLED, EnterpriseState.MERGED})
