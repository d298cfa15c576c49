"""Count: more objects than allowed, or fewer than needed, are in the zone.

For too many, only objects that are seen count; for too few, bridged ones count as well: a missed
detection must not make somebody absent.
"""

from dataclasses import replace

from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.rules.subjects import finding, seen, subjects_in_zone
from edge.core.scene import Scene
from hazard_library.catalogue.rules import Count


def judge(rule: Count, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind."""
    at, lasting_s = scene.at.mono, rule.lasting.total_seconds()
    perhaps = subjects_in_zone(rule.subject, binding, scene)
    subjects = seen(perhaps)
    compared: dict[str, tuple[float, float]] = {}
    if rule.maximum is not None and len(subjects) > rule.maximum:
        compared["maximum"] = (float(len(subjects)), float(rule.maximum))
    if rule.minimum is not None and len(perhaps) < rule.minimum:
        compared["minimum"] = (float(len(perhaps)), float(rule.minimum))
    window = memory.window.with_look(at, agrees=bool(compared), lasting_s=lasting_s)
    memory = replace(memory, window=window)
    if not compared:
        return Judgement(None, memory)
    held = window.held(at, lasting_s=lasting_s, ratio=rule.held_ratio)
    return Judgement(finding(binding, held, scene, subjects, compared), memory)
