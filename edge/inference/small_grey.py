"""A picture as the gate sees it: the mean brightness of a few thousand fields."""

import cv2
import numpy as np

from edge.core.looking_gate import SmallGrey
from edge.ports import Pixels

_COLUMNS = 160
#: So many pixels a side stand for a field; more would cost time and tell no more.
_SAMPLES = 3
_GREEN = 1


def small_grey(pixels: Pixels) -> SmallGrey:
    """Measure a BGR picture; green stands for brightness. About 0.2 ms for 1080p."""
    height, width = pixels.shape[:2]
    step = max(1, width // (_COLUMNS * _SAMPLES))
    green = np.ascontiguousarray(pixels[::step, ::step, _GREEN])
    rows = max(1, round(_COLUMNS * height / width))
    small = cv2.resize(green, (_COLUMNS, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
