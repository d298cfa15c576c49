"""A released model at the size that the bench compares: the same weights on a larger input.

The released detectors are fixed to inputs of 416 and 320. Their weights work at any size that is a
multiple of 32; what is fixed are the input's shape, the grid of places and one reshape. The answer
is a network of the same shape as one exported at 640, for measuring time; it is no released model.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from edge.errors import EdgeError
from hazard_library.registry.package import ModelPackage

_STRIDES = (8, 16, 32)


def resized(package: ModelPackage, side: int, folder: Path) -> Path:
    """Write the package with a square input of `side` pixels; return its folder.

    Raises:
        EdgeError: the package `onnx` is not installed, or the network is not built as expected.
    """
    home = folder / f"{package.card.name}-{side}" / package.card.version
    home.mkdir(parents=True, exist_ok=True)
    card = package.card.model_dump(by_alias=True, mode="json")
    places = sum((side // stride) ** 2 for stride in _STRIDES)
    rows = len(package.card.labels) + 4
    card["input"] |= {"width": side, "height": side}
    card["outputs"][0]["shape"] = [1, rows, places]
    card |= {"self_test": [], "parity": None, "name": f"{package.card.name}-{side}"}
    card |= _written(package.model_file, home, side)
    card["variants"] = [
        one | {"self_test": []} | _written(package.folder / one["file"], home, side)
        for one in card["variants"]
    ]
    (home / "card.yaml").write_text(yaml.safe_dump(card, allow_unicode=True), encoding="utf-8")
    return home


def _written(file: Path, home: Path, side: int) -> dict[str, Any]:
    data = _at_size(file, side)
    (home / file.name).write_bytes(data)
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _at_size(file: Path, side: int) -> bytes:
    try:
        import onnx  # noqa: PLC0415 - only this bench needs it
        from onnx import numpy_helper  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise EdgeError("onnx is not installed: pip install onnx, or bench without it") from missing
    model = onnx.load(file)
    image = model.graph.input[0].type.tensor_type.shape.dim
    before, after = _grid(image[2].dim_value), _grid(side)
    for dimension in (image[2], image[3]):
        dimension.dim_value = side
    for constant in model.graph.initializer:
        held = numpy_helper.to_array(constant)
        new = _for_grid(held, before, after)
        if new is not None:
            constant.CopyFrom(numpy_helper.from_array(new, constant.name))
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_value = len(after[1])
    del model.graph.value_info[:]
    onnx.checker.check_model(onnx.shape_inference.infer_shapes(model, strict_mode=True))
    return bytes(model.SerializeToString())


_Grid = tuple[NDArray[np.float32], NDArray[np.float32]]


def _grid(side: int) -> _Grid:
    """Return the middles of all places, (2, places) in their own stride, and their strides."""
    middles, strides = [], []
    for stride in _STRIDES:
        rows, columns = np.mgrid[0 : side // stride, 0 : side // stride].astype(np.float32) + 0.5
        middles.append(np.stack([columns.ravel(), rows.ravel()]))
        strides.append(np.full(rows.size, stride, np.float32))
    return np.concatenate(middles, axis=1), np.concatenate(strides)


def _for_grid(held: NDArray[Any], before: _Grid, after: _Grid) -> NDArray[Any] | None:
    """Return what a constant becomes that speaks of the grid; None: it does not."""
    places = len(before[1])
    if held.dtype == np.int64 and held.ndim == 1 and places in held.tolist():
        return np.where(held == places, len(after[1]), held)
    for old, new in zip(before, after, strict=True):
        if held.size == old.size and np.array_equal(held.ravel(), old.ravel()):
            return new.reshape(*held.shape[:-1], -1).astype(held.dtype)
    return None
