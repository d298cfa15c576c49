"""A finished run becomes a package that opens, says what it is and passes its own self-test."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from finished_runs import LABELS, STATEMENT, measured, write_run, write_statement

from hazard_library.cli import main
from hazard_library.errors import CardInvalid
from hazard_library.evaluation.detector import onnx_detector
from hazard_library.evaluation.export_report import read_report, report_file
from hazard_library.evaluation.metrics import read_left_out, read_metrics
from hazard_library.evaluation.release import Wanted, move_in, write_candidate
from hazard_library.evaluation.self_test import fails, quiet_floor
from hazard_library.registry import ModelPackage, find_package, load_package


@pytest.fixture(scope="module")
def package() -> ModelPackage:
    return find_package("site-hazards")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_run(tmp_path_factory.mktemp("runs"))
    measured(folder)
    return folder


def released(run: Path, statement: Path, previous: ModelPackage | None = None) -> ModelPackage:
    wanted = Wanted(run, None, statement, None, previous, drawings=20)
    return write_candidate(wanted, lambda one: run.parent / one.file)


def test_a_run_becomes_a_package_with_figures_and_thresholds(
    run: Path, tmp_path: Path, package: ModelPackage
) -> None:
    said = write_statement(tmp_path, thresholds_pinned={"fire": 0.25})
    made = released(run, said, package)
    card = made.card
    assert made.folder == run / "candidate" / "trial" / "1.2.3"
    assert card.thresholds["fire"] == 0.25
    assert card.metrics["fire"].boxes == 1
    assert [source.licence for source in card.data.sources] == ["CC0-1.0"]
    assert (card.data.leaks, card.parity is not None) == (0, True)
    metrics = read_metrics(made.folder)
    assert metrics.field is not None
    assert metrics.field.evaluation.model_sha256 == package.card.sha256
    assert metrics.evaluation.classes["fire"].threshold == 0.25


def test_the_card_for_people_says_in_both_languages_what_it_cannot_do(
    run: Path, tmp_path: Path
) -> None:
    made = released(run, write_statement(tmp_path))
    text = (made.folder / "card.md").read_text(encoding="utf-8")
    for limit in made.card.limits:
        assert limit.zh in text
        assert limit.en in text
    assert "每报 100 次" in text
    assert "尚未测量" in text
    assert "| rendered | CC0-1.0 | 3 |" in text


def test_rows_of_left_out_sources_stand_on_the_card(run: Path, tmp_path: Path) -> None:
    rows = [{"class": "fire", "left_out": "yards", "ap_with": 0.8, "ap_without": 0.6, "n": 40}]
    file = tmp_path / "loso.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    wanted = Wanted(run, None, write_statement(tmp_path), file, None, drawings=5)
    made = write_candidate(wanted, lambda one: run.parent / one.file)
    text = (made.folder / "card.md").read_text(encoding="utf-8")
    assert "| `fire` | yards | 40 | 0.800 | 0.600 | 0.200 |" in text


def test_a_row_that_does_not_fit_names_the_field(tmp_path: Path) -> None:
    file = tmp_path / "loso.json"
    file.write_text('[{"class": "fire", "left_out": "a", "ap_with": 2}]', encoding="utf-8")
    with pytest.raises(CardInvalid, match=r"0\.ap_with: .*less than or equal to 1"):
        read_left_out(file)


def test_a_version_is_never_rewritten(run: Path, tmp_path: Path) -> None:
    made = released(run, write_statement(tmp_path))
    moved = move_in(made, tmp_path / "models")
    assert moved.folder == tmp_path / "models" / "trial" / "1.2.3"
    with pytest.raises(CardInvalid, match="released already; raise the version"):
        move_in(made, tmp_path / "models")


def test_a_file_that_changed_since_it_was_measured_is_refused(run: Path, tmp_path: Path) -> None:
    changed = tmp_path / "run"
    shutil.copytree(run, changed)
    model = onnx.load(changed / "model.onnx")
    model.doc_string = "another"
    onnx.save(model, changed / "model.onnx")
    for picture in run.parent.glob("*.png"):
        shutil.copyfile(picture, tmp_path / picture.name)
    with pytest.raises(CardInvalid, match="changed since it was measured"):
        released(changed, write_statement(tmp_path))


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CardInvalid, match=r"run\.json: no finished training run"):
        released(tmp_path, STATEMENT)


def test_a_run_that_was_not_exported_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    with pytest.raises(CardInvalid, match=r"no export report .*run: patrol model export"):
        released(run, write_statement(tmp_path))


def test_an_export_measured_on_other_data_is_refused(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "run"
    shutil.copytree(run, other)
    report = read_report(report_file(run, None)).model_copy(update={"data_sha256": "f" * 64})
    report_file(other, None).write_text(report.model_dump_json(by_alias=True), encoding="utf-8")
    with pytest.raises(CardInvalid, match="was measured on data ffffffffffff"):
        released(other, write_statement(tmp_path))


def test_a_statement_that_does_not_fit_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(CardInvalid, match=r"not a model statement .*praise"):
        released(run, write_statement(tmp_path, praise="much"))


def test_the_verb_releases_what_passes_its_gates_and_signs_it(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATROL_MATERIAL", str(run.parent))
    models = tmp_path / "models"
    (models / "trusted").mkdir(parents=True)
    assert main(["model", "keygen", "--out", str(models / "trusted" / "release")]) == 0
    words = ["model", "release", str(run), "--models", str(models)]
    words += ["--statement", str(write_statement(tmp_path))]
    assert main([*words, "--key", str(models / "trusted" / "release")]) == 0
    said = capsys.readouterr().out
    assert "FAIL" not in said
    assert "released, signed by key" in said
    assert main(["model", "verify", str(models / "trial" / "1.2.3")]) == 0


def test_the_verb_keeps_back_what_fails_a_gate(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATROL_MATERIAL", str(run.parent))
    models = tmp_path / "models"
    said = write_statement(tmp_path, licences={"rendered": "none stated"})
    words = ["model", "release", str(run), "--models", str(models), "--statement", str(said)]
    assert main(words) == 1
    printed = capsys.readouterr()
    (line,) = [line for line in printed.out.splitlines() if line.startswith("FAIL 不通过")]
    assert "licence: unstated: rendered; decision None" in line
    assert "not released" in printed.err
    assert not (models / "trial").exists()


def test_the_floor_of_the_self_test_keeps_away_from_every_score() -> None:
    assert quiet_floor(np.array([0.9, 0.36, 0.31])) == 0.4
    assert 0.3 <= quiet_floor(np.array([0.5])) <= 0.4


def test_where_nothing_is_sure_the_floor_lies_among_fainter_boxes() -> None:
    assert 0.1 <= quiet_floor(np.array([0.2])) <= 0.15
    assert 0.1 <= quiet_floor(np.zeros(0)) <= 0.3


def test_the_package_finds_in_its_own_picture_what_its_card_says(package: ModelPackage) -> None:
    card = package.card
    detector = onnx_detector(package.model_file, card.labels)
    for test in card.self_test:
        assert fails(test, package.folder, detector, card.suppression_iou) is None
        other = test.model_copy(update={"boxes": test.boxes[1:]})
        assert fails(other, package.folder, detector, card.suppression_iou) is not None
        shifted = test.boxes[0].model_copy(update={"x1": test.boxes[0].x1 + 9})
        other = test.model_copy(update={"boxes": (shifted, *test.boxes[1:])})
        assert fails(other, package.folder, detector, card.suppression_iou) is not None
    assert {"person", "helmet", "fire"} <= {box.label for box in card.self_test[0].boxes}


def test_the_card_of_the_project_was_made_with_its_recipe(package: ModelPackage) -> None:
    recipe = STATEMENT.parents[2] / package.card.training.recipe
    assert hashlib.sha256(recipe.read_bytes()).hexdigest() == package.card.training.recipe_sha256


def test_a_variant_is_opened_by_its_precision(run: Path, tmp_path: Path) -> None:
    made = released(run, write_statement(tmp_path))
    for variant in made.card.variants:
        opened = find_package(f"{made.folder}:{variant.precision}")
        assert opened.model_file.name == variant.file
        assert opened.card.precision == variant.precision
        assert opened.card.labels == LABELS
    assert load_package(made.folder).variant("float32").card == made.card
