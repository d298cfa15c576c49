"""Areas of a camera that are never recorded: burnt into every picture before anybody gets it."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge.ports import Pixels
from hazard_library.contract.evidence import PrivacyMask

#: A coded picture bleeds over edges by a pixel or two: the mask covers a little more than drawn.
_MARGIN_PX = 3


def burn(pixels: Pixels, masks: Sequence[PrivacyMask]) -> None:
    """Paint the areas black, in place; their points are shares of the picture, whatever its size.

    Raises:
        cv2.error: the picture is read-only: better no picture than an open one.
    """
    if not masks:
        return
    height, width = pixels.shape[:2]
    for mask in masks:
        points = np.array([(x * width, y * height) for x, y in mask.points])
        outline = np.round(points).astype(np.int32)
        cv2.fillPoly(pixels, [outline], (0, 0, 0))
        cv2.polylines(pixels, [outline], True, (0, 0, 0), 2 * _MARGIN_PX)  # noqa: FBT003 - closed
