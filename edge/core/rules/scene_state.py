"""Scene state: a drawn region no longer looks as it was taught to look when all is well.

Whoever or whatever the detector follows (people, forklifts, smoke) may stand in front of it.
"""

from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.rules.taught_region import between_looks, judged, seen_of
from edge.core.scene import Scene
from hazard_library.catalogue.rules import SceneState


def judge(rule: SceneState, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind. Without a taught region nothing is ever found."""
    before_it = tuple(track.box for track in scene.tracks)
    seen = seen_of(rule, binding, scene, memory, before_it)
    if seen.look is None:
        return between_looks(binding, scene, seen.memory)
    difference = round(seen.look.difference, 3)
    compared = (("difference", difference, rule.difference), seen.covered)
    return judged(binding, scene, seen.memory, compared, agrees=difference > rule.difference)
