"""A tiny model package for tests: it finds areas of pure colour, exactly and in no time.

It has the input and output of the real detector, so everything but the weights is the real thing:
card, hashes, letterbox, ONNX Runtime, decoder. Paint a saturated rectangle about 90 x 150 pixels
into a 416 x 416 picture and it is a `person` (red), a `helmet` (blue) or `fire` (green); a second
model that is asked for `smoke` takes what is cyan for it.
"""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIZE = 416
CELL = 16
LABELS = ("person", "helmet", "fire")
#: Width and height that every found box has, in pixels of the input.
BOX = (96.0, 160.0)

#: How much of each input plane (R, G, B) speaks for a class, and what a pixel needs beyond.
_COLOURS = {
    "person": ((1.0, -1.0, -1.0), 0.0),
    "helmet": ((-1.0, -1.0, 1.0), 0.0),
    "fire": ((-1.0, 1.0, -1.0), 0.0),
    "smoke": ((-1.0, 1.0, 1.0), -1.0),
}


def write_painted_package(
    folder: Path,
    version: str = "0.0.1",
    name: str = "painted",
    labels: tuple[str, ...] = LABELS,
    size: int = SIZE,
) -> Path:
    """Write `<name>/<version>/` below `folder`; return the folder of the package.

    labels: those of `person`, `helmet`, `fire` and `smoke` that it knows; size: of its input.
    """
    home = folder / name / version
    home.mkdir(parents=True)
    model = _model(labels, size)
    (home / "model.onnx").write_bytes(model)
    card = _card(model, labels, size) | {"name": name, "version": version}
    (home / "card.yaml").write_text(yaml.safe_dump(card), encoding="utf-8")
    return home


def _model(labels: tuple[str, ...], size: int) -> bytes:
    """Sum each class's colour over a box-sized window around every cell."""
    side = size // CELL
    planes = np.array([_COLOURS[label][0] for label in labels], dtype=np.float32)
    needs = np.array([_COLOURS[label][1] for label in labels], dtype=np.float32)
    window = (int(BOX[1]) // CELL, int(BOX[0]) // CELL)
    nodes = [
        helper.make_node("Conv", ["images", "colours", "needs"], ["differences"]),
        helper.make_node("Relu", ["differences"], ["shares"]),
        helper.make_node(
            "AveragePool", ["shares"], ["cells"], kernel_shape=[CELL] * 2, strides=[CELL] * 2
        ),
        helper.make_node(
            "AveragePool",
            ["cells"],
            ["windows"],
            kernel_shape=list(window),
            auto_pad="SAME_UPPER",
            count_include_pad=1,
        ),
        helper.make_node("Reshape", ["windows", "flat"], ["scores"]),
        helper.make_node("Concat", ["boxes", "scores"], ["output0"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "painted",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, size, size])],
        [
            helper.make_tensor_value_info(
                "output0", TensorProto.FLOAT, [1, 4 + len(labels), side * side]
            )
        ],
        [
            numpy_helper.from_array(planes.reshape(-1, 3, 1, 1), "colours"),
            numpy_helper.from_array(needs, "needs"),
            numpy_helper.from_array(_boxes(window, side), "boxes"),
            numpy_helper.from_array(np.array([1, len(labels), -1], dtype=np.int64), "flat"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _boxes(window: tuple[int, int], side: int) -> NDArray[np.float32]:
    """Return the centre and size of the box of each cell, (1, 4, cells)."""
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    # An even window has no middle cell: SAME_UPPER puts the odd half cell below and to the right.
    shift_y = 0.5 if window[0] % 2 else 1.0
    shift_x = 0.5 if window[1] % 2 else 1.0
    stacked = np.stack(
        [
            (columns + shift_x) * CELL,
            (rows + shift_y) * CELL,
            np.full_like(rows, BOX[0]),
            np.full_like(rows, BOX[1]),
        ]
    )
    return stacked.reshape(1, 4, -1).astype(np.float32)


def _card(model: bytes, labels: tuple[str, ...], size: int) -> dict[str, object]:
    shape = [1, 4 + len(labels), (size // CELL) ** 2]
    sha256 = hashlib.sha256(model).hexdigest()
    return {
        "schema": "model-card/1",
        "file": "model.onnx",
        "sha256": sha256,
        "bytes": len(model),
        "licence": "AGPL-3.0-or-later",
        "decoder": "yolo-anchor-free",
        "labels": list(labels),
        "thresholds": dict.fromkeys(labels, 0.5),
        "thresholds_note": "half of the box is painted",
        "suppression_iou": 0.3,
        "input": {
            "name": "images",
            "width": size,
            "height": size,
            "colour": "RGB",
            "scale": 255,
            "layout": "NCHW",
            "fit": "letterbox-centre",
            "pad": 114,
        },
        "precision": "float32",
        "outputs": [{"name": "output0", "shape": shape, "meaning": "boxes and classes"}],
        "data": {
            "sha256": "0" * 64,
            "train_pictures": 0,
            "val_pictures": 0,
            "sources": [],
            "note": "no data: the weights are written by hand",
        },
        "initial_weights": {"file": "none", "sha256": "0" * 64, "licence": "none"},
        "training": {
            "recipe": "none",
            "recipe_sha256": "0" * 64,
            "seed": 0,
            "epochs": 0,
            "steps": 0,
            "seconds": 0,
            "frameworks": {},
        },
        "metrics": {},
        "limits": [],
        "self_test": [],
    }
