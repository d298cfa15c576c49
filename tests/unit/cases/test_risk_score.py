"""The risk score: a sum whose addends are shown; what is not known adds nothing."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.enterprises.record_tables import RecordStatement
from server.enterprises.record_values import RiskBand, Sector
from server.risk.facts import of_record
from server.risk.score import FACTORS, Fact, Rating, fingerprint, rate
from server.risk.weights import Weights, house_weights

TODAY = date(2026, 3, 2)
HOUSE = house_weights()


def fact(value: Any, source: str = "风险报告系统") -> Fact:
    return Fact(value, source, date(2026, 1, 1))


def points(rating: Rating, factor: str) -> int:
    return next(one.points for one in rating.addends if one.factor == factor)


def test_the_page_can_say_why_it_is_71() -> None:
    facts = {
        "industry": fact(Sector.CHEMICAL.value),
        "major_hazard_source": fact(2),
        "standardisation": fact(3),
        "complaints": fact(2),
        "warnings": fact({"red": 1, "orange": 4}),
        "confirmed_leads": fact(0),
        "ledger_stale": fact(2),
    }
    rating = rate(facts, HOUSE)
    shown = [(one.factor, one.points) for one in rating.addends if one.points]
    assert shown == [
        ("base", 30),
        ("industry", 15),
        ("major_hazard_source", 9),
        ("standardisation", -2),
        ("complaints", 6),
        ("warnings", 10),
        ("ledger_stale", 3),
    ]
    assert (rating.score, rating.band) == (71, RiskBand.HIGH)
    known = [one for one in rating.addends if one.factor in facts]
    assert all(one.source and one.as_of for one in known)


def test_what_is_not_known_adds_nothing_and_says_so() -> None:
    rating = rate({}, HOUSE)
    assert (rating.score, rating.band) == (30, RiskBand.LOW)
    others = [one for one in rating.addends if one.factor != "base"]
    assert len(others) == len(FACTORS)
    assert {(one.points, one.told_zh, one.missing) for one in others} == {(0, "缺数据", True)}


@pytest.mark.parametrize(
    ("factor", "value", "expected"),
    [
        ("industry", Sector.OTHER.value, 0),
        ("industry", Sector.ASSESSOR.value, 0),
        ("industry", Sector.MINE.value, 15),
        ("major_hazard_source", 1, 12),
        ("major_hazard_source", 4, 3),
        ("standardisation", 1, -10),
        ("standardisation", 2, -5),
        ("standardisation", None, 0),
        ("accident_free", 2, 0),
        ("accident_free", 3, -10),
        ("fatal_accidents", 1, 15),
        ("fatal_accidents", 5, 30),
        ("open_major_hazards", 1, 10),
        ("open_major_hazards", 9, 20),
        ("overdue_orders", 3, 10),
        ("recurrences", 2, 8),
        ("dishonesty", True, 15),
        ("dishonesty", False, 0),
        ("confirmed_leads", 7, 7),
        ("confirmed_leads", 70, 10),
        ("complaints", 2, 6),
        ("complaints", 9, 9),
        ("warnings", {"red": 0, "orange": 3}, 5),
        ("warnings", {"red": 2, "orange": 3}, 10),
        ("cameras_online", 0.79, 5),
        ("cameras_online", 0.8, 0),
        ("ledger_stale", 9, 3),
        ("ledger_stale", 0, 0),
    ],
)
def test_each_factor_counts_as_the_workflow_says(factor: str, value: Any, expected: int) -> None:
    assert points(rate({factor: fact(value)}, HOUSE), factor) == expected


def test_an_upheld_contest_counts_for_this_value_of_this_source_only() -> None:
    said = fact(5)
    upheld = {fingerprint("complaints", said)}
    waived = rate({"complaints": said}, HOUSE, upheld)
    assert (points(waived, "complaints"), waived.score) == (0, 30)
    assert [one.factor for one in waived.addends if one.waived] == ["complaints"]
    assert points(rate({"complaints": fact(6)}, HOUSE, upheld), "complaints") == 9
    assert points(rate({"complaints": fact(5, "别处")}, HOUSE, upheld), "complaints") == 9


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "fatal_accidents": st.integers(0, 50).map(fact),
            "open_major_hazards": st.integers(0, 50).map(fact),
            "standardisation": st.sampled_from([1, 2, 3, None]).map(fact),
            "accident_free": st.integers(0, 50).map(fact),
            "dishonesty": st.booleans().map(fact),
            "confirmed_leads": st.integers(0, 500).map(fact),
        },
    )
)
def test_the_score_is_the_clamped_sum_of_what_is_shown(facts: dict[str, Fact]) -> None:
    rating = rate(facts, HOUSE)
    assert rating.score == max(0, min(100, sum(one.points for one in rating.addends)))


@pytest.mark.parametrize(
    ("score", "band"),
    [(69, RiskBand.MID), (70, RiskBand.HIGH), (45, RiskBand.MID), (44, RiskBand.LOW)],
)
def test_bands_begin_where_the_weights_say(score: int, band: RiskBand) -> None:
    assert rate({}, HOUSE.model_copy(update={"base": score})).band is band


def test_bands_that_overlap_are_no_weights() -> None:
    with pytest.raises(ValidationError):
        Weights.model_validate(HOUSE.model_dump() | {"mid_from": 70})


def row(field: str, value: Any, as_of: date = TODAY) -> RecordStatement:
    return RecordStatement(field=field, item="", value=value, source="档案来源", as_of=as_of)


def test_a_record_says_what_it_knows() -> None:
    found = of_record(
        {
            "sector": [row("sector", "dust")],
            "major_hazard_source": [
                row("major_hazard_source", {"name": "甲", "level": 3}),
                row("major_hazard_source", {"name": "乙", "level": 2}),
            ],
            "standardisation": [row("standardisation", {"level": 1, "valid_to": "2026-03-01"})],
            "dishonesty": [row("dishonesty", {"listed": False})],
        },
        TODAY,
    )
    assert {name: one.value for name, one in found.items()} == {
        "industry": "dust",
        "major_hazard_source": 2,
        "standardisation": None,
        "dishonesty": False,
        "ledger_stale": 0,
    }


def test_a_record_without_accidents_is_not_free_of_them() -> None:
    assert "accident_free" not in of_record({"sector": [row("sector", "dust")]}, TODAY)
    free = of_record({"no_accident_since": [row("no_accident_since", "2023-03-02")]}, TODAY)
    assert (free["accident_free"].value, free["fatal_accidents"].value) == (3, 0)
    almost = of_record({"no_accident_since": [row("no_accident_since", "2023-03-03")]}, TODAY)
    assert almost["accident_free"].value == 2


def test_an_accident_ends_the_years_without_and_counts_if_somebody_died_lately() -> None:
    accident = {"on": "2025-12-01", "name": "闪爆", "deaths": 1}
    before = {"on": "2023-03-01", "name": "坠落", "deaths": 1}
    found = of_record(
        {
            "accident": [row("accident", accident), row("accident", before)],
            "no_accident_since": [row("no_accident_since", "2015-01-01")],
        },
        TODAY,
    )
    assert (found["accident_free"].value, found["fatal_accidents"].value) == (0, 1)


def test_an_old_value_is_told_as_stale() -> None:
    old = row("sector", "dust", date(2025, 3, 1))
    assert of_record({"sector": [old]}, TODAY)["ledger_stale"].value == 1
