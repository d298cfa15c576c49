"""A whole run on a rendered picture: train, stop, go on, export the same network."""

import hashlib
import json
from pathlib import Path

import cv2
import pytest
import torch
import yaml

from hazard_library.datasets.version import build_version
from hazard_library.errors import TrainingError
from hazard_library.evaluation.self_test import HEIGHT, WIDTH, rendered_scene
from hazard_library.training.export import export
from hazard_library.training.network import build_network, set_frozen
from hazard_library.training.recipe import Recipe, read_recipe
from hazard_library.training.run_log import draw_curves
from hazard_library.training.train import train

PROJECT = Path(__file__).parents[2] / "configs" / "training" / "site-hazards.yaml"
# The exporter that needs no further package warns that it is the older of two.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


def write_set(material: Path) -> None:
    """Write two rendered pictures with the fire labelled."""
    folder = material / "data" / "rendered"
    rows = []
    for name in ("a", "b"):
        for part in ("images", "labels"):
            (folder / part / "train").mkdir(parents=True, exist_ok=True)
        file = folder / "images" / "train" / f"{name}.png"
        cv2.imwrite(str(file), cv2.cvtColor(rendered_scene(), cv2.COLOR_RGB2BGR))
        label = f"0 {388 / WIDTH} {200 / HEIGHT} {92 / WIDTH} {124 / HEIGHT}\n"
        (folder / "labels" / "train" / f"{name}.txt").write_text(label, encoding="utf-8")
        row = {
            "file": f"images/train/{name}.png",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "source": "rendered",
            "licence": "own",
            "split": "train",
            "width": WIDTH,
            "height": HEIGHT,
            "exhaustive": ["fire"],
        }
        rows.append(json.dumps(row))
    (folder / "manifest.jsonl").write_text("\n".join(rows), encoding="utf-8")


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Return the project's recipe cut down to two steps on rendered pictures."""
    write_set(tmp_path)
    monkeypatch.setenv("PATROL_MATERIAL", str(tmp_path))
    content = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))
    content["input"] = 64
    content["data"] = {"sets": [{"folder": "data/rendered", "classes": ["fire"]}]}
    content["stages"] = [{"from_epoch": 0}, {"from_epoch": 1, "frozen_layers": 5}]
    content["schedule"] |= {"epochs": 2, "batch": 2, "loader_processes": 0}
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    network = build_network(read_recipe(file))
    torch.save({"ema": None, "model": network}, tmp_path / "w.pt")
    content["initial_weights"] = {
        "file": "w.pt",
        "sha256": hashlib.sha256((tmp_path / "w.pt").read_bytes()).hexdigest(),
        "licence": "own",
        "tensors": len(network.state_dict()),
    }
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return read_recipe(file)


def test_a_run_ends_can_be_taken_up_and_is_exported_as_it_is(
    recipe: Recipe, tmp_path: Path
) -> None:
    data = build_version(recipe.data, recipe.labels, tmp_path, tmp_path)
    ticks = iter(range(1000))
    done = train(recipe, data, tmp_path, tmp_path, clock=lambda: float(next(ticks)))
    assert (done.epoch, done.step) == (2, 2)
    again = train(recipe, data, tmp_path, tmp_path)
    assert (again.epoch, again.step) == (2, 2)
    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2]
    curves = cv2.imread(str(draw_curves(tmp_path)))
    assert curves is not None
    # White paper with something drawn on it.
    assert 0.01 < (curves < 250).mean() < 0.5
    parity = export(recipe, tmp_path / "last.pt", tmp_path / "model.onnx")
    assert parity.score < 1e-3


def test_a_checkpoint_of_other_data_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    data = build_version(recipe.data, recipe.labels, tmp_path, tmp_path)
    train(recipe, data, tmp_path, tmp_path)
    other = data.model_copy(update={"pictures": data.pictures[:1]})
    with pytest.raises(TrainingError, match="belongs to data"):
        train(recipe, other, tmp_path, tmp_path)


def test_time_used_up_ends_the_run(recipe: Recipe, tmp_path: Path) -> None:
    data = build_version(recipe.data, recipe.labels, tmp_path, tmp_path)
    ticks = iter((0.0, 10_000.0))
    assert train(recipe, data, tmp_path, tmp_path, clock=lambda: next(ticks)).step == 1


def test_no_checkpoint_cannot_be_exported(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no checkpoint; train the recipe first"):
        export(recipe, tmp_path / "last.pt", tmp_path / "model.onnx")


def test_frozen_layers_get_no_gradient(recipe: Recipe) -> None:
    network = build_network(recipe)
    set_frozen(network, 5)
    frozen = {
        int(name.split(".")[1])
        for name, parameter in network.named_parameters()
        if not parameter.requires_grad and "dfl" not in name
    }
    assert frozen == {0, 1, 2, 3, 4}
