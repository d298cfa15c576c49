"""Crossing: an object's foot point goes over a drawn line.

A foot that trembles on the line does not cross it: a crossing is a step from one place clear of the
line to another clear of it on the other side, through the drawn segment. With a `for` above zero
the object must then stay on that side for so long. The crossing counts once: the look at which it
is complete uses it up.
"""

from dataclasses import replace

from edge.core.geometry import Side, crossing, distance_to_line, foot_point
from edge.core.rules.binding import RuleBinding
from edge.core.rules.held_window import Held, HeldWindow
from edge.core.rules.memory import Judgement, Place, RuleMemory, SubjectMemory, recalled
from edge.core.rules.single_subjects import strongest
from edge.core.rules.subjects import finding, seen
from edge.core.scene import Point, Scene, Track, Zone
from hazard_library.catalogue.rules import Crossing

# A foot is clear of the line from this share of the picture on.
_CLEAR = 0.005


def judge(rule: Crossing, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind. Without a drawn line nothing is ever found."""
    line = binding.zone
    if line is None or not line.is_line:
        return Judgement(None, memory)
    tracks = tuple(track for track in seen(scene.of(rule.subject)) if track.score >= rule.min_score)
    known = recalled(memory.subjects, [Place(track.id, track.box) for track in tracks])
    held: dict[int, Held] = {}
    subjects: dict[int, SubjectMemory] = {}
    for track in tracks:
        one = _stepped(rule, line, known.get(track.id), track, scene)
        if one.crossed:
            now = one.window.held(
                scene.at.mono, lasting_s=rule.lasting.total_seconds(), ratio=rule.held_ratio
            )
            held[track.id] = now
            one = replace(one, crossed=False, window=HeldWindow()) if now.complete else one
        subjects[track.id] = one
    used = {one.track for one in known.values()}
    kept = tuple(
        one for one in memory.subjects if one.track not in used and one.track not in subjects
    )
    memory = replace(memory, subjects=(*kept, *subjects.values()))
    if not held:
        return Judgement(None, memory)
    basis, chosen = strongest(held)
    crossed = tuple(track for track in tracks if track.id in chosen)
    return Judgement(finding(binding, basis, scene, crossed), memory)


def _stepped(
    rule: Crossing, line: Zone, before: SubjectMemory | None, track: Track, scene: Scene
) -> SubjectMemory:
    """Remember one more step of an object, and whether it is now across."""
    at = scene.at.mono
    foot = foot_point(track.box, scene.width, scene.height)
    is_clear = distance_to_line(foot, *line.points) >= _CLEAR
    if before is None:
        return SubjectMemory(track.id, track.box, at, clear_point=foot if is_clear else None)
    side = _crossed_to(line, before.clear_point, foot) if is_clear else None
    crossed, window = before.crossed, before.window
    if side is not None:
        crossed, window = rule.direction in ("any", side), HeldWindow()
    if crossed:
        lasting_s = rule.lasting.total_seconds()
        window = window.with_look(at, agrees=True, lasting_s=lasting_s)
    clear_point = foot if is_clear else before.clear_point
    return SubjectMemory(track.id, track.box, at, window, clear_point, crossed)


def _crossed_to(line: Zone, before: Point | None, foot: Point) -> Side | None:
    start, end = line.points
    return None if before is None else crossing(before, foot, start, end)
