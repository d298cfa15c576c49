"""The loss teaches background only where the absence of a class is known."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from ultralytics.utils.loss import v8DetectionLoss

from hazard_library.training.masked_loss import (
    MaskedDetectionLoss,
    exclusion,
    known_at_anchors,
)
from hazard_library.training.network import build_network
from hazard_library.training.recipe import read_recipe

RECIPE = Path(__file__).parents[2] / "configs" / "training" / "site-hazards.yaml"
SIDE, CELLS = 64, 8
SHAPES = [(8, 8), (4, 4), (2, 2)]


def test_anchors_read_the_cell_under_their_centre() -> None:
    known = torch.ones(1, 2, CELLS, CELLS, dtype=torch.bool)
    known[0, 1, :4, :4] = False
    read = known_at_anchors(known, SHAPES)
    assert read.shape == (1, 64 + 16 + 4, 2)
    assert read[0, :, 0].all()
    assert int((~read[0, :, 1]).sum()) == 16 + 4 + 1
    assert not read[0, 64 + 16, 1]


def test_exclusion_goes_both_ways() -> None:
    matrix = exclusion(("person", "helmet", "bare"), [("helmet", "bare")])
    assert matrix.tolist() == [[1, 0, 0], [0, 1, 1], [0, 1, 1]]


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return build_network(read_recipe(RECIPE)).train()


def gradients(network: nn.Module, known: Tensor, boxes: list[list[float]]) -> Tensor:
    """Return the gradient of the loss for the scores, (anchors, classes), for one picture."""
    loss = MaskedDetectionLoss(network, exclusion(("p", "h", "b", "f", "s"), [("h", "b")]))
    torch.manual_seed(0)
    outputs = network(torch.rand(1, 3, SIDE, SIDE))
    outputs["scores"].retain_grad()
    rows = torch.tensor(boxes).reshape(-1, 5)
    batch = {
        "known": known,
        "batch_idx": torch.zeros(len(rows)),
        "cls": rows[:, :1],
        "bboxes": rows[:, 1:],
    }
    total, _ = loss(outputs, batch)
    total.sum().backward()
    return outputs["scores"].grad[0].T


def all_known() -> Tensor:
    return torch.ones(1, 5, CELLS, CELLS, dtype=torch.bool)


def test_a_class_that_is_not_known_is_not_taught(network: nn.Module) -> None:
    known = all_known()
    known[:, 3] = False
    slope = gradients(network, known, [])
    assert (slope[:, 3] == 0).all()
    assert (slope[:, 0] > 0).all()


def test_a_box_is_taught_even_where_its_class_is_not_known(network: nn.Module) -> None:
    slope = gradients(network, ~all_known(), [[1.0, 0.5, 0.5, 0.5, 0.5]])
    assert (slope[:, 1] < 0).any()
    assert (slope[:, 0] == 0).all()


def test_a_box_of_one_class_teaches_that_it_is_not_the_other(network: nn.Module) -> None:
    slope = gradients(network, ~all_known(), [[1.0, 0.5, 0.5, 0.5, 0.5]])
    taught = slope[:, 1] != 0
    assert (slope[taught, 2] > 0).all()
    assert (slope[~taught, 2] == 0).all()


def test_with_everything_known_it_is_the_plain_loss(network: nn.Module) -> None:
    torch.manual_seed(0)
    outputs = network(torch.rand(1, 3, SIDE, SIDE))
    batch = {
        "known": all_known(),
        "batch_idx": torch.zeros(1),
        "cls": torch.tensor([[1.0]]),
        "bboxes": torch.tensor([[0.5, 0.5, 0.5, 0.5]]),
    }
    masked, _ = MaskedDetectionLoss(network, torch.eye(5))(outputs, batch)
    plain, _ = v8DetectionLoss(network)(outputs, batch)
    assert masked.tolist() == pytest.approx(plain.tolist())
