"""Dwell: one and the same object stays in the zone.

Only looks at which the object is seen count; those that see it outside the zone count against it.
A change of the tracker's id at the same place carries the time over.
"""

from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, Place, RuleMemory
from edge.core.rules.single_subjects import Look, strongest, with_looks
from edge.core.rules.subjects import finding, is_in_zone, seen
from edge.core.scene import Scene
from hazard_library.catalogue.rules import Dwell


def judge(rule: Dwell, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind."""
    tracks = tuple(track for track in seen(scene.of(rule.subject)) if track.score >= rule.min_score)
    looks = [
        Look(
            Place(track.id, track.box),
            agrees=is_in_zone(track.label, track.box, scene, binding.zone),
        )
        for track in tracks
    ]
    memory, held = with_looks(rule, scene.at.mono, memory, looks)
    if not held:
        return Judgement(None, memory)
    basis, chosen = strongest(held)
    subjects = tuple(track for track in tracks if track.id in chosen)
    return Judgement(finding(binding, basis, scene, subjects), memory)
