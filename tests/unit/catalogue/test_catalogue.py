"""The shipped catalogue is consistent, and a broken one lists every mistake at once."""

import os
import shutil
from pathlib import Path

import pytest

from hazard_library.catalogue.hazard import Handling, Maturity
from hazard_library.catalogue.load import HOME, load_catalogue
from hazard_library.catalogue.rules import CameraCondition, Missing, classes_needed, needs_drawing
from hazard_library.cli import main
from hazard_library.errors import CatalogueError

HELMET = "hazards/general/ppe-01-no-helmet.yaml"
FIRE = "hazards/general/fire-01-open-flame.yaml"
COVERED = "hazards/cameras/cam-01-camera-covered.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in ("hazards", "legal"):
        shutil.copytree(HOME / part, tmp_path / part)
    return tmp_path


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text, f"the test's own expectation of {file} is stale"
    (root / file).write_text(text.replace(old, new))


def mistakes(root: Path) -> str:
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(root)
    return str(refused.value)


def test_the_shipped_catalogue_is_consistent() -> None:
    catalogue = load_catalogue()
    assert {"PPE-01", "FIRE-01", "ZONE-01"} <= set(catalogue.hazards)
    assert len(catalogue.sha256) == 64


def test_its_hash_changes_with_any_byte(copy: Path) -> None:
    before = load_catalogue(copy).sha256
    change(copy, HELMET, "for: 5s", "for: 6s")
    assert load_catalogue(copy).sha256 != before


def test_all_mistakes_are_listed_at_once_with_file_and_line(copy: Path) -> None:
    change(copy, HELMET, "for: 5s", "for: soon")
    change(copy, FIRE, "XFF-2021-44-P1", "XFF-1999-1")
    change(copy, COVERED, "severity: 2", "severity: 9\ncolour: red")
    listed = mistakes(copy)
    assert "ppe-01-no-helmet.yaml:33: rule.for: 'soon' is no duration" in listed
    assert "XFF-1999-1 stands in no file under legal/" in listed
    assert "colour: unknown key" in listed
    assert "severity" in listed


def test_a_file_that_is_no_yaml_is_one_mistake_among_others(copy: Path) -> None:
    (copy / HELMET).write_text("id: [")
    change(copy, FIRE, "severity: 4", "severity: 0")
    listed = mistakes(copy)
    assert "no valid YAML" in listed
    assert "severity" in listed


def test_a_key_that_stands_twice_is_a_mistake(copy: Path) -> None:
    change(copy, HELMET, "severity: 2", "severity: 2\nseverity: 1")
    assert "stands here twice" in mistakes(copy)


def test_two_hazards_with_one_id_are_a_mistake(copy: Path) -> None:
    shutil.copy(copy / HELMET, copy / "hazards/general/ppe-01-twice.yaml")
    assert "PPE-01 is taken by" in mistakes(copy)


# The legal traps TRAP-01, TRAP-02 and those on fire: the wrong pairings cannot be said.


def test_a_missing_helmet_can_never_cite_that_none_was_provided(copy: Path) -> None:
    change(copy, HELMET, "never_cite_from_image:\n  - AQSCF-2021-99-I5\n", "")
    assert "a picture shows no provision" in mistakes(copy)


def test_an_article_cannot_be_both_cited_and_forbidden(copy: Path) -> None:
    change(copy, HELMET, "basis: AQSCF-2021-102", "basis: AQSCF-2021-99-I5")
    assert "is listed under never_cite_from_image" in mistakes(copy)


@pytest.mark.parametrize("file", [FIRE, "hazards/general/fire-02-smoke.yaml"])
def test_fire_and_smoke_always_go_to_the_fire_department(copy: Path, file: str) -> None:
    change(copy, file, "handling: TRANSFER", "handling: HANDLE_AND_NOTIFY")
    assert "need handling TRANSFER" in mistakes(copy)


def test_a_camera_state_cannot_cite_the_shutting_off_of_monitoring(copy: Path) -> None:
    change(copy, COVERED, "- basis: AQSCF-2021-99-I3", "- basis: AQSCF-2021-99-I4")
    assert "needs an act and its author" in mistakes(copy)


def test_no_shipped_hazard_claims_a_lawyers_review() -> None:
    catalogue = load_catalogue()
    assert {hazard.review_status for hazard in catalogue.hazards.values()} == {"UNREVIEWED"}
    assert catalogue.unreviewed == set(catalogue.legal)


def test_camera_states_are_never_switched_on_at_the_edge() -> None:
    states = [h for h in load_catalogue().hazards.values() if isinstance(h.rule, CameraCondition)]
    assert states
    assert all(hazard.maturity is Maturity.DRAFT for hazard in states)
    assert all(classes_needed(hazard.rule) == frozenset() for hazard in states)


def test_a_transfer_always_names_its_receiver() -> None:
    for hazard in load_catalogue().hazards.values():
        assert bool(hazard.transfer_to) == (hazard.handling is not Handling.HANDLE)


def test_the_helmet_rule_needs_the_class_that_shows_a_bare_head() -> None:
    rule = load_catalogue().hazards["PPE-01"].rule  # type: ignore[index]  # ids are NewTypes
    assert isinstance(rule, Missing)
    assert classes_needed(rule) == {"person", "helmet", "no_helmet"}
    assert not needs_drawing(rule)


def test_the_command_lists_mistakes_and_exits_with_one(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["library", "check", "--catalogue", str(copy)]) == 0
    change(copy, HELMET, "for: 5s", "for: soon")
    assert main(["library", "check", "--catalogue", str(copy)]) == 1
    told = capsys.readouterr()
    assert "9 hazards" in told.out
    assert "is no duration" in told.err


@pytest.mark.material
def test_every_quotation_stands_verbatim_in_its_statute() -> None:
    material = os.environ.get("PATROL_MATERIAL")
    if not material:
        pytest.skip("PATROL_MATERIAL is not set: the statutes' texts are not here to compare with")
    texts = "".join(
        "".join(path.read_text(encoding="utf-8").split())
        for path in Path(material, "domain", "laws").glob("*.md")
    )
    absent = [
        basis.id
        for basis in load_catalogue().legal.values()
        if "".join(basis.quote.split()) not in texts
    ]
    assert absent == []
