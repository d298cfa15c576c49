"""Missing: somebody is seen without what they need on a part of the body.

Each look at a person says has, lacks or unseen; unseen is no look. The finding holds when anybody
lacks it for the window, whoever else wears it.

A bare part with no person around it counts too: on small pictures the detector finds the bare head
but not its owner. It is taken on stricter terms, because nothing else vouches for it: its score is
at least 0.5 even if the rule asks for less, no needed part lies at its place, and the person
estimated from its size is large enough and stands in the zone. It hands its time over to a person,
and takes it over, when the head is the same.
"""

from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, Place, RuleMemory
from edge.core.rules.single_subjects import Look, strongest, with_looks
from edge.core.rules.subjects import finding, is_in_zone, seen
from edge.core.rules.worn_parts import Verdict, Wearer, wearers
from edge.core.scene import PixelBox, Scene, Track
from hazard_library.catalogue.rules import Missing

# A bare part on nobody must be at least this sure.
_ALONE_SCORE = 0.5


def judge(rule: Missing, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind."""
    judged = tuple(one for one in _wearers(rule, scene) if _is_judged(rule, binding, scene, one))
    looks = [
        Look(Place(one.subject.id, _around(one.part.box)), agrees=one.verdict is Verdict.LACKS)
        for one in judged
        if one.part is not None
    ]
    memory, held = with_looks(rule, scene.at.mono, memory, looks)
    if not held:
        return Judgement(None, memory)
    basis, chosen = strongest(held)
    lacking = tuple(one for one in judged if one.subject.id in chosen)
    compared = {
        "subjects_lacking": (float(len(lacking)), 0.0),
        "height_px": (_smallest(lacking), rule.min_height_px),
    }
    return Judgement(finding(binding, basis, scene, _with_parts(lacking), compared), memory)


def _wearers(rule: Missing, scene: Scene) -> tuple[Wearer, ...]:
    persons = tuple(
        track for track in seen(scene.of(rule.subject)) if track.score >= rule.min_score
    )
    bare = tuple(track for track in seen(scene.of(rule.absent_as)) if track.score >= rule.min_score)
    # What acquits counts at any score.
    return wearers(rule, persons, seen(scene.of(rule.needs)), bare)


def _is_judged(rule: Missing, binding: RuleBinding, scene: Scene, one: Wearer) -> bool:
    is_alone = one.subject is one.part
    if is_alone and one.subject.score < _ALONE_SCORE:
        return False
    if one.body[3] - one.body[1] < rule.min_height_px:
        return False
    return is_in_zone(rule.subject, one.body, scene, binding.zone)


def _around(part: PixelBox) -> PixelBox:
    """Return a part's surroundings: small parts move by their own size between two looks."""
    aside, down = (part[2] - part[0]) / 2, (part[3] - part[1]) / 2
    return (part[0] - aside, part[1] - down, part[2] + aside, part[3] + down)


def _with_parts(lacking: tuple[Wearer, ...]) -> tuple[Track, ...]:
    """Return the subjects and the bare parts seen on them, each once."""
    tracks: dict[int, Track] = {}
    for one in lacking:
        tracks[one.subject.id] = one.subject
        if one.part is not None:
            tracks[one.part.id] = one.part
    return tuple(tracks.values())


def _smallest(lacking: tuple[Wearer, ...]) -> float:
    return round(min(one.body[3] - one.body[1] for one in lacking), 1)
