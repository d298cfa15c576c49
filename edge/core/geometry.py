"""Plane geometry of boxes, zones and lines.

Boxes are x1, y1, x2, y2 with the origin at the top left and y growing downwards.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge.core.scene import PixelBox, Point

#: Boxes as float32 (N, 4).
Boxes = NDArray[np.float32]

_ON_EDGE = 1e-9


def normalised(x: float, y: float, width: int, height: int) -> Point:
    """Turn pixels into 0..1 of the picture; what lies outside is moved to its border."""
    return (min(max(x / width, 0.0), 1.0), min(max(y / height, 0.0), 1.0))


def foot_point(box: PixelBox, width: int, height: int) -> Point:
    """Return the middle of a box's lower edge in 0..1 of the picture."""
    return normalised((box[0] + box[2]) / 2, box[3], width, height)


def centre_point(box: PixelBox, width: int, height: int) -> Point:
    """Return the middle of a box in 0..1 of the picture."""
    return normalised((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, width, height)


def area(box: PixelBox) -> float:
    """Return the area of a box; an empty or inverted box has none."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def area_ratio(box: PixelBox, width: int, height: int) -> float:
    """Return the share of the picture that a box covers."""
    return area(box) / (width * height)


def iou(a: PixelBox, b: PixelBox) -> float:
    """Return intersection over union of two boxes; empty boxes overlap nothing."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / (area(a) + area(b) - shared)


def iou_matrix(rows: Boxes, columns: Boxes) -> NDArray[np.float32]:
    """Return intersection over union of every box of N `rows` with every one of M `columns`."""
    corner = np.maximum(rows[:, None, :2], columns[None, :, :2])
    opposite = np.minimum(rows[:, None, 2:], columns[None, :, 2:])
    sides = np.maximum(opposite - corner, np.float32(0))
    shared = sides[..., 0] * sides[..., 1]
    union = _areas(rows)[:, None] + _areas(columns)[None, :] - shared
    ratio: NDArray[np.float32] = shared / np.maximum(union, np.float32(1e-9))
    return ratio


def _areas(boxes: Boxes) -> NDArray[np.float32]:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], np.float32(0))
    product: NDArray[np.float32] = sides[:, 0] * sides[:, 1]
    return product


def is_inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon (even-odd) or on its border."""
    x, y = point
    inside = False
    before_x, before_y = polygon[-1]
    for here_x, here_y in polygon:
        if _is_on_segment(point, (before_x, before_y), (here_x, here_y)):
            return True
        if (here_y > y) != (before_y > y):
            crossing_x = before_x + (y - before_y) * (here_x - before_x) / (here_y - before_y)
            if x < crossing_x:
                inside = not inside
        before_x, before_y = here_x, here_y
    return inside


def _is_on_segment(point: Point, start: Point, end: Point) -> bool:
    is_near = (
        min(start[0], end[0]) - _ON_EDGE <= point[0] <= max(start[0], end[0]) + _ON_EDGE
        and min(start[1], end[1]) - _ON_EDGE <= point[1] <= max(start[1], end[1]) + _ON_EDGE
    )
    return is_near and abs(turn(start, end, point)) <= _ON_EDGE


def turn(start: Point, end: Point, point: Point) -> float:
    """Return on which side of start → end a point lies, as one sees it on the picture.

    Negative: on the left hand of somebody who walks from start to end. Positive: on the right hand.
    Zero: on the line. The size is twice the area of the triangle.
    """
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def distance_to_line(point: Point, start: Point, end: Point) -> float:
    """Return how far a point lies from the endless line through two others."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    if length == 0:
        return float(np.hypot(point[0] - start[0], point[1] - start[1]))
    return abs(turn(start, end, point)) / length


Side = Literal["left_to_right", "right_to_left"]


def crossing(before: Point, after: Point, start: Point, end: Point) -> Side | None:
    """Say in which direction a step from `before` to `after` crosses the segment start → end.

    None: it does not cross, touches the line only, or passes beyond the segment's ends.
    """
    from_side = turn(start, end, before)
    to_side = turn(start, end, after)
    if from_side * to_side >= 0:
        return None
    if turn(before, after, start) * turn(before, after, end) > 0:
        return None
    return "left_to_right" if from_side < 0 else "right_to_left"
