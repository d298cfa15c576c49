"""Exporting a trained checkpoint to ONNX, and proving that both answer alike."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort  # type: ignore[import-untyped,unused-ignore]
import onnxslim  # type: ignore[import-untyped,unused-ignore]
import torch
from torch import nn

from hazard_library.errors import TrainingError
from hazard_library.training.network import build_network
from hazard_library.training.recipe import Recipe

OPSET = 17
STRIDE = 32
"""Of the coarsest of the network's grids, in pixels."""
INPUT, OUTPUT = "images", "output0"
BOX_TOLERANCE_PX = 0.05
SCORE_TOLERANCE = 1e-3

Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Parity:
    """The largest differences between the trained and the exported network."""

    box_px: float
    score: float


def trained_network(recipe: Recipe, checkpoint: Path) -> nn.Module:
    """Build the network with the checkpoint's averaged weights, ready to be exported.

    Raises:
        TrainingError: there is no such checkpoint.
    """
    if not checkpoint.is_file():
        message = f"{checkpoint}: no checkpoint; train the recipe first"
        raise TrainingError(message)
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model = build_network(recipe)
    model.load_state_dict(state["average"])
    fused: nn.Module = model.eval().fuse(verbose=False)  # type: ignore[operator]
    head: Any = fused.model[-1]  # type: ignore[index]
    # In this mode the head returns its decoded output alone, with no tensors beside it.
    head.export, head.format, head.dynamic = True, "onnx", False
    return fused


def export(recipe: Recipe, checkpoint: Path, file: Path, side: int | None = None) -> Parity:
    """Write the checkpoint's averaged weights to `file` as ONNX, float32, for one square picture.

    The side of the input is a property of the export: the recipe's, or `side` in pixels.

    The input is `images` (1, 3, side, side), RGB, 0..1; the output `output0` (1, 4 + classes,
    anchors): centre and size in input pixels, then a score for each class. Suppression is left out.

    Raises:
        TrainingError: there is no checkpoint, the side is no multiple of the coarsest stride, or
            the exported network answers otherwise.
    """
    side = side or recipe.input
    if side % STRIDE:
        message = f"input {side}: no multiple of {STRIDE}; take {side // STRIDE * STRIDE}"
        raise TrainingError(message)
    model = trained_network(recipe, checkpoint)
    example = torch.zeros(1, 3, side, side)
    with torch.no_grad():
        model(example)
        torch.onnx.export(
            model,
            (example,),
            str(file),
            input_names=[INPUT],
            output_names=[OUTPUT],
            opset_version=OPSET,
            dynamo=False,
        )
    slim = onnxslim.slim(onnx.load(file))
    # Producer strings and intermediate shapes would only make equal networks differ.
    slim.producer_name, slim.producer_version = "", ""
    onnx.checker.check_model(slim)
    onnx.save(slim, file)
    return check_parity(model, file, side, recipe.seed)


def trained_answers(recipe: Recipe, checkpoint: Path) -> Callable[[Pixels], Pixels]:
    """Return the trained network itself, as what an export is compared with.

    Returns:
        float32 (1, 3, side, side), RGB, 0..1 → (1, 4 + classes, anchors), computed by torch.

    Raises:
        TrainingError: there is no such checkpoint.
    """
    model = trained_network(recipe, checkpoint)
    # One thread: on shared cores the barriers between threads cost more than a second one brings.
    torch.set_num_threads(1)

    def answer(pixels: Pixels) -> Pixels:
        with torch.no_grad():
            return np.asarray(model(torch.from_numpy(pixels)).numpy(), np.float32)

    return answer


def check_parity(model: nn.Module, file: Path, side: int, seed: int) -> Parity:
    """Compare both networks on seeded noise and on smooth pictures.

    Raises:
        TrainingError: a box or score differs by more than the tolerance.
    """
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(seed)
    box = score = 0.0
    for coarse in (side, 13, 4):
        small = torch.from_numpy(rng.random((1, 3, coarse, coarse), np.float32))
        picture = nn.functional.interpolate(small, (side, side), mode="bilinear")
        with torch.no_grad():
            trained = model(picture).numpy()
        (exported,) = session.run(None, {INPUT: picture.numpy()})
        difference = np.abs(trained - np.asarray(exported))
        box = max(box, float(difference[:, :4].max()))
        score = max(score, float(difference[:, 4:].max()))
    if box > BOX_TOLERANCE_PX or score > SCORE_TOLERANCE:
        message = f"{file}: differs from the trained network by {box} px and {score}; not usable"
        raise TrainingError(message)
    return Parity(box, score)
