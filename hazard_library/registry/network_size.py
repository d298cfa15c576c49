"""A released detector for an input of another size: the same weights, no less and no more.

A detector's file is fixed to one input, mostly a square. Its weights work at any multiple of 32
pixels; what is fixed are the input's shape, the grid of places and one reshape. With an input of
the picture's own shape nothing is computed on padding: of a 16:9 picture that is two fifths.
"""

import functools
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from hazard_library.errors import RegistryError

#: Sides are multiples of the coarsest stride.
STEP = 32
_STRIDES = (8, 16, STEP)

Shape = tuple[int, int]
"""Height and width of an input, pixels."""


class NotResizable(RegistryError):
    """A network is built in another way: it runs at the size it was exported for, and no other."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """All places of an input. middles: (2, places), each in its own stride; strides: (places,)."""

    middles: NDArray[np.float32]
    strides: NDArray[np.float32]

    @property
    def places(self) -> int:
        return len(self.strides)


def least_side(pixels: int) -> int:
    """Return the least side of an input that holds so many pixels."""
    return -(-pixels // STEP) * STEP


def places_of(shape: Shape) -> int:
    """Return how many places the answer for an input of that shape has."""
    return sum((shape[0] // stride) * (shape[1] // stride) for stride in _STRIDES)


def at_size(data: bytes, shape: Shape) -> bytes:
    """Return an ONNX file of the same network for an input of that shape.

    Raises:
        NotResizable: no grid of places is found, or a side is no multiple of 32.
    """
    if any(side <= 0 or side % STEP for side in shape):
        raise NotResizable(f"an input of {shape[1]}x{shape[0]}: sides are multiples of {STEP}")
    model = onnx.load_from_string(data)
    image = model.graph.input[0].type.tensor_type.shape.dim
    before, after = _grid((image[2].dim_value, image[3].dim_value)), _grid(shape)
    image[2].dim_value, image[3].dim_value = shape
    if _refitted(model, before, after) == 0:
        raise NotResizable("its grid of places is not among its constants")
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_value = after.places
    # Stated for the old shape. The runtime works them out anew, and refuses what does not fit.
    del model.graph.value_info[:]
    return bytes(model.SerializeToString())


def _refitted(model: onnx.ModelProto, before: _Grid, after: _Grid) -> int:
    """Replace what speaks of the grid; return how many constants hold the grid itself."""
    found = 0
    for constant in model.graph.initializer:
        held = numpy_helper.to_array(constant)
        if held.dtype == np.int64 and held.ndim == 1 and before.places in held.tolist():
            new: NDArray[np.generic] = np.where(held == before.places, after.places, held)
        elif _is(held, before.middles):
            new, found = after.middles.reshape(*held.shape[:-1], -1), found + 1
        elif _is(held, before.strides):
            new = after.strides.reshape(*held.shape[:-1], -1)
        else:
            continue
        constant.CopyFrom(numpy_helper.from_array(new.astype(held.dtype), constant.name))
    return found


def _is(held: NDArray[np.generic], grid: NDArray[np.float32]) -> bool:
    return held.size == grid.size and bool(np.array_equal(held.ravel(), grid.ravel()))


@functools.lru_cache(maxsize=8)
def _grid(shape: Shape) -> _Grid:
    middles, strides = [], []
    for stride in _STRIDES:
        rows, columns = np.mgrid[0 : shape[0] // stride, 0 : shape[1] // stride]
        middles.append(np.stack([columns.ravel(), rows.ravel()]).astype(np.float32) + 0.5)
        strides.append(np.full(rows.size, stride, np.float32))
    return _Grid(np.concatenate(middles, axis=1), np.concatenate(strides))
