"""A picture as the gate sees it: the mean brightness of a few thousand fields."""

import cv2
import numpy as np

from edge.core.looking_gate import SmallGrey
from edge.ports import HasGrey

_COLUMNS = 160
#: So many pixels a side stand for a field; more would cost time and tell no more.
_SAMPLES = 3


def small_grey(picture: HasGrey) -> SmallGrey:
    """Measure a picture, without making its array. About 0.2 ms for 1080p."""
    width, height = picture.size
    grey = picture.grey(max(1, width // (_COLUMNS * _SAMPLES)))
    rows = max(1, round(_COLUMNS * height / width))
    small = cv2.resize(grey, (_COLUMNS, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
