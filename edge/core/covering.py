"""How much of a drawn region stands behind somebody: what is covered is not seen."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from edge.core.geometry import is_inside
from edge.core.scene import PixelBox, Point

#: Points along each side of the region's frame at which is asked whether it is covered.
_GRID = 24
#: A box is taken so much wider on every side: arms and shadows reach out of it.
_GROWN = 0.08


def covered_share(
    polygon: tuple[Point, ...], boxes: Iterable[PixelBox], width: int, height: int
) -> float:
    """Return the share of a polygon that lies in any of the boxes, each grown a little.

    Args:
        polygon: corners in 0..1 of the picture.
        boxes: in pixels of the picture.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """
    points = _points_in(polygon)
    hidden = np.zeros(len(points), np.bool_)
    for x1, y1, x2, y2 in boxes:
        aside, down = _GROWN * (x2 - x1), _GROWN * (y2 - y1)
        low = np.array([(x1 - aside) / width, (y1 - down) / height])
        high = np.array([(x2 + aside) / width, (y2 + down) / height])
        hidden |= np.all((points >= low) & (points <= high), axis=1)
    return float(hidden.mean())


@lru_cache(maxsize=256)
def _points_in(polygon: tuple[Point, ...]) -> NDArray[np.float64]:
    """Return points spread evenly over a polygon, float64 (n, 2); its corners if it is a sliver."""
    corners = np.array(polygon, np.float64)
    low, high = corners.min(0), corners.max(0)
    steps = (np.arange(_GRID) + 0.5) / _GRID
    grid = [
        (float(low[0] + x * (high[0] - low[0])), float(low[1] + y * (high[1] - low[1])))
        for x in steps
        for y in steps
    ]
    inside = [point for point in grid if is_inside(point, polygon)]
    return np.array(inside or polygon, np.float64)
