"""Static object: something that was not there when the zone was taught stays, whatever it is.

The zone was taught empty, and the background is never learnt anew by itself: what stands there for
days would become normal, and after a restart nobody would know that it ever was not there. People
do not count: a zone that somebody stands in is not seen.
"""

from edge.core.labels import OF_PEOPLE
from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.rules.taught_region import between_looks, judged, seen_of
from edge.core.scene import Scene
from hazard_library.catalogue.rules import StaticObject


def judge(rule: StaticObject, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind. Without a taught zone nothing is ever found."""
    people = tuple(track.box for track in scene.tracks if track.label in OF_PEOPLE)
    seen = seen_of(rule, binding, scene, memory, people)
    if seen.look is None:
        return between_looks(binding, scene, seen.memory)
    difference, changed = round(seen.look.difference, 3), round(seen.look.changed, 3)
    compared = (
        ("changed_share", changed, rule.min_overlap),
        ("difference", difference, 1.0),
        seen.covered,
    )
    agrees = difference > 1 and changed >= rule.min_overlap
    return judged(binding, scene, seen.memory, compared, agrees=agrees)
