"""Cutting the first layers off a detector: a feature network for the states of equipment.

Nothing is trained here. A published checkpoint is cut after some of its layers, a network that is
ONNX already at some of its inner tensors; what comes out takes the square picture of a region and
answers maps of features. Every cut is compared with the network it came from before it is used.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Literal

os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_VERBOSE", "false")

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort  # type: ignore[import-untyped,unused-ignore]
import onnxslim  # type: ignore[import-untyped,unused-ignore]
import torch
import yaml
from onnx.utils import extract_model
from pydantic import Field, ValidationError
from torch import Tensor, nn
from ultralytics.nn.tasks import DetectionModel  # type: ignore[import-untyped,unused-ignore]

from hazard_library.bundle import models_root
from hazard_library.datasets.version import Frozen
from hazard_library.errors import TrainingError
from hazard_library.registry.card import CardWeights
from hazard_library.registry.features import (
    BackboneRun,
    Candidate,
    ExportedNetwork,
    FeatureInput,
    FeatureMap,
)
from hazard_library.training.export import INPUT, OPSET
from hazard_library.training.initial_weights import carry_over, read_tensors
from hazard_library.training.recipe import InitialWeights

TOLERANCE = 1e-3
"""Largest difference of a feature; features are a few units in size."""
RUN = "run.json"
PACKAGES = ("numpy", "onnx", "onnxslim", "torch", "ultralytics")
Maps = dict[str, npt.NDArray[np.float32]]


class LayerCut(Frozen):
    """A published checkpoint, cut after layers of its network."""

    name: str
    kind: Literal["checkpoint"]
    network: str
    weights: InitialWeights
    layers: dict[str, int] = Field(min_length=1)
    """Name of the output → number of the layer."""


class SourceFile(Frozen):
    """An ONNX file that holds the network to be cut."""

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str


class TensorCut(Frozen):
    """An ONNX network, of the material or of a release, cut at inner tensors."""

    name: str
    kind: Literal["onnx", "package"]
    weights: SourceFile
    tensors: dict[str, str] = Field(min_length=1)
    """Name of the output → name of the tensor inside."""
    colour: Literal["RGB", "BGR"] = "RGB"
    scale: float = Field(default=255.0, gt=0)


Cut = Annotated[LayerCut | TensorCut, Field(discriminator="kind")]


class BackboneRecipe(Frozen):
    """Which networks are cut where, and which cuts are compared."""

    schema_: Literal["backbone-recipe/1"] = Field(alias="schema")
    name: str
    version: str
    seed: int = Field(ge=0)
    side: int = Field(gt=0, multiple_of=32)
    licence: str
    networks: tuple[Cut, ...] = Field(min_length=1)
    candidates: tuple[Candidate, ...] = Field(min_length=1)
    ships: str


def read_backbone_recipe(file: Path) -> BackboneRecipe:
    """Read a recipe.

    Raises:
        TrainingError: it cannot be read or a field does not fit.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return BackboneRecipe.model_validate(content)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        message = f"{file}: no recipe of a backbone ({error}); mend these fields"
        raise TrainingError(message) from error


def export_backbones(recipe_file: Path, material: Path, out: Path) -> BackboneRun:
    """Cut every network of a recipe, compare each with its origin, and write them to `out`.

    Raises:
        TrainingError: a file is missing or is another one, a tensor is unknown, or a cut answers
            otherwise than the network it came from.
    """
    recipe = read_backbone_recipe(recipe_file)
    out.mkdir(parents=True, exist_ok=True)
    run = BackboneRun(
        schema="backbone-run/1",
        name=recipe.name,
        version=recipe.version,
        licence=recipe.licence,
        recipe=recipe_file.name,
        recipe_sha256=hashlib.sha256(recipe_file.read_bytes()).hexdigest(),
        seed=recipe.seed,
        networks=tuple(_export(cut, recipe, material, out) for cut in recipe.networks),
        candidates=recipe.candidates,
        ships=recipe.ships,
        frameworks={name: installed(name) for name in PACKAGES},
    )
    text = run.model_dump_json(indent=2, by_alias=True)
    (out / RUN).write_text(text + "\n", encoding="utf-8")
    return run


def _export(cut: Cut, recipe: BackboneRecipe, material: Path, out: Path) -> ExportedNetwork:
    """Write one network and describe it."""
    file = out / f"{cut.name}.onnx"
    if isinstance(cut, LayerCut):
        parity = cut_layers(cut, material, recipe.side, recipe.seed, file)
        colour, scale = "RGB", 255.0
    else:
        folder = material if cut.kind == "onnx" else models_root()
        parity = cut_tensors(cut, folder, recipe.side, recipe.seed, file)
        colour, scale = cut.colour, cut.scale
    content = file.read_bytes()
    weights = cut.weights
    return ExportedNetwork(
        name=cut.name,
        file=file.name,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        input=FeatureInput(name=INPUT, side=recipe.side, colour=colour, scale=scale),
        maps=maps_of(file, recipe.side),
        weights=CardWeights(file=weights.file, sha256=weights.sha256, licence=weights.licence),
        parity=parity,
    )


def maps_of(file: Path, side: int) -> tuple[FeatureMap, ...]:
    """Describe the outputs of an exported network, read from the file itself."""
    outputs = ort.InferenceSession(file, providers=["CPUExecutionProvider"]).get_outputs()
    return tuple(
        FeatureMap(name=one.name, stride=side // one.shape[-1], channels=one.shape[1])
        for one in outputs
    )


class _FirstLayers(nn.Module):
    """The first layers of a network, which follow each other without a branch."""

    def __init__(self, layers: nn.Sequential, keep: tuple[int, ...]) -> None:
        super().__init__()
        self.layers = layers
        self.keep = keep

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        """Return the maps after the layers in `keep`."""
        kept = []
        for number, layer in enumerate(self.layers):
            picture = layer(picture)
            if number in self.keep:
                kept.append(picture)
        return tuple(kept)


def first_layers(cut: LayerCut, material: Path) -> nn.Module:
    """Build the first layers of the network with the checkpoint's weights, ready to be exported.

    Raises:
        TrainingError: the checkpoint is missing or another one, or a layer is no plain follower.
    """
    model: nn.Module = DetectionModel(  # type: ignore[no-untyped-call]
        cut.network, verbose=False
    )
    carry_over(read_tensors(cut.weights, material), model, cut.weights.tensors)
    fused: nn.Module = model.eval().fuse(verbose=False)  # type: ignore[operator]
    order = sorted(cut.layers.values())
    layers = list(fused.model)[: order[-1] + 1]  # type: ignore[call-overload]
    if any(layer.f != -1 for layer in layers):
        message = f"{cut.name}: layer {order[-1]} lies behind a branch of {cut.network}; cut before"
        raise TrainingError(message)
    return _FirstLayers(nn.Sequential(*layers), tuple(order)).eval()


def cut_layers(cut: LayerCut, material: Path, side: int, seed: int, file: Path) -> float:
    """Export the first layers of a checkpoint to `file`; return the largest difference.

    The input is `images` (1, 3, side, side), RGB, 0..1; each output (1, channels, rows, columns).

    Raises:
        TrainingError: see `first_layers`; or the export differs by more than the tolerance.
    """
    model = first_layers(cut, material)
    names = sorted(cut.layers, key=lambda name: cut.layers[name])
    with torch.no_grad():
        torch.onnx.export(
            model,
            (torch.zeros(1, 3, side, side),),
            str(file),
            input_names=[INPUT],
            output_names=names,
            opset_version=OPSET,
            dynamo=False,
        )
    _tidy(onnxslim.slim(onnx.load(file)), file)

    def answer(picture: npt.NDArray[np.float32]) -> Maps:
        with torch.no_grad():
            maps = model(torch.from_numpy(picture))
        return {name: one.numpy() for name, one in zip(names, maps, strict=True)}

    pictures = _pictures(side, seed)
    return _parity([answer(picture) for picture in pictures], file, pictures)


def cut_tensors(cut: TensorCut, folder: Path, side: int, seed: int, file: Path) -> float:
    """Cut an ONNX network at inner tensors into `file`; return the largest difference.

    The comparison is made at the side of the origin; the cut is then declared for `side`: what lies
    before it is convolution and addition, which fit any multiple of the stride.

    Raises:
        TrainingError: the file is missing or another one, a tensor is unknown, or the cut differs.
    """
    source = folder / cut.weights.file
    content = source.read_bytes() if source.is_file() else b""
    digest = hashlib.sha256(content).hexdigest()
    if digest != cut.weights.sha256:
        message = f"{source}: SHA-256 is {digest}, the recipe says {cut.weights.sha256}; not used"
        raise TrainingError(message)
    whole = onnx.load_from_string(content)
    (own_input,) = list(whole.graph.input)
    own_side = own_input.type.tensor_type.shape.dim[-1].dim_value
    known = {name for node in whole.graph.node for name in node.output}
    if strange := sorted(set(cut.tensors.values()) - known):
        message = f"{source}: has no tensors {strange}; mend {cut.name}.tensors in the recipe"
        raise TrainingError(message)
    extract_model(source, file, [own_input.name], list(cut.tensors.values()))
    part = onnx.load(file)
    _rename(part.graph, {own_input.name: INPUT, **{v: k for k, v in cut.tensors.items()}})
    part = onnxslim.slim(part)
    onnx.save(part, file)
    pictures = [picture * 255 / cut.scale for picture in _pictures(own_side, seed)]
    parity = _parity(_inner(whole, cut.tensors, pictures), file, pictures)
    for value, stated in [(part.graph.input[0], side), *((one, 0) for one in part.graph.output)]:
        dims = value.type.tensor_type.shape.dim
        for dim in (dims[-2], dims[-1]):
            dim.dim_value = stated or dim.dim_value * side // own_side
    del part.graph.value_info[:]
    _tidy(part, file)
    return parity


def keep_maps(source: Path, names: tuple[str, ...], file: Path) -> None:
    """Write what of a feature network is needed for some of its maps."""
    extract_model(source, file, [INPUT], list(names))
    _tidy(onnxslim.slim(onnx.load(file)), file)


def _rename(graph: onnx.GraphProto, names: Mapping[str, str]) -> None:
    """Rename tensors throughout a graph."""
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*graph.input, *graph.output):
        value.name = names.get(value.name, value.name)


def _inner(
    whole: onnx.ModelProto,
    tensors: Mapping[str, str],
    pictures: list[npt.NDArray[np.float32]],
) -> list[Maps]:
    """Return what the whole network computes at its inner tensors."""
    (own_input,) = [one.name for one in whole.graph.input]
    shapes = {one.name: one for one in onnx.shape_inference.infer_shapes(whole).graph.value_info}
    whole.graph.output.extend(shapes[name] for name in tensors.values())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "whole.onnx"
        onnx.save(whole, file)
        session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
        return [
            dict(
                zip(tensors, session.run(list(tensors.values()), {own_input: picture}), strict=True)
            )
            for picture in pictures
        ]


def _tidy(model: onnx.ModelProto, file: Path) -> None:
    """Check and write a network; producer strings would only make equal networks differ."""
    model.producer_name, model.producer_version = "", ""
    onnx.checker.check_model(model)
    onnx.save(model, file)


def _pictures(side: int, seed: int) -> list[npt.NDArray[np.float32]]:
    """Return seeded noise and two smooth pictures, each (1, 3, side, side), 0..1."""
    rng = np.random.default_rng(seed)
    made = []
    for coarse in (side, 13, 4):
        small = torch.from_numpy(rng.random((1, 3, coarse, coarse), np.float32))
        made.append(nn.functional.interpolate(small, (side, side), mode="bilinear").numpy())
    return made


def _parity(trained: list[Maps], file: Path, pictures: list[npt.NDArray[np.float32]]) -> float:
    """Return the largest difference between what was answered before and what the file answers.

    Raises:
        TrainingError: it is larger than the tolerance.
    """
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    largest = 0.0
    for maps, picture in zip(trained, pictures, strict=True):
        exported = session.run(list(maps), {INPUT: picture})
        for one, other in zip(maps.values(), exported, strict=True):
            largest = max(largest, float(np.abs(one - np.asarray(other)).max()))
    if largest > TOLERANCE:
        message = f"{file}: differs from the network it was cut from by {largest}; not usable"
        raise TrainingError(message)
    return largest
