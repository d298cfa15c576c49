"""The shipped catalogue: what it holds, and what must hold for each hazard."""

from collections import Counter
from pathlib import Path

from broken_catalogues import FIRE, HELMET, change, mistakes

from hazard_library.catalogue.check_maturity import lacks, models_for
from hazard_library.catalogue.hazard import Category, Handling, Hazard, Maturity
from hazard_library.catalogue.load import load_catalogue
from hazard_library.catalogue.rules import (
    CameraCondition,
    Missing,
    classes_needed,
    needs_drawing,
)
from hazard_library.catalogue.summary import trial_pairs
from hazard_library.contract.device import CameraCondition as State
from hazard_library.contract.ids import HazardId

CATALOGUE = load_catalogue()
HAZARDS = tuple(CATALOGUE.hazards.values())


def one(code: str) -> Hazard:
    return CATALOGUE.hazards[HazardId(code)]


def test_it_holds_sixty_hazards_of_every_category_and_sector() -> None:
    assert len(HAZARDS) >= 60
    held = {hazard.category for hazard in HAZARDS}
    assert held == set(Category)
    sectors = Counter(sector for hazard in HAZARDS for sector in hazard.sectors)
    assert min(sectors.values()) >= 20
    assert len(sectors) == 6


def test_at_least_fifteen_pairs_of_rule_and_class_are_in_trial() -> None:
    assert len(trial_pairs(CATALOGUE)) >= 15


def test_whatever_may_be_switched_on_lacks_nothing() -> None:
    ready = [hazard for hazard in HAZARDS if hazard.maturity is not Maturity.DRAFT]
    for hazard in ready:
        assert lacks(hazard, CATALOGUE.labels) == ()
        assert bool(classes_needed(hazard.rule)) == bool(models_for(hazard, CATALOGUE.labels))


def test_every_draft_says_what_it_waits_for() -> None:
    silent = [
        hazard.id
        for hazard in HAZARDS
        if hazard.maturity is Maturity.DRAFT
        and not lacks(hazard, CATALOGUE.labels)
        and hazard.waits_for is None
    ]
    assert silent == []


def test_a_draft_names_the_class_and_the_input_that_are_missing() -> None:
    assert lacks(one("PPE-03"), CATALOGUE.labels) == ("no released model sees mask, no_mask",)
    told = " ".join(lacks(one("PROC-03"), CATALOGUE.labels))
    assert "no edge knows the machine signal" in told
    assert "ground calibration" not in " ".join(lacks(one("EQP-03"), CATALOGUE.labels))


def test_its_hash_changes_with_any_byte(copy: Path) -> None:
    before = load_catalogue(copy).sha256
    change(copy, HELMET, "for: 5s", "for: 6s")
    after = load_catalogue(copy).sha256
    assert after != before
    change(copy, "labels.yaml", "en: smoke}", "en: smoke cloud}")
    assert load_catalogue(copy).sha256 != after


def test_all_mistakes_are_listed_at_once_with_file_and_line(copy: Path) -> None:
    change(copy, HELMET, "for: 5s", "for: soon")
    change(copy, FIRE, "XFF-2021-44-P1", "XFF-1999-1")
    listed = mistakes(copy)
    assert "ppe-01-no-helmet.yaml:33: rule.for: 'soon' is no duration" in listed
    assert "XFF-1999-1 stands in no file under legal/" in listed


def test_no_shipped_hazard_claims_a_lawyers_review() -> None:
    assert {hazard.review_status for hazard in HAZARDS} == {"UNREVIEWED"}
    assert CATALOGUE.unreviewed == set(CATALOGUE.legal)


def test_every_state_that_an_edge_tells_is_a_hazard_and_nobody_has_to_look_for_it() -> None:
    states = [hazard for hazard in HAZARDS if isinstance(hazard.rule, CameraCondition)]
    assert all(classes_needed(hazard.rule) == frozenset() for hazard in states)
    ready = [
        condition
        for hazard in states
        if isinstance(hazard.rule, CameraCondition) and hazard.maturity is not Maturity.DRAFT
        for condition in hazard.rule.conditions
    ]
    of_the_box = {State.OK, State.STARTING, State.FINISHED, State.NOT_ANALYSED}
    assert sorted(ready) == sorted(set(State) - of_the_box)


def test_a_state_that_no_edge_tells_keeps_its_hazard_a_draft() -> None:
    assert one("CAM-06").maturity is Maturity.DRAFT
    assert lacks(one("CAM-06"), CATALOGUE.labels) == ("no edge tells that a camera is clock wrong",)


def test_all_camera_states_count_once() -> None:
    pairs = [pair for pair in trial_pairs(CATALOGUE) if pair[0] == "camera_condition"]
    assert pairs == [("camera_condition", "camera")]


def test_a_transfer_always_names_its_receiver() -> None:
    for hazard in HAZARDS:
        assert bool(hazard.transfer_to) == (hazard.handling is not Handling.HANDLE)


def test_the_helmet_rule_needs_the_class_that_shows_a_bare_head() -> None:
    rule = one("PPE-01").rule
    assert isinstance(rule, Missing)
    assert classes_needed(rule) == {"person", "helmet", "no_helmet"}
    assert not needs_drawing(rule)
