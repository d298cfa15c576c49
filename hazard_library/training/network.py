"""The network of a recipe: built, filled with its initial weights, and made ready to learn.

Nothing here reaches out: ultralytics is told to stay offline before it is imported.
"""

import os
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_VERBOSE", "false")

import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel  # type: ignore[import-untyped,unused-ignore]
from ultralytics.utils.loss import v8DetectionLoss  # type: ignore[import-untyped,unused-ignore]

from hazard_library.datasets.material import material_root
from hazard_library.datasets.version import DatasetVersion, picture_file
from hazard_library.training.initial_weights import carry_over, read_tensors
from hazard_library.training.masked_loss import MaskedDetectionLoss, exclusion
from hazard_library.training.recipe import Recipe, Schedule
from hazard_library.training.released_weights import take_up

GAINS = SimpleNamespace(box=7.5, cls=0.5, dfl=1.5, epochs=1)
"""Weights of the three terms of the loss: ultralytics' own defaults for detection."""


def build_network(recipe: Recipe) -> nn.Module:
    """Build the untrained network of a recipe, its loss gains attached."""
    torch.manual_seed(recipe.seed)
    model: nn.Module = DetectionModel(  # type: ignore[no-untyped-call]
        recipe.network, nc=len(recipe.labels), verbose=False
    )
    model.args = GAINS  # type: ignore[assignment]
    return model


def device_of(schedule: Schedule) -> torch.device:
    """Return where a run computes: on a GPU where there is one, unless the recipe says CPU."""
    gpu = schedule.device == "auto" and torch.cuda.is_available()
    return torch.device("cuda" if gpu else "cpu")


def start_from(recipe: Recipe, model: nn.Module, data: DatasetVersion, root: Path) -> int:
    """Fill `model` with the recipe's initial weights; return how many tensors went over.

    `root` is the folder to which the pictures' paths are relative; a published checkpoint lies in
    the outside material.

    Raises:
        TrainingError: the file is missing, is another one, or does not fit the network.
    """
    spec = recipe.initial_weights
    if spec.kind == "checkpoint":
        material = material_root(os.environ, Path.cwd())
        return carry_over(read_tensors(spec, material), model, spec.tensors)
    files = [picture_file(root, picture) for picture in data.of("train")]
    return take_up(spec, recipe, model, files)


def optimizer_of(model: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """Group the weights: the head learns faster, and only kernels decay."""
    head = f"model.{len(model.model) - 1}."  # type: ignore[arg-type]
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            key = (name.startswith(head), parameter.ndim > 1)
            groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "weight_decay": schedule.weight_decay if decays else 0.0,
                "top_rate": schedule.rate * (schedule.head_rate_factor if in_head else 1.0),
            }
            for (in_head, decays), parameters in groups.items()
        ],
        lr=schedule.rate,
    )


def loss_of(recipe: Recipe, model: nn.Module) -> v8DetectionLoss:
    """Return the loss of a recipe: masked by what is known, or the plain one for comparison."""
    if recipe.masked:
        return MaskedDetectionLoss(model, exclusion(recipe.labels, recipe.exclusive))
    return v8DetectionLoss(model)


def set_frozen(model: nn.Module, layers: int) -> None:
    """Set the model to training, its first `layers` layers kept as they are.

    Frozen weights keep their place in the optimizer, which leaves weights without gradient alone.
    """
    model.train()
    for number, layer in enumerate(model.model):  # type: ignore[arg-type]
        frozen = number < layers
        layer.train(not frozen)
        for name, parameter in layer.named_parameters():
            # The head's box decoder holds fixed numbers, not weights.
            parameter.requires_grad_(not frozen and "dfl" not in name)
