"""How far apart objects stand on the ground, at least and at most.

With a calibration the places are known in metres, give or take what the lower edge of a box may be
off. Without one the people in the picture are the measuring rod: a body is 1.7 m. Aside that is a
fair measure; into the picture it is not, because nobody knows how steeply the camera looks down. So
two bounds are kept: at least, as if it looked straight down; at most, as if it looked as flat as
cameras do. Rules that ask for nearness compare the upper bound, rules that ask for company the
lower one: what is not known raises nothing.
"""

from typing import NamedTuple

import numpy as np

from edge.core.calibration import Calibration
from edge.core.geometry import normalised
from edge.core.labels import PERSON
from edge.core.scene import PixelBox, Point, Scene, Track

#: A body, where it is the measure.
BODY_M = 1.7

#: About how high other objects stand, where their own height is the measure of their way.
HEIGHTS_M = {PERSON: BODY_M, "forklift": 2.0, "vehicle": 1.5}

#: A box's edges jitter by this share of its height.
JITTER = 0.05

# A camera that looks down by 20° shows a metre into the picture as a third of a metre aside.
_INTO_PICTURE = 3.0
# A standing body is at least so many times higher than wide; other boxes are no measure.
_STANDING = 1.2
# What ends so near to the picture's border (share of its size) goes on outside.
_BORDER = 0.005
# The base of a truck is narrower than its box seen from an angle.
_BASE_INSET = 0.1
# A driver's box lies so far within the truck's, and ends so far above it.
_MOSTLY = 0.6
_ABOVE = 0.1
_SAME = 1e-9


class Apart(NamedTuple):
    """The distance between two objects in metres lies between these."""

    at_least: float
    at_most: float


#: Nothing is known.
ANYWHERE = Apart(0.0, float("inf"))


class Cut(NamedTuple):
    """On which sides a box ends at the picture's border."""

    left: bool
    top: bool
    right: bool
    bottom: bool


def cut(box: PixelBox, scene: Scene) -> Cut:
    """Say where the picture's border cuts an object."""
    aside, down = _BORDER * scene.width, _BORDER * scene.height
    return Cut(
        box[0] <= aside,
        box[1] <= down,
        box[2] >= scene.width - aside,
        box[3] >= scene.height - down,
    )


def apart(ground: Calibration | None, scene: Scene, one: Track, other: Track) -> Apart:
    """Return how far apart two objects stand, `ANYWHERE` if that cannot be told."""
    if cut(one.box, scene).bottom or cut(other.box, scene).bottom:
        return ANYWHERE
    if ground is None:
        return _in_bodies(scene, one, other)
    return _in_metres(ground, scene, one, other)


def can_be_told(ground: Calibration | None, one: str, other: str) -> bool:
    """Whether distances between two classes can be told at all."""
    return ground is not None or PERSON in (one, other)


def is_aboard(one: Track, other: Track) -> bool:
    """Whether an object is carried by another: most of it inside, its foot above the other's."""
    across = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    down = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    if across <= 0 or down <= 0:
        return False
    inside = across * down / max((one.box[2] - one.box[0]) * one.height, _SAME)
    return inside >= _MOSTLY and other.box[3] - one.box[3] >= _ABOVE * other.height


def _base(track: Track) -> tuple[Point, Point]:
    """Return the ends of what an object stands on, in pixels; of a person the foot."""
    if track.label == PERSON:
        return track.foot, track.foot
    inset = _BASE_INSET * (track.box[2] - track.box[0])
    return (track.box[0] + inset, track.box[3]), (track.box[2] - inset, track.box[3])


def _in_metres(ground: Calibration, scene: Scene, one: Track, other: Track) -> Apart:
    bases = []
    off_square = 0.0
    for track in (one, other):
        shift = JITTER * track.height / scene.height
        ends = [normalised(*end, scene.width, scene.height) for end in _base(track)]
        places = [ground.place(end) for end in ends]
        spreads = [ground.spread(end, shift) for end in ends]
        if None in places or None in spreads:
            return ANYWHERE
        bases.append([place for place in places if place is not None])
        off_square += max(spread for spread in spreads if spread is not None) ** 2
    distance, off = _between(bases[0], bases[1]), float(np.sqrt(off_square))
    return Apart(max(distance - off, 0.0), distance + off)


def _between(one: list[Point], other: list[Point]) -> float:
    """Return the distance between two segments; those of two objects hardly ever cross."""
    return min(
        *(_to_segment(point, other[0], other[1]) for point in one),
        *(_to_segment(point, one[0], one[1]) for point in other),
    )


def _to_segment(point: Point, start: Point, end: Point) -> float:
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    square = along_x * along_x + along_y * along_y
    share = 0.0
    if square > _SAME:
        share = ((point[0] - start[0]) * along_x + (point[1] - start[1]) * along_y) / square
        share = min(max(share, 0.0), 1.0)
    return float(
        np.hypot(point[0] - start[0] - share * along_x, point[1] - start[1] - share * along_y)
    )


def _in_bodies(scene: Scene, one: Track, other: Track) -> Apart:
    heights = [track.height for track in (one, other) if track.label == PERSON]
    for track in (one, other):
        if track.label == PERSON and not _is_a_measure(track, scene):
            return ANYWHERE
    if not heights:
        return ANYWHERE
    (left_a, foot_a), (right_a, _) = _base(one)
    (left_b, foot_b), (right_b, _) = _base(other)
    aside = max(left_a - right_b, left_b - right_a, 0.0)
    into = abs(foot_a - foot_b)
    return Apart(
        float(np.hypot(aside, into)) * BODY_M / max(heights),
        float(np.hypot(aside, into * _INTO_PICTURE)) * BODY_M / min(heights),
    )


def _is_a_measure(person: Track, scene: Scene) -> bool:
    """Whether a box shows a standing person whole."""
    width = max(person.box[2] - person.box[0], _SAME)
    edges = cut(person.box, scene)
    return not (edges.top or edges.bottom) and person.height / width >= _STANDING
