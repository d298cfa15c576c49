"""A finished run becomes a package that opens, says what it is and passes its own self-test."""

import hashlib
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from hazard_library.datasets.version import Box, DatasetVersion, Picture
from hazard_library.errors import CardInvalid
from hazard_library.evaluation.detector import Found, onnx_detector, read_pixels
from hazard_library.evaluation.publish import publish, quiet_floor
from hazard_library.evaluation.self_test import HEIGHT, WIDTH, differences, rendered_scene
from hazard_library.registry import ModelPackage, find_package

STATEMENT = Path(__file__).parents[3] / "configs" / "training" / "site-hazards.card.yaml"


@pytest.fixture(scope="module")
def package() -> ModelPackage:
    return find_package("site-hazards")


def dataset(folder: Path, labels: tuple[str, ...]) -> DatasetVersion:
    """Write the rendered scene as the only validation picture, its fire labelled."""
    pixels = cv2.cvtColor(rendered_scene(), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(folder / "scene.png"), pixels)
    fire = Box(label="fire", cx=388 / WIDTH, cy=200 / HEIGHT, w=92 / WIDTH, h=124 / HEIGHT)
    picture = Picture(
        file="scene.png",
        sha256=hashlib.sha256((folder / "scene.png").read_bytes()).hexdigest(),
        source="rendered",
        licence="see notes",
        split="val",
        width=WIDTH,
        height=HEIGHT,
        known=("fire", "smoke"),
        boxes=(fire,),
    )
    return DatasetVersion(labels=labels, pictures=(picture,))


@pytest.fixture
def run(tmp_path: Path, package: ModelPackage) -> Path:
    """Write what a training run leaves behind, around the weights of the project."""
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copyfile(package.model_file, folder / "model.onnx")
    dataset(tmp_path, package.card.labels).write(folder / "dataset.jsonl")
    finished = {
        "schema": "training-run/1",
        "name": "trial",
        "version": "1.2.3",
        "labels": package.card.labels,
        "recipe": "trial.yaml",
        "recipe_sha256": "0" * 64,
        "initial_weights": {"file": "w.pt", "sha256": "1" * 64, "licence": "AGPL-3.0"},
        "seed": 1,
        "epochs": 2,
        "steps": 3,
        "seconds": 4,
        "frameworks": {"torch": "2"},
        "parity": {"box_px": 0.001, "score": 0.0001},
    }
    (folder / "run.json").write_text(json.dumps(finished), encoding="utf-8")
    return folder


def statement(folder: Path, **changes: object) -> Path:
    """Write the project's statement with some fields changed."""
    content = yaml.safe_load(STATEMENT.read_text(encoding="utf-8")) | changes
    file = folder / "statement.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_a_run_becomes_a_package_with_figures_and_thresholds(run: Path, tmp_path: Path) -> None:
    said = statement(tmp_path, thresholds_pinned={"fire": 0.25}, licences={"rendered": "CC0-1.0"})
    made = publish(run, said, lambda one: tmp_path / one.file, tmp_path / "models")
    assert made.folder == tmp_path / "models" / "trial" / "1.2.3"
    assert made.card.thresholds["fire"] == 0.25
    assert made.card.metrics["fire"].boxes == 1
    assert made.card.metrics["person"].pictures == 0
    assert [source.licence for source in made.card.data.sources] == ["CC0-1.0"]


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CardInvalid, match=r"run\.json: no finished training run"):
        publish(tmp_path, STATEMENT, lambda one: tmp_path / one.file, tmp_path / "models")


def test_a_statement_that_does_not_fit_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(CardInvalid, match="not a model statement"):
        publish(run, statement(tmp_path, praise="much"), lambda one: tmp_path / one.file, tmp_path)


def test_the_floor_of_the_self_test_keeps_away_from_every_score() -> None:
    assert quiet_floor(np.array([0.9, 0.36, 0.31])) == 0.4
    assert 0.3 <= quiet_floor(np.zeros(0)) <= 0.4


def test_the_package_finds_in_its_own_picture_what_its_card_says(package: ModelPackage) -> None:
    card = package.card
    (case,) = card.self_test
    pixels = read_pixels(package.self_test_folder / case.picture)
    found = onnx_detector(package.model_file, card.labels).find(
        pixels, case.floor, card.suppression_iou
    )
    expected = Found(
        classes=np.array([card.labels.index(box.label) for box in case.boxes]),
        scores=np.array([box.score for box in case.boxes]),
        corners=np.array([(box.x1, box.y1, box.x2, box.y2) for box in case.boxes]),
    )
    corners, scores = differences(expected, found)
    assert corners <= case.box_tolerance_px
    assert scores <= case.score_tolerance
    assert {"person", "helmet", "fire"} <= {box.label for box in case.boxes}


def test_the_card_of_the_project_was_made_with_its_recipe(package: ModelPackage) -> None:
    recipe = STATEMENT.parents[2] / package.card.training.recipe
    assert hashlib.sha256(recipe.read_bytes()).hexdigest() == package.card.training.recipe_sha256
