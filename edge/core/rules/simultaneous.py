"""Simultaneous: several drawn zones have somebody in them at the same time.

Every zone needs somebody of its own: one person where two zones overlap is in one of them.
"""

from dataclasses import replace

import numpy as np

from edge.core.assignment import assign
from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.rules.subjects import finding, is_in_zone, seen
from edge.core.scene import Scene, Track
from hazard_library.catalogue.rules import Simultaneous

# The cost of somebody who is not in a zone; those who are cost nothing.
_OUTSIDE = 1.0


def judge(rule: Simultaneous, binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Judge one scene that is not blind. Without several drawn zones nothing is ever found."""
    at, lasting_s = scene.at.mono, rule.lasting.total_seconds()
    tracks = tuple(track for track in seen(scene.of(rule.subject)) if track.score >= rule.min_score)
    costs = np.array(
        [
            [0.0 if is_in_zone(one.label, one.box, scene, zone) else _OUTSIDE for one in tracks]
            for zone in binding.together
        ]
    ).reshape(len(binding.together), len(tracks))
    occupied = len(assign(costs, _OUTSIDE / 2).pairs)
    agrees = occupied >= rule.zones
    window = memory.window.with_look(at, agrees=agrees, lasting_s=lasting_s)
    memory = replace(memory, window=window)
    if not agrees:
        return Judgement(None, memory)
    held = window.held(at, lasting_s=lasting_s, ratio=rule.held_ratio)
    subjects = tuple(one for one in tracks if _is_in_any(one, binding, scene))
    compared = {"zones": (float(occupied), float(rule.zones))}
    return Judgement(finding(binding, held, scene, subjects, compared), memory)


def _is_in_any(track: Track, binding: RuleBinding, scene: Scene) -> bool:
    return any(is_in_zone(track.label, track.box, scene, zone) for zone in binding.together)
