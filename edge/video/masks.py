"""Areas of a camera that are never recorded: burnt into every picture before anybody gets it."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

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
        around = outline(mask, width, height)
        cv2.fillPoly(pixels, [around], (0, 0, 0))
        cv2.polylines(pixels, [around], True, (0, 0, 0), 2 * _MARGIN_PX)  # noqa: FBT003 - closed


def outline(mask: PrivacyMask, width: int, height: int) -> NDArray[np.int32]:
    """Return an area's corners in a picture of that size, int32 (N, 2)."""
    points = np.array([(x * width, y * height) for x, y in mask.points])
    return np.round(points).astype(np.int32)
