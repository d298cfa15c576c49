"""Presence: some object of the class is in the zone, whichever it is."""

from dataclasses import replace

from edge.core.geometry import area_ratio
from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.rules.subjects import finding, seen, subjects_in_zone
from edge.core.scene import Scene
from hazard_library.catalogue.rules import Presence


def judge(rule: Presence, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind."""
    at, lasting_s = scene.at.mono, rule.lasting.total_seconds()
    areas = {
        track: area_ratio(track.box, scene.width, scene.height)
        for track in seen(subjects_in_zone(rule.subject, binding, scene))
    }
    subjects = tuple(track for track, area in areas.items() if area >= rule.min_area_ratio)
    window = memory.window.with_look(at, agrees=bool(subjects), lasting_s=lasting_s)
    memory = replace(memory, window=window)
    if not subjects:
        return Judgement(None, memory)
    held = window.held(at, lasting_s=lasting_s, ratio=rule.held_ratio)
    largest = round(max(areas[track] for track in subjects), 6)
    compared = {"area_ratio": (largest, rule.min_area_ratio)}
    return Judgement(finding(binding, held, scene, subjects, compared), memory)
