"""Judging any rule on one scene."""

from typing import assert_never

from edge.core.rules import (
    absence,
    camera_condition,
    count,
    crossing,
    direction,
    dwell,
    missing,
    presence,
    proximity,
    scene_state,
    simultaneous,
    speed,
    static_object,
)
from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.scene import Scene
from hazard_library.catalogue.rules import (
    Absence,
    CameraCondition,
    Count,
    Crossing,
    Direction,
    Dwell,
    Missing,
    Presence,
    Proximity,
    SceneState,
    Simultaneous,
    Speed,
    StaticObject,
)


def judge(binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one rule on one scene, given what it remembers; the same input gives the same output.

    Nothing is found on a blind scene or outside the rule's hours, and that wipes the memory, as
    does a gap longer than the rule's `max_gap`: what was not looked at is not evidence. Only the
    camera's own state is known although its picture shows nothing.
    """
    rule = binding.rule
    if not binding.is_on(scene.at.utc):
        return Judgement(None, RuleMemory())
    if isinstance(rule, CameraCondition):
        return camera_condition.judge(rule, binding, scene, memory)
    if scene.blind is not None:
        return Judgement(None, RuleMemory())
    memory = memory.bridged(scene.at.mono, binding.max_gap_s)
    match rule:
        case Presence() | Dwell() | Missing() | Crossing() | Count() | Simultaneous():
            return _judge_in_place(rule, binding, scene, memory)
        case Proximity() | Absence() | Direction() | Speed():
            return _judge_on_the_ground(rule, binding, scene, memory)
        case SceneState() | StaticObject():
            return _judge_region(rule, binding, scene, memory)
        case _:
            assert_never(rule)


def _judge_in_place(
    rule: Presence | Dwell | Missing | Crossing | Count | Simultaneous,
    binding: RuleBinding,
    scene: Scene,
    memory: RuleMemory,
) -> Judgement:
    match rule:
        case Presence():
            return presence.judge(rule, binding, scene, memory)
        case Dwell():
            return dwell.judge(rule, binding, scene, memory)
        case Missing():
            return missing.judge(rule, binding, scene, memory)
        case Crossing():
            return crossing.judge(rule, binding, scene, memory)
        case Count():
            return count.judge(rule, binding, scene, memory)
        case Simultaneous():
            return simultaneous.judge(rule, binding, scene, memory)
        case _:
            assert_never(rule)


def _judge_region(
    rule: SceneState | StaticObject, binding: RuleBinding, scene: Scene, memory: RuleMemory
) -> Judgement:
    match rule:
        case SceneState():
            return scene_state.judge(rule, binding, scene, memory)
        case StaticObject():
            return static_object.judge(rule, binding, scene, memory)
        case _:
            assert_never(rule)


def _judge_on_the_ground(
    rule: Proximity | Absence | Direction | Speed,
    binding: RuleBinding,
    scene: Scene,
    memory: RuleMemory,
) -> Judgement:
    match rule:
        case Proximity():
            return proximity.judge(rule, binding, scene, memory)
        case Absence():
            return absence.judge(rule, binding, scene, memory)
        case Direction():
            return direction.judge(rule, binding, scene, memory)
        case Speed():
            return speed.judge(rule, binding, scene, memory)
        case _:
            assert_never(rule)
