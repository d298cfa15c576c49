"""A network filled from a release computes what the release computed, and can be trained on."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch

from hazard_library.bundle import models_root
from hazard_library.errors import TrainingError
from hazard_library.evaluation.self_test import rendered_scene
from hazard_library.training.network import build_network
from hazard_library.training.recipe import Recipe, read_recipe
from hazard_library.training.released_weights import take_up

PROJECT = Path(__file__).parents[2] / "configs" / "training" / "ppe.yaml"


@pytest.fixture
def recipe() -> Recipe:
    return read_recipe(PROJECT)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Rendered pictures under different light: a spread needs more than one of a kind."""
    import cv2  # noqa: PLC0415 - only this fixture draws

    files = [tmp_path / f"{number}.png" for number in range(4)]
    for number, file in enumerate(files):
        cv2.imwrite(str(file), np.clip(rendered_scene() * (0.5 + 0.2 * number), 0, 255))
    return files


def test_the_filled_network_answers_as_the_release(recipe: Recipe, pictures: list[Path]) -> None:
    network = build_network(recipe)
    taken = take_up(recipe.initial_weights, recipe, network, pictures)
    assert taken == recipe.initial_weights.tensors
    picture = torch.rand(1, 3, 416, 416, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        filled = network.eval()(picture)[0].numpy()
    file = models_root() / recipe.initial_weights.file
    (released,) = ort.InferenceSession(file).run(None, {"images": picture.numpy()})
    # Rows: four of the box, then one a label; the first three labels are the same in both.
    assert np.abs(filled[:, :4] - released[:, :4]).max() < 0.05
    assert np.abs(filled[:, 4:7] - released[:, 4:7]).max() < 1e-4


def test_normalisation_is_split_out_again(recipe: Recipe, pictures: list[Path]) -> None:
    network = build_network(recipe)
    take_up(recipe.initial_weights, recipe, network, pictures)
    norm = network.get_submodule("model.3.bn")
    assert isinstance(norm, torch.nn.BatchNorm2d)
    assert norm.running_var is not None
    # A folded network would have spread 1 here whatever the pictures show.
    assert not torch.allclose(norm.running_var, torch.ones_like(norm.running_var))
    assert torch.allclose(norm.weight, (norm.running_var + norm.eps).sqrt())


def test_a_row_can_start_from_another_label(recipe: Recipe, pictures: list[Path]) -> None:
    spec = recipe.initial_weights.model_copy(update={"classes": {"vest": "helmet"}})
    network = build_network(recipe)
    take_up(spec, recipe, network, pictures)
    head = network.get_submodule("model.24.cv3.0.2")
    assert isinstance(head, torch.nn.Conv2d)
    assert torch.equal(head.weight[3], head.weight[1])
    assert not torch.equal(head.weight[4], head.weight[1])


def test_another_file_is_not_used(recipe: Recipe) -> None:
    spec = recipe.initial_weights.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(TrainingError, match="the recipe says 0000"):
        take_up(spec, recipe, build_network(recipe), [])


def test_another_network_is_refused(recipe: Recipe, pictures: list[Path]) -> None:
    spec = recipe.initial_weights.model_copy(update={"tensors": 3})
    with pytest.raises(TrainingError, match="layers fit the network, not 3"):
        take_up(spec, recipe, build_network(recipe), pictures)
