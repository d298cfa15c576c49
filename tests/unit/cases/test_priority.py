"""Priority (WORKFLOW §7.2), without a database."""

from datetime import timedelta

import pytest

from server.leads.priority import Facts, Priority, Record, rate


@pytest.mark.parametrize(("severity", "points"), [(1, 10), (2, 20), (3, 40), (4, 60)])
def test_severity_alone_gives_its_points(severity: int, points: int) -> None:
    rating = rate(Facts(severity))
    assert rating.score == points
    assert len(rating.addends) == 1


def test_the_addends_that_are_shown_make_the_sum() -> None:
    rating = rate(
        Facts(3, lasted=timedelta(minutes=11), repeats=2, people_in_zone=True, risk_band="mid")
    )
    assert [addend.points for addend in rating.addends] == [40, 5, 10, 4, 5]
    assert rating.score == 64
    assert rating.priority is Priority.P1


def test_an_hour_counts_ten_and_not_fifteen() -> None:
    assert rate(Facts(1, lasted=timedelta(minutes=61))).score == 20
    assert rate(Facts(1, lasted=timedelta(minutes=60))).score == 15
    assert rate(Facts(1, lasted=timedelta(minutes=10))).score == 10


def test_repeats_count_ten_at_most() -> None:
    assert rate(Facts(1, repeats=4)).score == 18
    assert rate(Facts(1, repeats=400)).score == 20


def test_severity_four_is_p0_whatever_else_is_known() -> None:
    many_false = Record(confirmed=0, dismissed=100)
    assert rate(Facts(4, record=many_false)).priority is Priority.P0


def test_the_sum_never_leaves_its_scale() -> None:
    everything = Facts(
        4,
        is_major=True,
        lasted=timedelta(hours=9),
        repeats=99,
        people_in_zone=True,
        risk_band="high",
        record=Record(100, 0),
    )
    assert rate(everything).score == 100
    assert rate(Facts(1, record=Record(0, 100))).score == 0


def test_too_few_decisions_say_nothing_about_precision() -> None:
    assert rate(Facts(2, record=Record(0, 19))).score == 20
    assert rate(Facts(2, record=Record(0, 20))).score == 5
    assert rate(Facts(2, record=Record(18, 2))).score == 25


def test_a_bad_record_takes_nothing_from_a_starred_lead() -> None:
    bad = Record(0, 50)
    assert rate(Facts(3, record=bad)).score == 25
    assert rate(Facts(3, is_major=True, record=bad)).score == 50


@pytest.mark.parametrize(
    ("facts", "priority"),
    [
        (Facts(2), Priority.P3),
        (Facts(2, risk_band="high", repeats=3), Priority.P2),
        (Facts(3), Priority.P2),
        (Facts(3, people_in_zone=True, risk_band="high"), Priority.P1),
        (
            Facts(3, is_major=True, people_in_zone=True, risk_band="high", repeats=5),
            Priority.P0,
        ),
    ],
)
def test_the_class_follows_the_sum(facts: Facts, priority: Priority) -> None:
    assert rate(facts).priority is priority


def test_every_addend_is_named_in_both_languages() -> None:
    rating = rate(Facts(4, is_major=True, lasted=timedelta(hours=2), repeats=1, risk_band="high"))
    assert all(addend.label_zh and addend.label_en for addend in rating.addends)
