"""`patrol eval`: a model on a version gives a table, JSON and a page that explain themselves."""

import hashlib
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from hazard_library.bundle import models_root
from hazard_library.cli import main
from hazard_library.datasets.version import Box, DatasetVersion, Picture
from hazard_library.errors import DatasetError, PackageNotFound
from hazard_library.evaluation.evaluate import Evaluation
from hazard_library.evaluation.scoring import Selection, evaluate_subject
from hazard_library.evaluation.self_test import HEIGHT, WIDTH, rendered_scene
from hazard_library.evaluation.subject import open_subject

FIRE = Box(label="fire", cx=388 / WIDTH, cy=200 / HEIGHT, w=92 / WIDTH, h=124 / HEIGHT)


@pytest.fixture
def material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the rendered scene with its fire, a plain wall, and a version of both."""
    scene = cv2.cvtColor(rendered_scene(), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(tmp_path / "scene.png"), scene)
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((HEIGHT, WIDTH, 3), 150, np.uint8))
    pictures = (
        picture(tmp_path / "scene.png", "rendered", (FIRE,)),
        picture(tmp_path / "wall.png", "walls", ()),
    )
    DatasetVersion(labels=("fire", "smoke"), pictures=pictures).write(tmp_path / "version.jsonl")
    monkeypatch.setenv("PATROL_MATERIAL", str(tmp_path))
    return tmp_path


def picture(file: Path, source: str, boxes: tuple[Box, ...]) -> Picture:
    return Picture(
        file=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        source=source,
        licence="CC0-1.0",
        split="val",
        width=WIDTH,
        height=HEIGHT,
        known=("fire", "smoke"),
        boxes=boxes,
    )


def evaluated(material: Path, selection: Selection | None = None) -> Evaluation:
    version = DatasetVersion.read(material / "version.jsonl")
    subject = open_subject("site-hazards@0.1.0")
    return evaluate_subject(
        subject, version, lambda one: material / one.file, selection, 20
    ).evaluation


def test_every_figure_comes_with_its_count(material: Path) -> None:
    said = evaluated(material)
    fire = said.classes["fire"]
    assert (fire.all.boxes, fire.all.pictures, fire.pictures_without) == (1, 2, 1)
    assert fire.all.ap50.value == 1.0
    assert set(fire.by_source) == {"rendered", "walls"}
    assert fire.by_source["walls"].ap50.value is None
    assert [scores.boxes for scores in fire.by_size.values()] == [0, 0, 1]
    assert (said.alarms.alarms, said.alarms.pictures) == (0, 1)
    assert said.alarms.share.high == pytest.approx(0.7935, abs=1e-3)
    assert said.labels_not_judged == ("helmet", "no_helmet", "person")
    assert said.thresholds_from == "card"


def test_a_class_nobody_shows_leaves_the_mean_alone(material: Path) -> None:
    said = evaluated(material)
    assert said.classes["smoke"].all.ap50.value is None
    assert said.map50.value == said.classes["fire"].all.ap50.value


def test_only_the_sources_asked_for_are_looked_at(material: Path) -> None:
    assert evaluated(material, Selection(sources=("walls",))).pictures == 1
    with pytest.raises(DatasetError, match=r"no picture .* have \['rendered', 'walls'\]"):
        evaluated(material, Selection(sources=("roofs",)))


def test_the_verb_prints_a_table_and_writes_json_and_a_page(
    material: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="the extra `library` is not installed")
    out = material / "out"
    data = str(material / "version.jsonl")
    words = ["eval", "site-hazards", "--data", data, "--drawings", "20"]
    assert main([*words, "--out", str(out)]) == 0
    table = capsys.readouterr().out
    assert "0 of 1 hazard-free pictures" in table
    assert "fire ≥ 0.25, IoU 0.3" in table
    assert Evaluation.model_validate_json((out / "evaluation.json").read_bytes()).pictures == 2
    page = (out / "evaluation.html").read_text(encoding="utf-8")
    assert "不得外传" in page
    assert "<svg" in page
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_json_on_request(material: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(material / "version.jsonl")
    assert main(["eval", "site-hazards", "--data", data, "--drawings", "20", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"]["fire"]["all"]["boxes"] == 1


def test_without_data_the_verb_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "site-hazards"]) == 2
    assert "--data is missing" in capsys.readouterr().err


def test_a_bare_run_gets_thresholds_from_the_pictures(material: Path) -> None:
    run = material / "trial"
    run.mkdir()
    shutil.copyfile(models_root() / "site-hazards" / "0.1.0" / "model.onnx", run / "model.onnx")
    labels = ("person", "helmet", "no_helmet", "fire", "smoke")
    version = DatasetVersion.read(material / "version.jsonl")
    version = version.model_copy(update={"labels": labels})
    version.write(run / "dataset.jsonl")
    subject = open_subject(str(run))
    assert (subject.name, subject.thresholds, subject.loose) == ("trial", None, ("fire", "smoke"))
    said = evaluate_subject(subject, version, lambda one: material / one.file, times=5).evaluation
    assert said.thresholds_from == "chosen on these pictures"
    with pytest.raises(PackageNotFound, match=r"model-640\.onnx: not exported; run: patrol model"):
        open_subject(str(run), side=640)


def test_a_package_is_not_taken_for_another_side() -> None:
    with pytest.raises(PackageNotFound, match="made for another side than 640"):
        open_subject("site-hazards", side=640)
