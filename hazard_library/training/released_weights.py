"""Going on from a released package: its ONNX weights, split into kernels and normalisation again.

An exported network has its batch normalisation folded into the kernels, and a network trained with
folded kernels would normalise twice. So the released network is run once over some training
pictures with the folded kernels; the mean and spread seen at each kernel's output become that
layer's normalisation, which then computes exactly what the released network computed.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from hazard_library.bundle import models_root
from hazard_library.errors import TrainingError
from hazard_library.training.initial_weights import checked_bytes
from hazard_library.training.recipe import InitialWeights, Recipe

LOOKS = 128
"""Pictures over which mean and spread are taken."""
BATCH = 16


def take_up(
    spec: InitialWeights, recipe: Recipe, model: nn.Module, pictures: Sequence[Path]
) -> int:
    """Fill `model` from the package's ONNX file; return how many layers went over.

    Rows of the head go over label by label: by the same name, or as `spec.classes` says.

    Args:
        spec: the package's file and hash.
        recipe: the labels now taught, and the side of the pictures.
        model: the network to fill, not yet fused.
        pictures: files of the training split.

    Raises:
        TrainingError: the file is missing, is another one, or does not fit the network.
    """
    tensors = _read(spec)
    convolutions = _convolutions(model)
    norms: dict[str, nn.BatchNorm2d] = {}
    taken = 0
    with torch.no_grad():
        for name, convolution in convolutions.items():
            weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
            if weight is None or bias is None or weight.shape[1:] != convolution.weight.shape[1:]:
                continue
            if convolution.bias is not None:
                _take_rows(convolution, weight, bias, _rows(name, spec, recipe))
            else:
                convolution.weight.copy_(weight)
                norms[name] = _norm_of(model, name)
                norms[name].bias.copy_(bias)
            taken += 1
    if taken != spec.tensors:
        message = f"{taken} layers fit the network, not {spec.tensors}; other file or network"
        raise TrainingError(message)
    _settle(model, norms, _looks(pictures, recipe.input, recipe.seed))
    return taken


def _read(spec: InitialWeights) -> dict[str, Tensor]:
    """Read the package's named weights after checking its hash."""
    content = checked_bytes(models_root() / spec.file, spec.sha256)
    graph = onnx.load_from_string(content).graph
    return {
        item.name: torch.from_numpy(numpy_helper.to_array(item).copy())
        for item in graph.initializer
        if item.name.startswith("model.")
    }


def _convolutions(model: nn.Module) -> dict[str, nn.Conv2d]:
    """Return the network's convolutions by dotted name."""
    return {n: m for n, m in model.named_modules() if isinstance(m, nn.Conv2d) and "dfl" not in n}


def _norm_of(model: nn.Module, convolution: str) -> nn.BatchNorm2d:
    """Return the normalisation beside a convolution `….conv`."""
    norm = model.get_submodule(convolution.removesuffix("conv") + "bn")
    assert isinstance(norm, nn.BatchNorm2d)  # noqa: S101 - so the network is built
    return norm


def _rows(name: str, spec: InitialWeights, recipe: Recipe) -> dict[int, int] | None:
    """Return row taught → row of the package for the head's class layers, None elsewhere."""
    if ".cv3." not in name:
        return None
    known = list(spec.labels)
    wanted = {i: spec.classes.get(label, label) for i, label in enumerate(recipe.labels)}
    return {i: known.index(label) for i, label in wanted.items() if label in known}


def _take_rows(
    convolution: nn.Conv2d, weight: Tensor, bias: Tensor, rows: dict[int, int] | None
) -> None:
    """Copy a last layer of the head, whole or row by row."""
    assert convolution.bias is not None  # noqa: S101 - the caller asked
    for own, theirs in (rows or {i: i for i in range(len(weight))}).items():
        convolution.weight[own] = weight[theirs]
        convolution.bias[own] = bias[theirs]


def _looks(pictures: Sequence[Path], side: int, seed: int) -> Iterator[Tensor]:
    """Yield batches float32 (b, 3, side, side) of training pictures, chosen by the seed."""
    chosen = np.random.default_rng(seed).permutation(len(pictures))[:LOOKS]
    batch = []
    for number in chosen:
        picture = cv2.imread(str(pictures[int(number)]), cv2.IMREAD_COLOR)
        if picture is None:
            message = f"{pictures[int(number)]}: no readable picture; restore the material"
            raise TrainingError(message)
        square = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        batch.append(torch.from_numpy(square[:, :, ::-1].transpose(2, 0, 1).copy()).float() / 255)
        if len(batch) == BATCH:
            yield torch.stack(batch)
            batch = []
    if batch:
        yield torch.stack(batch)


def _settle(model: nn.Module, norms: dict[str, nn.BatchNorm2d], looks: Iterator[Tensor]) -> None:
    """Give each normalisation the mean and spread of what comes before it, changing no output."""
    shifts = {name: norm.bias.detach().clone() for name, norm in norms.items()}
    sums = {name: torch.zeros(2, len(shift), dtype=torch.float64) for name, shift in shifts.items()}
    counts = dict.fromkeys(norms, 0)

    def watch(name: str) -> object:
        norm = norms[name]

        def see(_: nn.Module, inputs: tuple[Tensor, ...], __: Tensor) -> Tensor:
            seen = inputs[0].double()
            sums[name] += torch.stack([seen.sum((0, 2, 3)), seen.square().sum((0, 2, 3))])
            counts[name] += seen.numel() // seen.shape[1]
            return inputs[0] + shifts[name][None, :, None, None]

        return norm.register_forward_hook(see)

    hooks = [watch(name) for name in norms]
    model.eval()
    with torch.no_grad():
        for batch in looks:
            model(batch)
        for hook in hooks:
            hook.remove()  # type: ignore[attr-defined]
        for name, norm in norms.items():
            mean = (sums[name][0] / counts[name]).float()
            spread = (sums[name][1] / counts[name]).float() - mean.square()
            spread = spread.clamp(min=0)
            norm.running_mean.copy_(mean)  # type: ignore[union-attr]
            norm.running_var.copy_(spread)  # type: ignore[union-attr]
            norm.weight.copy_((spread + norm.eps).sqrt())
            norm.bias.copy_(shifts[name] + mean)
