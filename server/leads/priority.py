"""How urgent a lead is: a sum whose addends are shown (WORKFLOW §7.2, INV-11). Pure.

An addend whose data is missing is left out, not guessed.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_BY_SEVERITY = {4: 60, 3: 40, 2: 20, 1: 10}
_SEVERITY_ZH = {4: "紧急", 3: "较高", 2: "一般", 1: "提示"}
_SEVERITY_EN = {4: "urgent", 3: "high", 2: "ordinary", 1: "advisory"}
_URGENT = 4
_LONG = timedelta(minutes=10)
_VERY_LONG = timedelta(minutes=60)
_MOST_FOR_REPEATS = 10
_MOST_FOR_SIGNALS = 10
_ENOUGH_DECIDED = 20
_PRECISE = 0.9
_IMPRECISE = 0.5
_RISK = {"high": 10, "mid": 5}
_RISK_ZH = {"high": "高", "mid": "中"}


class Priority(StrEnum):
    """How soon somebody looks."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


@dataclass(frozen=True, slots=True)
class Record:
    """What officers decided about this hazard at this camera in 90 days."""

    confirmed: int = 0
    dismissed: int = 0

    @property
    def precision(self) -> float | None:
        """Share confirmed, or None while too few are decided."""
        decided = self.confirmed + self.dismissed
        return self.confirmed / decided if decided >= _ENOUGH_DECIDED else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sum is made of.

    Attributes:
        repeats: earlier incidents of the same key in 7 days.
        recurs: whether the same hazard was found there before and dealt with, within 12 months.
        signals: signals about the enterprise in 30 days, such as complaints and warnings.
    """

    severity: int
    is_major: bool = False
    lasted: timedelta = timedelta(0)
    repeats: int = 0
    people_in_zone: bool = False
    recurs: bool = False
    signals: int = 0
    risk_band: str | None = None
    record: Record = Record()

    @property
    def is_starred(self) -> bool:
        """Whether the lead is a ★ 重点线索."""
        return self.severity == _URGENT or self.is_major


@dataclass(frozen=True, slots=True)
class Addend:
    """One term of the sum, in both languages."""

    label_zh: str
    label_en: str
    points: int


@dataclass(frozen=True, slots=True)
class Rating:
    """The sum, its terms and its class."""

    score: int
    priority: Priority
    addends: tuple[Addend, ...]


def rate(facts: Facts) -> Rating:
    """Sum up what is known, from 0 to 100."""
    terms = tuple(term for term in (_severity(facts), *_course(facts), *_known_of(facts)) if term)
    score = max(0, min(100, sum(term.points for term in terms)))
    return Rating(score, _class(facts, score), terms)


def _severity(facts: Facts) -> Addend:
    zh, en = _SEVERITY_ZH[facts.severity], _SEVERITY_EN[facts.severity]
    return Addend(f"等级：{zh}", f"severity: {en}", _BY_SEVERITY[facts.severity])


def _course(facts: Facts) -> list[Addend | None]:
    repeats = min(2 * facts.repeats, _MOST_FOR_REPEATS)
    return [
        Addend("涉及重大事故隐患判定标准", "major-hazard criterion", 10)
        if facts.is_major
        else None,
        _lasting(facts.lasted),
        Addend("危险区域内有人", "people in the danger zone", 10) if facts.people_in_zone else None,
        Addend(f"7日内重复出现{facts.repeats}次", f"seen {facts.repeats} times before", repeats)
        if repeats
        else None,
        Addend("整改后再次出现", "recurs after rectification", 10) if facts.recurs else None,
    ]


def _lasting(lasted: timedelta) -> Addend | None:
    if lasted > _VERY_LONG:
        return Addend("持续超过60分钟", "lasts over 60 min", 10)
    return Addend("持续超过10分钟", "lasts over 10 min", 5) if lasted > _LONG else None


def _known_of(facts: Facts) -> list[Addend | None]:
    return [_precision(facts), _risk(facts.risk_band), _signals(facts.signals)]


def _precision(facts: Facts) -> Addend | None:
    precision = facts.record.precision
    if precision is None:
        return None
    zh, en = "该摄像机90日属实率", "confirmed here in 90 days"
    if precision >= _PRECISE:
        return Addend(f"{zh}{precision:.0%}", f"{precision:.0%} {en}", 5)
    if precision < _IMPRECISE and not facts.is_starred:
        return Addend(f"{zh}{precision:.0%}", f"{precision:.0%} {en}", -15)
    return None


def _risk(band: str | None) -> Addend | None:
    if band not in _RISK:
        return None
    return Addend(f"企业风险等级：{_RISK_ZH[band]}", f"enterprise's risk: {band}", _RISK[band])


def _signals(count: int) -> Addend | None:
    points = min(5 * count, _MOST_FOR_SIGNALS)
    if not points:
        return None
    return Addend(f"30日内相关信号{count}条", f"{count} signals in 30 days", points)


def _class(facts: Facts, score: int) -> Priority:
    if facts.severity == _URGENT or score >= 80:  # noqa: PLR2004 - WORKFLOW §7.2
        return Priority.P0
    if score >= 60:  # noqa: PLR2004 - WORKFLOW §7.2
        return Priority.P1
    return Priority.P2 if score >= 35 else Priority.P3  # noqa: PLR2004 - WORKFLOW §7.2
