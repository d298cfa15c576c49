"""The legal traps that concern the catalogue: what is known to be wrong cannot be said in it."""

from datetime import date
from pathlib import Path

import pytest
from broken_catalogues import (
    COVERED,
    DANGER_ZONE,
    FIRE,
    FIRE_LANE,
    FORKLIFT,
    HELMET,
    SMOKE,
    SMOKING,
    SPAN,
    change,
    mistakes,
    mistakes_of_the_day,
)

from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.ids import HazardId

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("number", range(1, 8))
def test_trap_01_missing_equipment_never_cites_that_none_was_provided(number: int) -> None:
    hazard = CATALOGUE.hazards[HazardId(f"PPE-{number:02}")]
    cited = {*hazard.basis, *(one.basis for one in hazard.penalty_candidates)}
    assert "AQSCF-2021-99-I5" not in cited
    assert "AQSCF-2021-99-I5" in hazard.never_cite_from_image


def test_trap_01_a_missing_helmet_must_forbid_that_article(copy: Path) -> None:
    change(copy, HELMET, "never_cite_from_image:\n  - AQSCF-2021-99-I5\n", "")
    assert "a picture shows no provision" in mistakes(copy)


@pytest.mark.parametrize("file", [HELMET, DANGER_ZONE])
def test_trap_01_no_hazard_at_all_can_cite_that_article(copy: Path, file: str) -> None:
    change(copy, file, "basis: AQSCF-2021-102", "basis: AQSCF-2021-99-I5")
    listed = mistakes(copy)
    assert "AQSCF-2021-99-I5 punishes not providing equipment" in listed
    assert "penalty_candidates.0.basis" in listed


def test_trap_01_an_article_cannot_be_both_cited_and_forbidden(copy: Path) -> None:
    change(copy, HELMET, "basis: AQSCF-2021-102", "basis: AQSCF-2021-99-I5")
    assert "is listed under never_cite_from_image" in mistakes(copy)


@pytest.mark.parametrize("article", ["AQSCF-2021-99-I4", "XF-134之一"])
def test_trap_02_a_camera_state_cannot_cite_the_shutting_off_of_monitoring(
    copy: Path, article: str
) -> None:
    change(copy, COVERED, "- basis: AQSCF-2021-99-I3", f"- basis: {article}")
    assert f"{article} needs an act and its author" in mistakes(copy)


def test_trap_02_a_camera_state_must_forbid_both_articles(copy: Path) -> None:
    change(copy, COVERED, "  - XF-134之一\n", "")
    assert "a camera's state must list XF-134之一" in mistakes(copy)


def test_trap_02_a_camera_state_cannot_be_told_as_an_act(copy: Path) -> None:
    change(copy, COVERED, "zh: 摄像头被遮挡", "zh: 摄像头被破坏")
    assert "name: '破坏' tells of an act" in mistakes(copy)


@pytest.mark.parametrize("file", [FIRE, SMOKE])
def test_trap_07_fire_and_smoke_always_go_to_the_fire_department(copy: Path, file: str) -> None:
    change(copy, file, "handling: TRANSFER", "handling: HANDLE_AND_NOTIFY")
    assert "fire and smoke need handling TRANSFER" in mistakes(copy)


@pytest.mark.parametrize("file", [FIRE, SMOKE])
def test_trap_07_fire_and_smoke_go_to_no_other_department(copy: Path, file: str) -> None:
    change(copy, file, "  - 消防救援机构", "  - 公安")
    assert "fire and smoke need handling TRANSFER and transfer_to 消防救援机构" in mistakes(copy)


def test_trap_07_fire_opens_no_work_safety_case(copy: Path) -> None:
    condition = "only_when: {zh: 仅当查实时, en: only when proven}"
    penalty = f"penalty_candidates:\n  - basis: AQSCF-2021-102\n    {condition}\nmaturity"
    change(copy, FIRE, "maturity", penalty)
    assert "fire and smoke are no work-safety case" in mistakes(copy)


@pytest.mark.parametrize("code", ["VEH-01", "BEH-07", "LIFT-01", "EQP-03", "EQP-07", "VEH-05"])
def test_trap_08_special_equipment_is_told_to_the_market_regulator(code: str) -> None:
    assert "市场监管" in CATALOGUE.hazards[HazardId(code)].transfer_to


def test_trap_08_a_forklift_cannot_be_kept_from_the_market_regulator(copy: Path) -> None:
    change(copy, FORKLIFT, "HANDLE_AND_NOTIFY", "HANDLE")
    change(copy, FORKLIFT, "transfer_to:\n  - 市场监管\n", "")
    assert "forklift is special equipment; add 市场监管" in mistakes(copy)


def test_trap_09_an_unguarded_edge_is_told_to_the_construction_department() -> None:
    assert "住建" in CATALOGUE.hazards[HazardId("EQP-05")].transfer_to


def test_trap_10_a_transfer_without_a_receiver_cannot_be_said(copy: Path) -> None:
    change(copy, SMOKING, "transfer_to:\n  - 消防救援机构\n  - 公安\n", "")
    listed = mistakes(copy)
    assert "HANDLE_AND_NOTIFY needs transfer_to: name who acts" in listed
    assert "XFF-2021-63-I2 is decided by 消防救援机构" in listed


def test_trap_10_what_is_another_departments_cannot_be_handled(copy: Path) -> None:
    change(copy, FIRE_LANE, "handling: TRANSFER", "handling: HANDLE_AND_NOTIFY")
    assert "消防救援机构 is competent, so handling must be TRANSFER" in mistakes(copy)


@pytest.mark.parametrize("code", ["FIRE-06", "FIRE-09", "FIRE-11"])
def test_trap_13_one_blocked_exit_says_that_it_is_fined_once(code: str) -> None:
    conditions = {
        one.basis: one.only_when for one in CATALOGUE.hazards[HazardId(code)].penalty_candidates
    }
    for basis in ("AQSCF-2021-105-I2", "XFF-2021-60-P1-I3"):
        assert "同一行为不得给予两次以上罚款" in conditions[basis].zh
        assert "never fined twice" in conditions[basis].en


def test_trap_15_a_major_hazard_cannot_be_named_as_found(copy: Path) -> None:
    change(copy, SPAN, "zh: 生产期间，", "zh: 重大事故隐患：")
    assert "sees: '重大事故隐患' is found by an officer on site" in mistakes(copy)


def test_trap_15_a_criterion_is_neither_a_duty_nor_a_penalty(copy: Path) -> None:
    change(copy, HELMET, "basis:\n  - AQSCF-2021-45\n", "basis:\n  - GM10-2023-4-I1\n")
    assert "GM10-2023-4-I1 is of kind criterion; basis takes obligation" in mistakes(copy)


def test_trap_16_a_replaced_criterion_is_named_with_its_successor(copy: Path) -> None:
    change(copy, SMOKING, "severity: 3", "severity: 3\nmajor_hazard_criterion: HG121-2017-十二")
    assert mistakes_of_the_day(copy, date(2026, 9, 29)) == ""
    told = mistakes_of_the_day(copy, date(2026, 9, 30))
    assert "HG121-2017-十二 is not in force on 2026-09-30" in told
    assert "AQ 3067-2026 replaced it" in told


def test_trap_23_overmanning_is_punished_only_after_a_count_on_site() -> None:
    candidates = CATALOGUE.hazards[HazardId("ZONE-03")].penalty_candidates
    (condition,) = (one.only_when for one in candidates if one.basis == "CFBF-2015-45-I4")
    assert "核定人数" in condition.zh
    assert "现场清点" in condition.zh


@pytest.mark.parametrize(
    ("article", "binds"), [("WHF-2025-35", "危险化学品"), ("FC-2021-19", "涉爆粉尘")]
)
def test_trap_27_and_35_an_industrys_article_is_for_that_industry_only(
    copy: Path, article: str, binds: str
) -> None:
    change(copy, SPAN, "basis:\n  - YJYS-2018-27-S1", f"basis:\n  - {article}")
    assert f"{article} binds {binds} only, and this hazard is for others" in mistakes(copy)


@pytest.mark.parametrize("code", ["BEH-01", "FIRE-01", "FIRE-02", "PROC-01", "PROC-02", "MINE-03"])
def test_trap_36_danger_comes_first_on_the_inspectors_list(code: str) -> None:
    first = CATALOGUE.hazards[HazardId(code)].check_items[0]
    assert "立即" in first.zh
    assert "at once" in first.en
