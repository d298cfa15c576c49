"""What a detector found in one frame: a struct of arrays, the same for every model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.core.moment import Moment


@dataclass(frozen=True, slots=True)
class Detections:
    """N boxes of one frame.

    boxes: float32 (N, 4) x1, y1, x2, y2 in pixels of the original picture, clipped to it.
    scores: float32 (N,) in 0..1, descending.
    labels: N class names.
    width, height: the original picture in pixels.
    """

    at: Moment
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: tuple[str, ...]
    width: int
    height: int

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.labels)
