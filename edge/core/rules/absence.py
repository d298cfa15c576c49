"""Absence: something goes on while too few of those who must accompany it are there.

Where `needs` is the subject's own class, the subject is one of them: fewer than 2 means alone.
Whoever might be there is there: companions count at any score, bridged ones too, and so does
everybody whose distance cannot be told or is within the limit at least. Somebody who is hidden for
a moment is seen again within the window, and its share acquits.
"""

from edge.core.rules.binding import RuleBinding
from edge.core.rules.ground import apart
from edge.core.rules.memory import Judgement, Place, RuleMemory
from edge.core.rules.single_subjects import Look, strongest, with_looks
from edge.core.rules.subjects import finding, is_in_zone, seen, subjects_in_zone
from edge.core.scene import Scene, Track
from hazard_library.catalogue.rules import Absence


def judge(rule: Absence, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind."""
    subjects = seen(subjects_in_zone(rule.subject, binding, scene))
    there = {subject.id: _company(rule, binding, scene, subject) for subject in subjects}
    looks = [
        Look(Place(subject.id, subject.box), agrees=there[subject.id] < rule.minimum)
        for subject in subjects
    ]
    memory, held = with_looks(rule, scene.at.mono, memory, looks)
    if not held:
        return Judgement(None, memory)
    basis, chosen = strongest(held)
    found = tuple(subject for subject in subjects if subject.id in chosen)
    most = max(there[number] for number in chosen)
    compared = {"minimum": (float(most), float(rule.minimum))}
    if rule.within_m is not None:
        compared["within_m"] = (rule.within_m, rule.within_m)
    return Judgement(finding(binding, basis, scene, found, compared), memory)


def _company(rule: Absence, binding: RuleBinding, scene: Scene, subject: Track) -> int:
    """Count who accompanies a subject, itself included if it is of the class that is needed."""
    itself = int(rule.needs == rule.subject)
    others = (track for track in scene.of(rule.needs) if track.id != subject.id)
    return itself + sum(_is_with(rule, binding, scene, subject, other) for other in others)


def _is_with(
    rule: Absence, binding: RuleBinding, scene: Scene, subject: Track, other: Track
) -> bool:
    if rule.within_m is None:
        return is_in_zone(other.label, other.box, scene, binding.zone)
    return apart(binding.ground, scene, subject, other).at_least <= rule.within_m
