"""A camera's ground plane: from points of the picture to metres on the ground.

The plane is known by points that were measured on site: four or more, each with its place in the
picture and on the ground. Seen from above, ground coordinates turn counter-clockwise from x to y,
as on a map (x to the east, y to the north); where the axes begin and point is the site's choice.

Nothing is said of a point at or above the horizon, nor of one so near to it that the place of a
foot in the picture means nothing in metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.core.geometry import turn
from edge.core.scene import Point
from edge.errors import ConfigError

#: With fewer points a plane in perspective is not known.
LEAST_POINTS = 4

# Three points count as one line when their triangle is flatter than this share of the square over
# the longest of the distances between all points.
_FLAT = 1e-3
# Below this share of it, three points may turn either way when they are measured a little off.
_NARROW = 0.03
# How far a measured point may lie from where the others say it is: metres, and share of the extent.
_FIT_M = 0.3
_FIT_SHARE = 0.05
_MEANINGLESS_M = 5.0
_FOOT_SHARE = 0.005
_STEP = 1e-4


class Measured(NamedTuple):
    """One point: x and y in 0..1 of the picture, and in metres on the ground."""

    picture: Point
    ground: Point


@dataclass(frozen=True, slots=True)
class Calibration:
    """A ground plane. matrix: 3 × 3, row by row, from 0..1 of the picture to metres."""

    matrix: tuple[float, ...]

    def place(self, point: Point) -> Point | None:
        """Return where a point of the picture lies on the ground in metres; None: not judged."""
        found = self._mapped(point)
        if found is None:
            return None
        spread = self.spread(point, _FOOT_SHARE)
        return None if spread is None or spread > _MEANINGLESS_M else found

    def spread(self, point: Point, share: float) -> float | None:
        """Return how many metres on the ground a shift by a share of the picture means at most.

        None: at or above the horizon.
        """
        here = self._mapped(point)
        aside = self._mapped((point[0] + _STEP, point[1]))
        down = self._mapped((point[0], point[1] + _STEP))
        if here is None or aside is None or down is None:
            return None
        columns = [[aside[0] - here[0], down[0] - here[0]], [aside[1] - here[1], down[1] - here[1]]]
        return float(np.linalg.norm(np.array(columns) / _STEP, ord=2)) * share

    def _mapped(self, point: Point) -> Point | None:
        x, y = point
        m = self.matrix
        depth = m[6] * x + m[7] * y + m[8]
        if depth <= 0:
            return None
        return ((m[0] * x + m[1] * y + m[2]) / depth, (m[3] * x + m[4] * y + m[5]) / depth)


def calibrated(points: Sequence[Measured]) -> Calibration:
    """Find the ground plane of a camera.

    Raises:
        ConfigError: the points say nothing, or contradict each other; the sentence says which.
    """
    if len(points) < LEAST_POINTS:
        raise ConfigError(f"{len(points)} points; measure at least {LEAST_POINTS} on the ground")
    _refuse_degenerate([one.picture for one in points], "in the picture")
    _refuse_degenerate([one.ground for one in points], "on the ground")
    _refuse_mixed_up(points)
    found = Calibration(_fitted(points))
    _refuse_misfit(found, points)
    return found


def _refuse_degenerate(places: list[Point], where: str) -> None:
    """Any four points without three on one line will do: at least four such must be there."""
    limit = _FLAT * _extent(places) ** 2

    def is_flat(three: tuple[Point, ...]) -> bool:
        return abs(turn(three[0], three[1], three[2])) <= limit

    for four in combinations(places, LEAST_POINTS):
        if not any(is_flat(three) for three in combinations(four, 3)):
            return
    raise ConfigError(
        f"{where} three of every four points lie on one line or at one place; "
        "measure the corners of an area instead"
    )


def _extent(places: list[Point]) -> float:
    return max(float(np.hypot(a[0] - b[0], a[1] - b[1])) for a, b in combinations(places, 2))


def _refuse_mixed_up(points: Sequence[Measured]) -> None:
    """Every three points turn the same way in picture and on the ground: y grows down and up.

    Three that are nearly on one line may turn either way when they are measured a little off.
    """
    in_picture = _NARROW * _extent([one.picture for one in points]) ** 2
    on_ground = _NARROW * _extent([one.ground for one in points]) ** 2
    against = 0
    turns = 0
    for three in combinations(points, 3):
        seen = turn(*(one.picture for one in three))
        real = turn(*(one.ground for one in three))
        if abs(seen) > in_picture and abs(real) > on_ground:
            turns += 1
            against += seen * real > 0
    if turns and against == turns:
        raise ConfigError(
            "the ground is mirrored: seen from above, y must lie to the left of x; "
            "count one of the two the other way round"
        )
    if against:
        raise ConfigError(
            "the points are mixed up, or some lie above the horizon: their order around the area "
            "differs between picture and ground; mend the pairs"
        )


def _fitted(points: Sequence[Measured]) -> tuple[float, ...]:
    """Solve for the plane by the direct linear transform, on coordinates of about size one."""
    picture, from_picture = _normalised([one.picture for one in points])
    ground, from_ground = _normalised([one.ground for one in points])
    rows = []
    for (x, y), (u, v) in zip(picture.tolist(), ground.tolist(), strict=True):
        rows.append([-x, -y, -1, 0, 0, 0, u * x, u * y, u])
        rows.append([0, 0, 0, -x, -y, -1, v * x, v * y, v])
    _, _, basis = np.linalg.svd(np.array(rows))
    matrix = np.linalg.inv(from_ground) @ basis[-1].reshape(3, 3) @ from_picture
    depths = [matrix[2] @ np.array([*one.picture, 1.0]) for one in points]
    if np.mean(depths) < 0:
        matrix = -matrix
    matrix = matrix / np.abs(depths).max()
    return tuple(float(value) for value in matrix.reshape(-1))


def _normalised(places: list[Point]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places moved and scaled to size one (N, 2), and the 3 × 3 matrix that does it."""
    raw = np.array(places, np.float64)
    middle = raw.mean(axis=0)
    scale = np.sqrt(2) / np.linalg.norm(raw - middle, axis=1).mean()
    matrix = np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])
    moved: NDArray[np.float64] = (raw - middle) * scale
    return moved, matrix


def _refuse_misfit(found: Calibration, points: Sequence[Measured]) -> None:
    extent = _extent([one.ground for one in points])
    for number, one in enumerate(points, 1):
        place = found.place(one.picture)
        if place is None:
            raise ConfigError(
                f"point {number} lies above the horizon or too near to it; "
                "measure one nearer to the camera"
            )
        off = float(np.hypot(place[0] - one.ground[0], place[1] - one.ground[1]))
        if off > max(_FIT_M, _FIT_SHARE * extent):
            raise ConfigError(
                f"point {number} lies {off:.1f} m from where the other points say it is; "
                "measure it again"
            )
