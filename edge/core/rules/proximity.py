"""Proximity: an object is nearer to another than allowed, on the ground.

Near is who is surely near: the upper bound of the distance counts (see `ground`). Whoever is
carried by the other object, a truck's driver above all, is not near it but part of it; a rule with
a distance of 0 looks for just these. If the rule asks for movement, only objects count whose pace,
with the scatter of their boxes taken off, is above standing.
"""

from typing import NamedTuple

from edge.core.rules.binding import RuleBinding
from edge.core.rules.ground import ANYWHERE, apart, is_aboard
from edge.core.rules.memory import Judgement, Place, RuleMemory
from edge.core.rules.single_subjects import Look, strongest, with_looks
from edge.core.rules.subjects import finding, seen, subjects_in_zone
from edge.core.rules.trails import STANDS_M_S, Pace, followed, pace
from edge.core.scene import Scene, Track
from hazard_library.catalogue.rules import Proximity

# Over so many seconds it is judged whether the other object moves.
_WINDOW_S = 3.0


class _Other(NamedTuple):
    """An object that something may be too near to; pace: how it moves, if that matters."""

    track: Track
    pace: Pace | None


class _Near(NamedTuple):
    """Who is near whom; distance_m: at most."""

    distance_m: float
    other: _Other


class _Others(NamedTuple):
    """Objects that count now, and whether there are more of which that cannot be told."""

    counting: tuple[_Other, ...]
    all_told: bool


def judge(rule: Proximity, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind."""
    subjects = seen(subjects_in_zone(rule.subject, binding, scene))
    memory, others = _others(rule, binding, scene, memory)
    near: dict[int, _Near] = {}
    looks: list[Look] = []
    for subject in subjects:
        distances, all_told = _distances(rule, binding, scene, subject, others)
        within = [one for one in distances if one.distance_m <= rule.distance_m]
        if within:
            near[subject.id] = min(within, key=lambda one: one.distance_m)
        if within or all_told:
            looks.append(Look(Place(subject.id, subject.box), agrees=bool(within)))
    memory, held = with_looks(rule, scene.at.mono, memory, looks)
    if not held:
        return Judgement(None, memory)
    basis, chosen = strongest(held)
    found = {near[number].other.track.id: near[number].other.track for number in chosen}
    pairs = (
        *(subject for subject in subjects if subject.id in chosen),
        *(track for number, track in found.items() if number not in chosen),
    )
    compared = _compared(rule, [near[number] for number in chosen])
    return Judgement(finding(binding, basis, scene, pairs, compared), memory)


def _others(
    rule: Proximity, binding: RuleBinding, scene: Scene, memory: RuleMemory
) -> tuple[RuleMemory, _Others]:
    """Return the objects that count: all that are seen, or those of them that move."""
    tracks = tuple(track for track in scene.of(rule.near) if track.score >= rule.min_score)
    visible = seen(tracks)
    if not rule.moving:
        counting = tuple(_Other(track, None) for track in visible)
        return memory, _Others(counting, len(visible) == len(tracks))
    memory, trails = followed(memory, scene, visible, binding.ground, _WINDOW_S)
    paces = {
        track.id: pace(track, trails[track.id], scene, binding.ground, _WINDOW_S)
        for track in visible
        if track.id in trails
    }
    counting = tuple(
        _Other(track, now)
        for track in visible
        if (now := paces.get(track.id)) is not None and now.least > STANDS_M_S
    )
    return memory, _Others(counting, all(paces.get(track.id) is not None for track in tracks))


def _distances(
    rule: Proximity, binding: RuleBinding, scene: Scene, subject: Track, others: _Others
) -> tuple[list[_Near], bool]:
    """Return how near a subject is to the others, and whether that could be told of all."""
    distances: list[_Near] = []
    all_told = others.all_told
    for other in others.counting:
        if other.track.id == subject.id:
            continue
        if is_aboard(subject, other.track):
            if rule.distance_m == 0:
                distances.append(_Near(0.0, other))
            continue
        between = apart(binding.ground, scene, subject, other.track)
        if between == ANYWHERE:
            all_told = False
        else:
            distances.append(_Near(between.at_most, other))
    return distances, all_told


def _compared(rule: Proximity, near: list[_Near]) -> dict[str, tuple[float, float]]:
    nearest = min(near, key=lambda one: one.distance_m)
    compared = {"distance_m": (round(nearest.distance_m, 2), rule.distance_m)}
    if nearest.other.pace is not None:
        compared["moving_m_s"] = (round(nearest.other.pace.measured, 2), STANDS_M_S)
    return compared
