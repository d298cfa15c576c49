"""How far something is that came of a lead: the lead asks before it is closed or taken back."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """One child of a lead.

    Attributes:
        kind: what it is, as the audit chain calls it.
        is_issued: whether it has left the officer's desk.
        is_over: whether nothing more comes of it.
        is_void: whether it ended without anything having been done.
        is_agreed: for a transfer: the leader has agreed.
        is_case: whether the lead's own state waits for it; a transfer locks the lead instead.
    """

    kind: str
    id: UUID
    is_issued: bool
    is_over: bool
    is_void: bool = False
    is_agreed: bool = False
    is_case: bool = True
