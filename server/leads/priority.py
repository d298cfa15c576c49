"""How urgent a lead is: a sum whose addends are shown (WORKFLOW §7.2). Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_BY_SEVERITY = {4: 60, 3: 40, 2: 20, 1: 10}
_LONG = timedelta(minutes=10)
_VERY_LONG = timedelta(minutes=60)


class Priority(StrEnum):
    """How soon somebody looks."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sum is made of."""

    severity: int
    is_major: bool
    lasted: timedelta
    times_seen: int
    risk_band: str
    recurs: bool


@dataclass(frozen=True, slots=True)
class Addend:
    """One term of the sum, in both languages."""

    label_zh: str
    label_en: str
    points: int


def addends(facts: Facts) -> tuple[Addend, ...]:
    """Return every term that counts, largest cause first."""
    terms = [
        Addend("等级", "severity", _BY_SEVERITY[facts.severity]),
        Addend("重大事故隐患判定标准", "major-hazard criterion", 10 if facts.is_major else 0),
        Addend("持续超过10分钟", "lasts over 10 min", 5 if facts.lasted > _LONG else 0),
        Addend("持续超过60分钟", "lasts over 60 min", 10 if facts.lasted > _VERY_LONG else 0),
        Addend("重复出现", "seen again", min(2 * (facts.times_seen - 1), 10)),
        Addend("同处再次发生", "recurs at the same place", 10 if facts.recurs else 0),
        Addend("企业风险等级", "enterprise's risk", {"high": 10, "mid": 5}.get(facts.risk_band, 0)),
    ]
    return tuple(term for term in terms if term.points)


def score(facts: Facts) -> int:
    """Return the sum, from 0 to 100."""
    return max(0, min(100, sum(term.points for term in addends(facts))))


def priority(facts: Facts) -> Priority:
    """Return the class: severity 4 is always P0."""
    total = score(facts)
    if facts.severity == 4 or total >= 80:  # noqa: PLR2004 - WORKFLOW §7.2
        return Priority.P0
    if total >= 60:  # noqa: PLR2004 - WORKFLOW §7.2
        return Priority.P1
    return Priority.P2 if total >= 35 else Priority.P3  # noqa: PLR2004 - WORKFLOW §7.2
