"""Visits counted for R-018."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from server.tasks.visits import Cap, Visit, cap, count

OURS, OTHER = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
LIMIT = Cap("1", "test", yearly_cap=2, most_in_30_days=2, days_between_units=30)


def visit(days: int, unit: UUID = OURS, *, triggered: bool = False) -> Visit:
    return Visit(NOW - timedelta(days=days), unit, triggered)


def test_the_cap_says_where_it_comes_from() -> None:
    assert cap().yearly_cap >= 1
    assert "house" in cap().source


def test_below_everything_nothing_is_said() -> None:
    counted = count([visit(90)], OURS, NOW, LIMIT)
    assert (counted.this_year, counted.reasons, counted.message_zh) == (1, (), None)


def test_the_cap_of_the_year_is_told() -> None:
    counted = count([visit(90), visit(60)], OURS, NOW, LIMIT)
    assert counted.message_zh is not None
    assert counted.message_zh.startswith("今年已入企2次（上限2）")


def test_last_year_is_another_count_by_the_clock_in_china() -> None:
    new_year = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    eve = datetime(2025, 12, 31, 15, 30, tzinfo=UTC)
    visits = [Visit(new_year, OURS, is_triggered=False), Visit(eve, OURS, is_triggered=False)]
    assert count(visits, OURS, NOW, LIMIT).this_year == 1


def test_a_triggered_visit_is_counted_apart() -> None:
    counted = count([visit(90, triggered=True), visit(60)], OURS, NOW, LIMIT)
    assert (counted.this_year, counted.triggered_this_year, counted.reasons) == (1, 1, ())


def test_two_in_thirty_days_are_told_below_the_cap_too() -> None:
    wide = Cap("1", "test", yearly_cap=9, most_in_30_days=2, days_between_units=30)
    assert "30日内已入企2次" in count([visit(5), visit(29)], OURS, NOW, wide).reasons
    assert count([visit(5), visit(30)], OURS, NOW, wide).reasons == ()


def test_another_units_visit_within_thirty_days_is_told_to_both() -> None:
    visits = [visit(10, OTHER)]
    assert any("其他单位" in why for why in count(visits, OURS, NOW, LIMIT).reasons)
    assert count(visits, OTHER, NOW, LIMIT).reasons == ()


def test_what_comes_later_is_not_counted_before() -> None:
    assert count([visit(-1)], OURS, NOW, LIMIT).this_year == 0
