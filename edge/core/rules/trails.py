"""Which way objects went lately, and how fast: bounded memory, by scene time.

Places are metres on the ground where the camera is calibrated, else pixels, which an object's own
height turns into metres (a forklift 2.0 m, a vehicle 1.5 m, a body 1.7 m). Nobody's speed is taken
from two neighbouring looks: a straight way is laid through all of the last seconds, and what counts
is the least speed that the scatter of the boxes around it allows. A tracker that jumps from one
object to another begins a new trail.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from edge.core.calibration import Calibration
from edge.core.geometry import foot_point, normalised
from edge.core.rules.ground import BODY_M, HEIGHTS_M, JITTER, cut
from edge.core.rules.memory import Place, RuleMemory, Trail, TrailPoint, recalled
from edge.core.scene import Scene, Track

#: Whatever moves less than this, in metres a second, stands: slower than anybody pushes a truck.
STANDS_M_S = 0.2

# No trail holds more points, however fast the sampling.
_POINTS = 40
# Fewer looks, or looks over a shorter time, say nothing about speed.
_LEAST_LOOKS = 4
_LEAST_S = 0.9
# Nothing on a site is faster; a longer step is the tracker's.
_FASTEST_M_S = 30.0
_SLACK_M = 2.0
# So many standard errors below what was measured.
_SIGMAS = 2.0
_ROUNDING_S = 1e-6


class Pace(NamedTuple):
    """How fast an object moves over the ground, in metres a second.

    least: what remains when the scatter of its boxes is taken off. way_m: how far it came.
    """

    measured: float
    least: float
    way_m: float


def followed(
    memory: RuleMemory,
    scene: Scene,
    tracks: Iterable[Track],
    ground: Calibration | None,
    window_s: float,
) -> tuple[RuleMemory, dict[int, Trail]]:
    """Remember where objects are now; return also the trails of those seen whole, by track id.

    An object that the picture's border cuts is not whole: its place would move with the border.
    """
    whole = tuple(track for track in tracks if not any(cut(track.box, scene)))
    known = recalled(memory.trails, [Place(track.id, track.box) for track in whole])
    now: dict[int, Trail] = {}
    for track in whole:
        here = _here(track, scene, ground)
        if here is not None:
            now[track.id] = _extended(known.get(track.id), track, here, ground, window_s)
    used = {one.track for one in known.values()} | now.keys()
    kept = tuple(one for one in memory.trails if one.track not in used)
    return replace(memory, trails=(*kept, *now.values())), now


def metres_per_unit(label: str, point: TrailPoint, ground: Calibration | None) -> float:
    """Return how many metres one step of a trail's coordinates is."""
    if ground is not None:
        return 1.0
    return HEIGHTS_M.get(label, BODY_M) / max(point.height, 1.0)


def pace(
    track: Track, trail: Trail, scene: Scene, ground: Calibration | None, window_s: float
) -> Pace | None:
    """Return how fast an object moved in the last seconds; None: too few looks to say."""
    newest = trail.points[-1]
    points = [one for one in trail.points if one.at >= newest.at - window_s - _ROUNDING_S]
    if len(points) < _LEAST_LOOKS or newest.at - points[0].at < _LEAST_S - _ROUNDING_S:
        return None
    scatter = _scatter(track, scene, ground)
    if scatter is None:
        return None
    times = np.array([one.at for one in points])
    places = np.array([(one.x, one.y) for one in points])
    times = times - times.mean()
    square = float(times @ times)
    velocity = times @ (places - places.mean(axis=0)) / square
    off = places - places.mean(axis=0) - times[:, None] * velocity
    off_by = float(np.sqrt((off * off).sum() / (2 * (len(points) - 2))))
    error = max(off_by, scatter) / np.sqrt(square)
    unit = metres_per_unit(track.label, newest, ground)
    measured = float(np.hypot(*velocity)) * unit
    least = max(measured - _SIGMAS * float(error) * unit, 0.0)
    return Pace(measured, least, measured * (newest.at - points[0].at))


def _here(track: Track, scene: Scene, ground: Calibration | None) -> TrailPoint | None:
    """Return where a track stands now; None where that cannot be told."""
    if ground is None:
        x, y = track.foot
        return TrailPoint(scene.at.mono, x, y, track.height)
    place = ground.place(foot_point(track.box, scene.width, scene.height))
    return None if place is None else TrailPoint(scene.at.mono, *place, track.height)


def _scatter(track: Track, scene: Scene, ground: Calibration | None) -> float | None:
    """Return by how much a box's lower edge scatters, in the trail's coordinates."""
    if ground is None:
        return JITTER * track.height
    foot = normalised(*track.foot, scene.width, scene.height)
    return ground.spread(foot, JITTER * track.height / scene.height)


def _extended(
    before: Trail | None,
    track: Track,
    here: TrailPoint,
    ground: Calibration | None,
    window_s: float,
) -> Trail:
    points = () if before is None else before.points
    if before is not None and _is_jump(before, track, here, ground):
        points = ()
    points = tuple(one for one in points if one.at >= here.at - window_s - _ROUNDING_S)
    if len(points) > 1 and here.at - points[-2].at < window_s / _POINTS:
        points = points[:-1]
    return Trail(track.id, track.box, here.at, (*points, here))


def _is_jump(before: Trail, track: Track, here: TrailPoint, ground: Calibration | None) -> bool:
    last = before.points[-1]
    step = float(np.hypot(here.x - last.x, here.y - last.y))
    unit = metres_per_unit(track.label, here, ground)
    return step * unit > _FASTEST_M_S * (here.at - before.last_look) + _SLACK_M
