"""What the rules over a taught region share: when a look counts, and what holds between two looks.

A region is compared about once a second, pictures come more often. Between two looks what the last
one said still holds, for `max_gap` at most. A region that somebody stands in front of, or stood a
moment ago, is not seen: it is never abnormal for it, and never normal again.
"""

from dataclasses import replace
from typing import NamedTuple

from edge.core.covering import covered_share
from edge.core.findings import Finding
from edge.core.rules.binding import RuleBinding
from edge.core.rules.memory import Judgement, RegionMemory, RuleMemory
from edge.core.scene import PixelBox, RegionLook, Scene
from hazard_library.catalogue.region_rules import RegionRule

#: A detector loses somebody who stands still for a look or two: so long they are still there.
STILL_THERE_S = 2.0
_ROUNDING_S = 1e-6

#: What was compared: (name, measured, required) each.
Compared = tuple[tuple[str, float, float], ...]


class RegionSeen(NamedTuple):
    """What a scene shows of a binding's region.

    look: None when it was not compared in this picture, or somebody stands before it.
    memory: to go on with; covered: its part of what is told of the look.
    """

    look: RegionLook | None
    memory: RuleMemory
    covered: tuple[str, float, float] = ("covered_share", 0.0, 0.0)


def seen_of(
    rule: RegionRule,
    binding: RuleBinding,
    scene: Scene,
    memory: RuleMemory,
    before_it: tuple[PixelBox, ...],
) -> RegionSeen:
    """Return what is seen of the binding's region.

    before_it: the boxes of what may stand in front of the region.
    """
    at = scene.at.mono
    known = memory.region or RegionMemory()
    if known.seen_at is not None and at - known.seen_at > binding.max_gap_s + _ROUNDING_S:
        # What was not looked at for so long is no evidence: the window begins anew.
        memory, known = RuleMemory(last_look=at), RegionMemory(covered_at=known.covered_at)
    zone = binding.zone
    if zone is None or zone.is_line:
        return RegionSeen(None, replace(memory, region=known))
    share = covered_share(zone.points, before_it, scene.width, scene.height)
    if share > rule.covered:
        known = replace(known, covered_at=at)
    memory = replace(memory, region=known)
    if known.covered_at is not None and at - known.covered_at < STILL_THERE_S:
        return RegionSeen(None, memory)
    return RegionSeen(scene.region(zone.id), memory, ("covered_share", share, rule.covered))


def judged(
    binding: RuleBinding, scene: Scene, memory: RuleMemory, compared: Compared, *, agrees: bool
) -> Judgement:
    """Take a look at which the region was seen into the window, and say what holds."""
    at, lasting_s = scene.at.mono, binding.rule.lasting.total_seconds()
    window = memory.window.with_look(at, agrees=agrees, lasting_s=lasting_s)
    before = memory.region or RegionMemory()
    region = replace(before, seen_at=at, compared=compared if agrees else ())
    return between_looks(binding, scene, replace(memory, window=window, region=region))


def between_looks(binding: RuleBinding, scene: Scene, memory: RuleMemory) -> Judgement:
    """Say what the last look at the region said; without one nothing is known of it."""
    region = memory.region or RegionMemory()
    memory = replace(memory, region=replace(region, unseen=region.seen_at is None))
    if region.seen_at is None or not region.compared:
        return Judgement(None, memory)
    rule = binding.rule
    lasting_s = rule.lasting.total_seconds()
    held = memory.window.held(region.seen_at, lasting_s=lasting_s, ratio=rule.held_ratio)
    rows = (
        ("held_s", round(region.seen_at - held.since, 3), lasting_s),
        ("held_share", round(held.share, 3), rule.held_ratio),
        *region.compared,
    )
    _, measured, required = region.compared[0]
    found = Finding(
        hazard=binding.hazard,
        zone=binding.zone_id,
        complete=held.complete,
        held_since=held.since,
        # No probability: 0.5 at what is required, nearer to 1 the further beyond.
        score=round(measured / (measured + required), 4),
        subjects=(),
        context=tuple(track for track in scene.tracks if track.seen),
        measured={name: one for name, one, _ in rows},
        required={name: one for name, _, one in rows},
    )
    return Judgement(found, memory)
