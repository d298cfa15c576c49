"""The anchor-free YOLO head: (1, 4 + classes, N) of centre, size and class probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.inference.decoders.suppression import suppress


@dataclass(frozen=True, slots=True)
class Decoded:
    """Boxes in pixels of the model's input, best score first."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class YoloAnchorFree:
    """Decodes one picture's output. A place may hold several classes, each above its threshold."""

    thresholds: NDArray[np.float32]
    """(classes,): the score from which a box of that class counts."""
    overlap: float
    most: int = 300

    def decode(self, output: NDArray[np.float32]) -> Decoded:
        """Turn the output (1, 4 + classes, N) into boxes."""
        scores = output[0, 4:]
        classes, places = np.nonzero(scores >= self.thresholds[:, None])
        found = scores[classes, places]
        centre = output[0, :2, places]
        half = output[0, 2:4, places] / 2
        boxes = np.concatenate([centre - half, centre + half], axis=1)
        stay = suppress(boxes, found, classes, self.overlap, self.most)
        return Decoded(boxes[stay], found[stay], classes[stay])
