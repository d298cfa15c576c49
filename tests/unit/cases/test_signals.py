"""Signals: identities are struck out, and a reading counts only beyond a threshold."""

import pytest

from server.signals.anonymity import STRUCK, strike_identity, tells_of_informants
from server.signals.states import Level
from server.signals.thresholds import Reading, Threshold, house_thresholds, judge


@pytest.mark.parametrize(
    ("told", "secret"),
    [
        ("举报人：张三，反映车间粉尘大", "张三"),
        ("投诉人姓名:李四;电话13812345678", "李四"),
        ("来电者是王五，夜间动火", "王五"),
        ("联系方式 138-1234-5678", "5678"),
        ("请回电+86 13912345678", "13912345678"),
        ("身份证320106199001011234", "320106199001011234"),
        ("固话025-83334444", "83334444"),
        ("邮箱 some.body@example.cn", "some.body"),
    ],
)
def test_who_told_it_is_struck_out(told: str, secret: str) -> None:
    struck = strike_identity(told)
    assert secret not in struck
    assert STRUCK in struck


@pytest.mark.parametrize(
    "told", ["车间粉尘浓度高，2026年3月1日夜间仍在生产", "储罐液位95%，编号91320115MA00000016"]
)
def test_what_was_told_stays(told: str) -> None:
    assert strike_identity(told) == told


def test_columns_about_people_are_known() -> None:
    told = ["举报人", "举报人电话", "联系人", "身份证号", "手机", "企业名称", "内容", "监测点"]
    assert [tells_of_informants(name) for name in told] == [True] * 5 + [False] * 3


GAS = "可燃气体浓度"


def own(limit: float, level: Level, point: str = "GT-01") -> Threshold:
    return Threshold(
        GAS, "%LEL", is_upper=True, limit=limit, level=level, source="企业档案", point=point
    )


def level(reading: Reading, *thresholds: Threshold) -> Level | None:
    passed = judge(reading, thresholds).passed
    return passed.level if passed is not None else None


@pytest.mark.parametrize(
    ("value", "found"),
    [(24.9, None), (25, Level.ORANGE), (49.9, Level.ORANGE), (50, Level.RED)],
)
def test_the_gravest_house_threshold_that_is_passed_counts(
    value: float, found: Level | None
) -> None:
    assert level(Reading("GT-01", GAS, value, "%LEL")) is found


def test_the_plants_own_threshold_comes_first_at_its_point_only() -> None:
    lower = own(10, Level.YELLOW)
    assert level(Reading("GT-01", GAS, 60, "%LEL"), lower) is Level.YELLOW
    assert level(Reading("GT-02", GAS, 60, "%LEL"), lower) is Level.RED


def test_a_low_value_counts_where_the_threshold_says_so() -> None:
    assert level(Reading("O2-1", "氧浓度", 19.5, "%")) is Level.ORANGE
    assert level(Reading("O2-1", "氧浓度", 20.9, "%")) is None


@pytest.mark.parametrize(
    "reading",
    [Reading("T-1", "温度", 900, "℃"), Reading("GT-01", GAS, 60, "ppm")],
)
def test_without_a_threshold_for_the_quantity_and_unit_nothing_is_judged(reading: Reading) -> None:
    assert not judge(reading, ()).known


def test_house_thresholds_say_whose_they_are() -> None:
    assert house_thresholds()
    assert all("house" in one.source and "未经审核" in one.source for one in house_thresholds())
