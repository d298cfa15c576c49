"""A cut answers what the network it was cut from answers inside, or it is refused."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, helper
from ultralytics.nn.tasks import DetectionModel

from hazard_library.bundle import configs_root, models_root
from hazard_library.errors import TrainingError
from hazard_library.training.backbone import (
    LayerCut,
    TensorCut,
    cut_layers,
    cut_tensors,
    first_layers,
    keep_maps,
    maps_of,
    read_backbone_recipe,
)

SIDE = 64
RECIPE = configs_root() / "training" / "state-backbone.yaml"
# The exporter that needs no further package warns that it is the older of two.
pytestmark = pytest.mark.filterwarnings("default")


def two_convolutions(file: Path) -> str:
    """Write images → a (stride 2) → b (stride 4) → sum; return the file's hash."""
    rng = np.random.default_rng(0)
    weights = {
        "wa": rng.normal(size=(4, 3, 3, 3)).astype(np.float32),
        "wb": rng.normal(size=(6, 4, 3, 3)).astype(np.float32),
    }
    half = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    nodes = [
        helper.make_node("Conv", ["pixels", "wa"], ["a"], **half),
        helper.make_node("Conv", ["a", "wb"], ["b"], **half),
        helper.make_node("ReduceSum", ["b"], ["out"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "two",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [])],
        [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), file)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def cut_of(sha256: str, **tensors: str) -> TensorCut:
    weights = {"file": "two.onnx", "sha256": sha256, "licence": "AGPL-3.0-or-later"}
    return TensorCut.model_validate(
        {"name": "two", "kind": "onnx", "weights": weights, "tensors": tensors}
    )


def test_a_cut_answers_as_the_tensors_inside_do_at_another_side(tmp_path: Path) -> None:
    digest = two_convolutions(tmp_path / "two.onnx")
    file = tmp_path / "cut.onnx"
    parity = cut_tensors(cut_of(digest, fine="a", coarse="b"), tmp_path, SIDE, 1, file)
    assert parity < 1e-5
    described = [(one.name, one.stride, one.channels) for one in maps_of(file, SIDE)]
    assert described == [("fine", 2, 4), ("coarse", 4, 6)]
    picture = np.random.default_rng(2).random((1, 3, SIDE, SIDE), np.float32)
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    fine, coarse = session.run(None, {"images": picture})
    weights = {one.name: one for one in onnx.load(tmp_path / "two.onnx").graph.initializer}
    first, second = (
        torch.from_numpy(onnx.numpy_helper.to_array(weights[name]).copy()) for name in ("wa", "wb")
    )
    known = torch.nn.functional.conv2d(torch.from_numpy(picture), first, stride=2, padding=1)
    np.testing.assert_allclose(fine, known.numpy(), atol=1e-4)
    known = torch.nn.functional.conv2d(known, second, stride=2, padding=1)
    np.testing.assert_allclose(coarse, known.numpy(), atol=1e-4)


def test_only_the_maps_that_are_kept_are_computed(tmp_path: Path) -> None:
    digest = two_convolutions(tmp_path / "two.onnx")
    both, one = tmp_path / "both.onnx", tmp_path / "one.onnx"
    cut_tensors(cut_of(digest, fine="a", coarse="b"), tmp_path, SIDE, 1, both)
    keep_maps(both, ("fine",), one)
    assert [found.name for found in maps_of(one, SIDE)] == ["fine"]
    assert one.stat().st_size < both.stat().st_size


def test_another_file_than_the_recipe_names_is_not_cut(tmp_path: Path) -> None:
    two_convolutions(tmp_path / "two.onnx")
    with pytest.raises(TrainingError, match="not used"):
        cut_tensors(cut_of("0" * 64, fine="a"), tmp_path, SIDE, 1, tmp_path / "cut.onnx")


def test_an_unknown_tensor_is_named(tmp_path: Path) -> None:
    digest = two_convolutions(tmp_path / "two.onnx")
    with pytest.raises(TrainingError, match=r"has no tensors \['c'\]"):
        cut_tensors(cut_of(digest, fine="c"), tmp_path, SIDE, 1, tmp_path / "cut.onnx")


def test_a_release_is_cut_where_the_recipe_says(tmp_path: Path) -> None:
    recipe = read_backbone_recipe(RECIPE)
    (cut,) = (one for one in recipe.networks if one.kind == "package")
    assert isinstance(cut, TensorCut)
    parity = cut_tensors(cut, models_root(), recipe.side, recipe.seed, tmp_path / "cut.onnx")
    assert parity < 1e-3
    strides = [one.stride for one in maps_of(tmp_path / "cut.onnx", recipe.side)]
    assert strides == [4, 8, 16]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of the shape of the published one, its weights random."""
    file = tmp_path_factory.mktemp("weights") / "net.pt"
    torch.manual_seed(3)
    torch.save({"ema": None, "model": DetectionModel("yolov5n.yaml", verbose=False)}, file)
    return file


def layer_cut(file: Path, **layers: int) -> LayerCut:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    tensors = len(DetectionModel("yolov5n.yaml", verbose=False).state_dict())
    weights = {"file": file.name, "sha256": digest, "licence": "AGPL-3.0", "tensors": tensors}
    return LayerCut.model_validate(
        {
            "name": "net",
            "kind": "checkpoint",
            "network": "yolov5n.yaml",
            "weights": weights,
            "layers": layers,
        }
    )


def test_first_layers_of_a_checkpoint_answer_alike_in_both_forms(
    checkpoint: Path, tmp_path: Path
) -> None:
    cut, file = layer_cut(checkpoint, stride16=6, stride8=4), tmp_path / "cut.onnx"
    assert cut_layers(cut, checkpoint.parent, SIDE, 1, file) < 1e-3
    model = onnx.load(file)
    assert model.opset_import[0].version == 17
    described = [(one.name, one.stride, one.channels) for one in maps_of(file, SIDE)]
    assert described == [("stride8", 8, 64), ("stride16", 16, 128)]


def test_a_cut_behind_a_branch_is_refused(checkpoint: Path) -> None:
    with pytest.raises(TrainingError, match="lies behind a branch"):
        first_layers(layer_cut(checkpoint, neck=13), checkpoint.parent)


def test_a_recipe_that_does_not_fit_says_where(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(RECIPE.read_text(encoding="utf-8").replace("side: 224", "side: 225"), "utf-8")
    with pytest.raises(TrainingError, match="side"):
        read_backbone_recipe(file)
