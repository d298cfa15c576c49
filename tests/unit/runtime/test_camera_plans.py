from pathlib import Path

import numpy as np
import pytest

from edge.config import CameraConfig
from edge.inference.panel import Panel
from edge.inference.site_models import SiteModels, load_backends, open_models
from edge.runtime.camera_eyes import open_eyes
from edge.runtime.camera_plan import CameraPlan, plan
from edge.testing.painted_model import write_painted_package
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.contract.ids import HazardId

PIT = {"id": "pit", "points": [[0, 0], [1, 0], [1, 1]]}
IN_THE_PIT = {"id": "ZONE-01", "zones": ["pit"]}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_painted_package(tmp_path, name="people", labels=("person", "helmet"))
    write_painted_package(tmp_path, name="burning", labels=("fire", "smoke"))
    write_painted_package(tmp_path, name="yard", labels=("person",))
    return tmp_path


def _models(home: Path, *names: str) -> SiteModels:
    return open_models(names or ("people", "burning", "yard"), home)


def _camera(*hazards: object, **more: object) -> CameraConfig:
    fields = {"id": "gate", "source": {"kind": "file", "path": "a"}, "zones": [PIT]}
    return CameraConfig.model_validate(fields | {"hazards": hazards} | more)


def _runs(made: CameraPlan) -> list[str]:
    return [part.model for part in made.parts]


def test_a_camera_runs_only_the_models_its_hazards_need(home: Path, catalogue: Catalogue) -> None:
    models = _models(home)
    fire, people = {"id": "FIRE-01"}, IN_THE_PIT
    assert _runs(plan(_camera(fire), catalogue, models)) == ["burning"]
    assert _runs(plan(_camera(people), catalogue, models)) == ["people"]
    assert _runs(plan(_camera(fire, people), catalogue, models)) == ["people", "burning"]


def test_all_with_model_switches_on_what_the_models_see_together(
    home: Path, catalogue: Catalogue
) -> None:
    made = plan(_camera(all_with_model=True), catalogue, _models(home))
    on = {binding.hazard for binding in made.bindings}
    assert {"ZONE-01", "FIRE-01", "FIRE-02"} <= on
    assert _runs(made) == ["people", "burning"]


def test_a_camera_that_is_watched_for_its_own_state_runs_no_model_and_says_nothing_of_it(
    home: Path, catalogue: Catalogue
) -> None:
    models = _models(home)
    made = plan(_camera({"id": "CAM-01"}), catalogue, models)
    assert (_runs(made), made.why_empty) == ([], None)
    # Whom its last good picture shows is looked for all the same, to blur their heads.
    assert made.for_people is not None
    assert (
        len(Panel.of(made.parts, {}, made.why_empty).detect(np.zeros((4, 4, 3), np.uint8)).labels)
        == 0
    )


def test_a_camera_whose_model_was_refused_says_so_although_its_state_is_watched(
    home: Path, catalogue: Catalogue
) -> None:
    made = plan(_camera({"id": "CAM-01"}, {"id": "FIRE-01"}), catalogue, _models(home, "yard"))
    assert made.why_empty is not None
    assert "FIRE-01 stays off" in made.why_empty


def test_thresholds_are_those_of_the_model_that_answers(home: Path, catalogue: Catalogue) -> None:
    card = home / "yard" / "0.0.1" / "card.yaml"
    card.write_text(card.read_text().replace("person: 0.5", "person: 0.7"))
    camera = _camera(IN_THE_PIT, {"id": "FIRE-01"})
    for names, least in (
        (("people", "yard", "burning"), 0.5),
        (("yard", "people", "burning"), 0.7),
    ):
        models = _models(home, *names)
        thresholds = plan(camera, catalogue, models).thresholds(models)
        assert (thresholds["person"], thresholds["fire"]) == (least, 0.5)


def test_what_a_refused_model_would_see_stays_off_with_its_name(
    home: Path, catalogue: Catalogue
) -> None:
    (home / "burning" / "0.0.1" / "model.onnx").write_bytes(b"no model")
    models = _models(home)
    made = plan(_camera(IN_THE_PIT, {"id": "FIRE-01"}), catalogue, models)
    assert {binding.hazard for binding in made.bindings} == {"ZONE-01"}
    assert "FIRE-01 stays off: no model that runs sees fire (burning was refused)" in made.notes
    alone = plan(_camera({"id": "FIRE-01"}), catalogue, models)
    assert (alone.parts, alone.for_people) == ((), None)
    assert "burning was refused" in alone.why_empty


def test_people_are_asked_for_elsewhere_only_where_nobody_looks_for_them(
    home: Path, catalogue: Catalogue
) -> None:
    fire = _camera({"id": "FIRE-01"})
    made = plan(fire, catalogue, _models(home))
    assert made.for_people is not None
    assert (made.for_people.model, made.sees_people) == ("people", False)
    assert plan(_camera(IN_THE_PIT), catalogue, _models(home)).for_people is None
    nobody = plan(fire, catalogue, _models(home, "burning"))
    assert nobody.for_people is None
    assert any("no model of the site sees people" in note for note in nobody.notes)


def test_each_hazard_names_the_models_that_answer_for_its_classes(
    home: Path, catalogue: Catalogue
) -> None:
    models = _models(home)
    camera = _camera(IN_THE_PIT, {"id": "FIRE-01"})
    made = plan(camera, catalogue, models)
    eyes = open_eyes(camera, made, models, load_backends(models.packages))
    named = {
        hazard: [model.name for model in used] for hazard, used in eyes.models_by_hazard.items()
    }
    assert named == {HazardId("ZONE-01"): ["people"], HazardId("FIRE-01"): ["burning"]}
    assert isinstance(eyes.panel, Panel)
    assert eyes.people is None


def test_a_forklift_is_no_lorry_but_helmet_and_bare_head_are_left_to_their_rule(
    home: Path, catalogue: Catalogue
) -> None:
    exclusive = plan(_camera(IN_THE_PIT), catalogue, _models(home)).exclusive
    assert exclusive["forklift"] == {"vehicle"}
    assert exclusive["vehicle"] == {"forklift"}
    assert "no_helmet" not in exclusive
    assert "helmet" not in exclusive
