"""The picture of a drawn region: where it lies in a frame, and which cells of a grid are in it."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from hazard_library.registry.state_memory import Inside, Mask

Pixels = npt.NDArray[np.uint8]
Corner = tuple[float, float]
"""x, y in shares of the picture."""

SMALLEST_PX = 24
"""A region whose frame is narrower shows no state of anything."""


def corners_px(points: Sequence[Corner], width: int, height: int) -> tuple[int, int, int, int]:
    """Return the frame around a region in whole pixels: x1, y1, x2, y2, at least one pixel wide."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x1, y1 = min(int(min(xs) * width), width - 1), min(int(min(ys) * height), height - 1)
    x2 = max(x1 + 1, min(width, round(max(xs) * width)))
    y2 = max(y1 + 1, min(height, round(max(ys) * height)))
    return x1, y1, x2, y2


def cut_region(pixels: Pixels, points: Sequence[Corner]) -> Pixels:
    """Return the frame around a region as RGB, from a picture in BGR; no copy of the rest."""
    x1, y1, x2, y2 = corners_px(points, pixels.shape[1], pixels.shape[0])
    return np.ascontiguousarray(pixels[y1:y2, x1:x2, ::-1])


def cells_inside(points: Sequence[Corner]) -> Inside:
    """Return what says which cells of a grid over the region's frame have their middle in it."""
    corners = np.array(points, np.float64)
    low = corners.min(0)
    size = np.maximum(corners.max(0) - low, 1e-9)
    shape = np.asarray((corners - low) / size, np.float32).reshape(-1, 1, 2)

    def inside(rows: int, columns: int) -> Mask:
        found = [
            [
                cv2.pointPolygonTest(
                    shape, ((x + 0.5) / columns, (y + 0.5) / rows), measureDist=False
                )
                >= 0
                for x in range(columns)
            ]
            for y in range(rows)
        ]
        mask = np.array(found, np.bool_)
        # A sliver between the cells still has a state.
        return mask if mask.any() else np.ones_like(mask)

    return inside
