"""What a new statement makes of a field: it counts, it is old news, or it is disputed. Pure.

No source outranks another by itself: where two differ, a person decides.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.enterprises.fields import Plain


class Standing(StrEnum):
    """What became of a statement when it was recorded."""

    CURRENT = "current"
    OLDER = "older"
    DISPUTED = "disputed"
    DECIDED_AGAINST = "decided_against"


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of a field, and for which day. value None: there is none any more."""

    value: Plain
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Before:
    """What was known. refused: whether somebody has decided against this value of this source."""

    current: Said | None
    refused: bool = False


def weigh(said: Said, before: Before, *, by_person: bool = False) -> Standing:
    """Return what becomes of a statement that was not recorded before.

    by_person: somebody has looked at what is there and says that this is so.
    """
    current = before.current
    if by_person or current is None:
        return Standing.CURRENT
    if said.value == current.value or said.source == current.source:
        return Standing.CURRENT if said.as_of >= current.as_of else Standing.OLDER
    return Standing.DECIDED_AGAINST if before.refused else Standing.DISPUTED
