"""Camera condition: the camera is covered, frozen, moved, blurred, looped or away, and stays so.

The state is a fact of every moment, also while no picture comes, so looks are counted once a second
however many pictures there are: a camera that comes and goes is judged by how long it was away.

Of several things that are wrong with a camera only the first is told (`video/picture_health.py`).
A state that stands before another in that order hides it: whether a camera that is covered was
moved as well nobody knows, and that it is not told then is no sign that it was turned back.
"""

from edge.core.findings import Finding
from edge.core.rules.binding import RuleBinding
from edge.core.rules.held_window import HeldWindow
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.scene import Scene
from hazard_library.catalogue import rules
from hazard_library.contract.device import CameraCondition

LOOK_EVERY_S = 1.0
_ROUNDING_S = 1e-6

#: No picture at all hides whatever is wrong with the picture.
_AWAY = 0
_IN_ORDER: dict[str, int] = {
    CameraCondition.OFFLINE: _AWAY,
    CameraCondition.NO_FRAMES: _AWAY,
    CameraCondition.UNDECODABLE: _AWAY,
    CameraCondition.DARK_OR_COVERED: 1,
    CameraCondition.FROZEN: 2,
    CameraCondition.LOOPED: 3,
    CameraCondition.BLURRED: 4,
    CameraCondition.MOVED: 5,
    CameraCondition.OK: 6,
}


def judge(
    rule: rules.CameraCondition, binding: RuleBinding, scene: Scene, memory: RuleMemory
) -> Judgement:
    """Judge one moment, also a blind one."""
    at = scene.at.mono
    if is_hidden(rule, scene.condition):
        # A state that is hidden for longer than `max_gap` begins anew.
        return Judgement(None, memory)
    agrees = scene.condition in rule.conditions
    if memory.last_look is None or not 0 <= at - memory.last_look < LOOK_EVERY_S - _ROUNDING_S:
        memory = memory.bridged(at, binding.max_gap_s)
        lasting_s = rule.lasting.total_seconds()
        window = memory.window.with_look(at, agrees=agrees, lasting_s=lasting_s)
        memory = RuleMemory(last_look=at, window=window)
    if not agrees or not memory.window.stretches:
        return Judgement(None, memory)
    return Judgement(_finding(rule, binding, at, memory.window), memory)


def is_hidden(rule: rules.CameraCondition, condition: CameraCondition | None) -> bool:
    """Whether nobody knows if the camera is in one of the rule's states, given what is told."""
    if condition in rule.conditions:
        return False
    told = None if condition is None else _IN_ORDER.get(condition)
    first = min(_IN_ORDER.get(one, _AWAY) for one in rule.conditions)
    return told is None or told < first


def _finding(
    rule: rules.CameraCondition, binding: RuleBinding, at: float, window: HeldWindow
) -> Finding:
    lasting_s = rule.lasting.total_seconds()
    held = window.held(at, lasting_s=lasting_s, ratio=rule.held_ratio)
    share = round(held.share, 3)
    return Finding(
        hazard=binding.hazard,
        zone=binding.zone_id,
        complete=held.complete,
        held_since=held.since,
        # No probability: which share of the time it was so.
        score=share,
        subjects=(),
        measured={"held_s": round(at - held.since, 3), "held_share": share},
        required={"held_s": lasting_s, "held_share": rule.held_ratio},
    )
