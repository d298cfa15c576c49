"""Exporting a trained checkpoint to ONNX, and proving that both answer alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort  # type: ignore[import-untyped,unused-ignore]
import onnxslim  # type: ignore[import-untyped,unused-ignore]
import torch
from torch import nn

from hazard_library.errors import TrainingError
from hazard_library.training.recipe import Recipe
from hazard_library.training.train import build_network

OPSET = 17
INPUT, OUTPUT = "images", "output0"
BOX_TOLERANCE_PX = 0.05
SCORE_TOLERANCE = 1e-3


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


def export(recipe: Recipe, checkpoint: Path, file: Path) -> Parity:
    """Write the checkpoint's averaged weights to `file` as ONNX, float32, for one square picture.

    The input is `images` (1, 3, side, side), RGB, 0..1; the output `output0` (1, 4 + classes,
    anchors): centre and size in input pixels, then a score for each class. Suppression is left out.

    Raises:
        TrainingError: there is no checkpoint, or the exported network answers otherwise.
    """
    model = trained_network(recipe, checkpoint)
    example = torch.zeros(1, 3, recipe.input, recipe.input)
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
    return check_parity(model, file, recipe)


def check_parity(model: nn.Module, file: Path, recipe: Recipe) -> Parity:
    """Compare both networks on seeded noise and on smooth pictures.

    Raises:
        TrainingError: a box or score differs by more than the tolerance.
    """
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(recipe.seed)
    box = score = 0.0
    for coarse in (recipe.input, 13, 4):
        small = torch.from_numpy(rng.random((1, 3, coarse, coarse), np.float32))
        picture = nn.functional.interpolate(small, (recipe.input, recipe.input), mode="bilinear")
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
