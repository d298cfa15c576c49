"""The sum: from facts and weights to addends, each with its source and day (INV-11). Pure.

What is not known adds nothing and is shown as 缺数据. A factor whose contest was upheld is shown
and adds nothing either.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.enterprises.record_values import SECTOR_ZH, RiskBand, Sector
from server.risk.weights import Weights

_HIGHEST = 100
_HIGH_RISK = frozenset(
    {Sector.MINE, Sector.CHEMICAL, Sector.FIREWORKS, Sector.METALLURGY, Sector.DUST}
)
_LEVEL_ZH = ("一", "二", "三", "四")
BAND_ZH = {RiskBand.HIGH: "高", RiskBand.MID: "中", RiskBand.LOW: "低"}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known, by whom, and for which day."""

    value: Any
    source: str
    as_of: date


#: What is known, by the factor that it speaks of; a factor that is not there is not known.
Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Addend:
    """One term of the sum."""

    factor: str
    title_zh: str
    title_en: str
    points: int
    told_zh: str
    source: str | None
    as_of: date | None
    fingerprint: str
    missing: bool = False
    waived: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """The sum, its band and its terms."""

    score: int
    band: RiskBand
    addends: tuple[Addend, ...]


#: What a factor makes of a fact's value: points, and what is told of it.
_Rule = Callable[[Any, Weights], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: what it is called, and its rule."""

    key: str
    title_zh: str
    title_en: str
    rule: _Rule


def _industry(value: str, weights: Weights) -> tuple[int, str]:
    sector = Sector(value)
    return (weights.high_risk_industry if sector in _HIGH_RISK else 0), SECTOR_ZH[sector]


def _hazard_source(level: int, weights: Weights) -> tuple[int, str]:
    return weights.major_hazard_source[level - 1], f"最高{_LEVEL_ZH[level - 1]}级"


def _standardisation(level: int | None, weights: Weights) -> tuple[int, str]:
    """Level None: there was one, and it has ended."""
    if level is None:
        return 0, "证书已过期"
    return weights.standardisation[level - 1], f"{_LEVEL_ZH[level - 1]}级"


def _accident_free(years: int, weights: Weights) -> tuple[int, str]:
    enough = years >= weights.accident_free_years
    return (weights.accident_free if enough else 0), f"已{years}年无事故"


def _several(points: str, most: str, unit: str) -> _Rule:
    def rule(count: int, weights: Weights) -> tuple[int, str]:
        each, limit = getattr(weights, points), getattr(weights, most)
        return min(count * each, limit), f"{count}{unit}"

    return rule


def _once(points: str, unit: str) -> _Rule:
    def rule(count: int, weights: Weights) -> tuple[int, str]:
        return (getattr(weights, points) if count else 0), f"{count}{unit}"

    return rule


def _dishonesty(listed: bool, weights: Weights) -> tuple[int, str]:  # noqa: FBT001 - a fact's value
    return (weights.dishonesty, "已列入") if listed else (0, "未列入")


def _warnings(counts: Mapping[str, int], weights: Weights) -> tuple[int, str]:
    """The gravest colour counts, once."""
    told = f"红色{counts['red']}次、橙色{counts['orange']}次"
    if counts["red"]:
        return weights.red_warning, told
    return (weights.orange_warning if counts["orange"] else 0), told


def _cameras(share: float, weights: Weights) -> tuple[int, str]:
    low = share < weights.cameras_online_least
    return (weights.cameras_offline if low else 0), f"在线率{share:.0%}"


FACTORS = (
    Factor("industry", "高风险行业", "High-risk industry", _industry),
    Factor("major_hazard_source", "重大危险源", "Major hazard source", _hazard_source),
    Factor("standardisation", "标准化等级", "Standardisation", _standardisation),
    Factor("accident_free", "连续无事故年数", "Years without accident", _accident_free),
    Factor(
        "fatal_accidents",
        "三年内亡人事故",
        "Fatal accidents in 3 years",
        _several("fatal_accident", "fatal_accidents_most", "起"),
    ),
    Factor(
        "open_major_hazards",
        "未消除的重大事故隐患",
        "Open major hazards",
        _several("open_major_hazard", "open_major_hazards_most", "项"),
    ),
    Factor("overdue_orders", "逾期未整改指令", "Overdue orders", _once("overdue_order", "份")),
    Factor("recurrences", "十二个月内重复发现", "Recurrence", _once("recurrence", "次")),
    Factor("dishonesty", "安全生产严重失信", "Serious dishonesty", _dishonesty),
    Factor(
        "confirmed_leads",
        "90日内属实线索",
        "Confirmed leads in 90 days",
        _several("confirmed_lead", "confirmed_leads_most", "条"),
    ),
    Factor(
        "complaints",
        "180日内投诉信访",
        "Complaints in 180 days",
        _several("complaint", "complaints_most", "件"),
    ),
    Factor("warnings", "30日内红橙预警", "Red or orange warnings", _warnings),
    Factor("cameras_online", "摄像机在线率", "Cameras online", _cameras),
    Factor("ledger_stale", "档案过期项", "Stale record", _once("ledger_stale", "项")),
)


def rate(facts: Facts, weights: Weights, upheld: Collection[str] = ()) -> Rating:
    """Sum up what is known, from 0 to 100.

    upheld: fingerprints of addends against which a contest was upheld.
    """
    addends = (_base(weights), *(_addend(one, facts, weights, upheld) for one in FACTORS))
    score = max(0, min(_HIGHEST, sum(addend.points for addend in addends)))
    return Rating(score, _band(score, weights), addends)


def fingerprint(factor: str, fact: Fact) -> str:
    """Name a fact: another value, or another source, is another one."""
    content = json.dumps([factor, fact.value, fact.source], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _base(weights: Weights) -> Addend:
    return Addend("base", "基础分", "Base", weights.base, "所有企业", None, None, "")


def _addend(factor: Factor, facts: Facts, weights: Weights, upheld: Collection[str]) -> Addend:
    fact = facts.get(factor.key)
    names = (factor.key, factor.title_zh, factor.title_en)
    if fact is None:
        return Addend(*names, 0, "缺数据", None, None, "", missing=True)
    points, told = factor.rule(fact.value, weights)
    mark = fingerprint(factor.key, fact)
    waived = mark in upheld
    return Addend(
        *names, 0 if waived else points, told, fact.source, fact.as_of, mark, waived=waived
    )


def _band(score: int, weights: Weights) -> RiskBand:
    if score >= weights.high_from:
        return RiskBand.HIGH
    return RiskBand.MID if score >= weights.mid_from else RiskBand.LOW
