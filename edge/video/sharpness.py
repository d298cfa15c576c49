"""How sharp a picture is, by its sharpest edges: what a lens out of focus takes from all of them.

Pure: it sees a grey picture and says a number.

The steepest step of a place, over the whole rise there, depends on the width of the edge and not
on light or contrast. Somebody who runs past blurs a few places; a lens out of focus, dirty or
fogged blurs all of them, so the sharpest fifth decides. The picture is made small first: noise of
the sensor, which looks sharp, is averaged away.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDE_PX = 320
_BLOCK_PX = 16
_LEAST_RISE = 24.0
_FEWEST_BLOCKS = 4
_SHARPEST_PERCENT = 80


def sharpness(grey: NDArray[np.uint8]) -> float | None:
    """Return the steepest step over the whole rise, 0..1, at the picture's sharpest places.

    In focus it is above 0.3; 0.25 is an edge 7 pixels wide at 1280. None: too few edges to tell.

    Args:
        grey: uint8 (height, width).
    """
    small = _small(grey)
    step_x = np.abs(np.diff(small, axis=1, append=small[:, -1:]))
    step_y = np.abs(np.diff(small, axis=0, append=small[-1:]))
    # A step into the next block is no part of this block's rise.
    step_x[:, _BLOCK_PX - 1 :: _BLOCK_PX] = 0
    step_y[_BLOCK_PX - 1 :: _BLOCK_PX] = 0
    blocks = _blocks(small)
    rise = blocks.max(1) - blocks.min(1)
    steepest = np.maximum(_blocks(step_x).max(1), _blocks(step_y).max(1))
    telling = rise >= _LEAST_RISE
    if np.count_nonzero(telling) < _FEWEST_BLOCKS:
        return None
    return float(np.percentile(steepest[telling] / rise[telling], _SHARPEST_PERCENT))


def _small(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Shrink to a usual width and to whole blocks."""
    height = round(grey.shape[0] * _WIDE_PX / grey.shape[1])
    height = max(1, height // _BLOCK_PX) * _BLOCK_PX
    small = cv2.resize(grey, (_WIDE_PX, height), interpolation=cv2.INTER_AREA)
    return cv2.blur(small.astype(np.float32), (3, 3)).astype(np.float32)


def _blocks(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = pixels.shape[0] // _BLOCK_PX, pixels.shape[1] // _BLOCK_PX
    split = pixels.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX).transpose(0, 2, 1, 3)
    return split.reshape(rows * columns, _BLOCK_PX * _BLOCK_PX)
