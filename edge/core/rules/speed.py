"""Speed: an object moves over the ground faster than the limit.

Measured over seconds and metres, not from look to look, and only with a calibration. What is
compared is the least speed that the scatter of its boxes allows, so that a trembling box or a poor
view raises nothing.
"""

from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, Place, RuleMemory
from edge.core.rules.single_subjects import Look, strongest, with_looks
from edge.core.rules.subjects import finding, seen, subjects_in_zone
from edge.core.rules.trails import Pace, followed, pace
from edge.core.scene import Scene
from hazard_library.catalogue.rules import Speed

# Over so many seconds speed is measured, and at least over so many metres.
_WINDOW_S = 3.0
_LEAST_WAY_M = 2.0


def judge(rule: Speed, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind. Without a calibration nothing is ever found."""
    if binding.ground is None:
        return Judgement(None, memory)
    tracks = seen(subjects_in_zone(rule.subject, binding, scene))
    memory, trails = followed(memory, scene, tracks, binding.ground, _WINDOW_S)
    paces: dict[int, Pace] = {}
    looks: list[Look] = []
    for track in tracks:
        trail = trails.get(track.id)
        now = None if trail is None else pace(track, trail, scene, binding.ground, _WINDOW_S)
        if now is not None:
            paces[track.id] = now
            is_fast = now.least > rule.limit_m_s and now.way_m >= _LEAST_WAY_M
            looks.append(Look(Place(track.id, track.box), agrees=is_fast))
    memory, held = with_looks(rule, scene.at.mono, memory, looks)
    if not held:
        return Judgement(None, memory)
    basis, chosen = strongest(held)
    found = tuple(track for track in tracks if track.id in chosen)
    fastest = max((paces[number] for number in chosen), key=lambda one: one.least)
    compared = {
        "speed_m_s": (round(fastest.measured, 2), rule.limit_m_s),
        "speed_at_least_m_s": (round(fastest.least, 2), rule.limit_m_s),
    }
    return Judgement(finding(binding, basis, scene, found, compared), memory)
