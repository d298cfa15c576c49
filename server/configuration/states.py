"""The life of a revision of a box's configuration (WORKFLOW §5, ConfigRevision)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class RevisionState(StrEnum):
    """Where a revision stands. refused: by the box; withdrawn: by people, or a newer one came."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    PUBLISHED = "published"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RevisionEvent(StrEnum):
    """What can happen to it; the last two are the box's word."""

    APPROVE = "approve"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    APPLIED = "applied"
    REFUSED = "refused"


#: What a box says it runs with is true whatever was wanted meanwhile: a box that was away may have
#: been handed a revision before it was withdrawn, and one that refused may take it at a new start.
REVISIONS = StateMachine(
    "configuration revision",
    {
        (RevisionState.DRAFTED, RevisionEvent.APPROVE): RevisionState.APPROVED,
        (RevisionState.DRAFTED, RevisionEvent.WITHDRAW): RevisionState.WITHDRAWN,
        (RevisionState.APPROVED, RevisionEvent.PUBLISH): RevisionState.PUBLISHED,
        (RevisionState.APPROVED, RevisionEvent.WITHDRAW): RevisionState.WITHDRAWN,
        (RevisionState.PUBLISHED, RevisionEvent.WITHDRAW): RevisionState.WITHDRAWN,
        (RevisionState.PUBLISHED, RevisionEvent.APPLIED): RevisionState.ACKNOWLEDGED,
        (RevisionState.PUBLISHED, RevisionEvent.REFUSED): RevisionState.REFUSED,
        (RevisionState.WITHDRAWN, RevisionEvent.APPLIED): RevisionState.ACKNOWLEDGED,
        (RevisionState.REFUSED, RevisionEvent.APPLIED): RevisionState.ACKNOWLEDGED,
    },
)
