"""Direction: an object moves against the arrow drawn for its lane.

It counts from where the object was furthest along the arrow in the last seconds: so far, at such an
angle, it has come back. Whoever stops is soon no longer on the way, and a short reversing is none.
With a calibration way and angle are those on the ground; without one they are those in the picture,
and the object's own height is the measure of its way.
"""

from typing import NamedTuple

import numpy as np

from edge.core.calibration import Calibration
from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, Place, RuleMemory, Trail
from edge.core.rules.single_subjects import Look, strongest, with_looks
from edge.core.rules.subjects import finding, seen, subjects_in_zone
from edge.core.rules.trails import followed, metres_per_unit
from edge.core.scene import Point, Scene, Track, Zone
from hazard_library.catalogue.rules import Direction

# Whoever needs longer for the way creeps, and is not judged.
_WINDOW_S = 20.0


class _Way(NamedTuple):
    """How far an object came since it was furthest along, and at what angle to the arrow."""

    metres: float
    angle_deg: float


def judge(rule: Direction, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind. Without a lane's arrow nothing is ever found."""
    arrow = None if binding.zone is None else _arrow(binding.zone, binding.ground, scene)
    if arrow is None:
        return Judgement(None, memory)
    tracks = seen(subjects_in_zone(rule.subject, binding, scene))
    memory, trails = followed(memory, scene, tracks, binding.ground, _WINDOW_S)
    ways = {
        track.id: _way(track, trails[track.id], arrow, binding.ground)
        for track in tracks
        if track.id in trails
    }
    looks = [
        Look(Place(track.id, track.box), agrees=_is_against(rule, ways[track.id]))
        for track in tracks
        if track.id in ways
    ]
    memory, held = with_looks(rule, scene.at.mono, memory, looks)
    if not held:
        return Judgement(None, memory)
    basis, chosen = strongest(held)
    found = tuple(track for track in tracks if track.id in chosen)
    longest = max(ways[number] for number in chosen)
    compared = {
        "distance_m": (round(longest.metres, 2), rule.distance_m),
        "angle_deg": (round(longest.angle_deg, 1), rule.angle_deg),
    }
    return Judgement(finding(binding, basis, scene, found, compared), memory)


def _arrow(lane: Zone, ground: Calibration | None, scene: Scene) -> Point | None:
    """Return the arrow's direction, of length 1, on the ground or in pixels."""
    if lane.arrow is None:
        return None
    ends: list[Point] = []
    for x, y in lane.arrow:
        place = (x * scene.width, y * scene.height) if ground is None else ground.place((x, y))
        if place is None:
            return None
        ends.append(place)
    (from_x, from_y), (to_x, to_y) = ends
    length = float(np.hypot(to_x - from_x, to_y - from_y))
    return None if length == 0 else ((to_x - from_x) / length, (to_y - from_y) / length)


def _way(track: Track, trail: Trail, arrow: Point, ground: Calibration | None) -> _Way:
    furthest = max(trail.points, key=lambda one: one.x * arrow[0] + one.y * arrow[1])
    now = trail.points[-1]
    aside, ahead = now.x - furthest.x, now.y - furthest.y
    length = float(np.hypot(aside, ahead))
    if length == 0:
        return _Way(0.0, 0.0)
    # Of two heights the larger one makes the way shorter.
    unit = min(metres_per_unit(track.label, point, ground) for point in (furthest, now))
    along = (aside * arrow[0] + ahead * arrow[1]) / length
    return _Way(length * unit, float(np.degrees(np.arccos(np.clip(along, -1.0, 1.0)))))


def _is_against(rule: Direction, way: _Way) -> bool:
    return way.metres >= rule.distance_m and way.angle_deg >= rule.angle_deg
