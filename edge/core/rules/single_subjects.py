"""Rules over single objects: each one's looks go into a window of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from edge.core.rules.held_window import Held
from edge.core.rules.memory import Place, RuleMemory, SubjectMemory, recalled
from hazard_library.catalogue.rules import RuleBase


class Look(NamedTuple):
    """One look at one object: where it was, and whether the condition held for it."""

    place: Place
    agrees: bool


def with_looks(
    rule: RuleBase, at: float, memory: RuleMemory, looks: Sequence[Look]
) -> tuple[RuleMemory, dict[int, Held]]:
    """Remember the looks; return also what holds now, by track id.

    An object without a look (hidden, or not judged) is neither agreed with nor contradicted: it
    stays remembered until `max_gap` has passed.
    """
    lasting_s = rule.lasting.total_seconds()
    known = recalled(memory.subjects, [look.place for look in looks])
    remembered: list[SubjectMemory] = []
    held: dict[int, Held] = {}
    for look in looks:
        before = known.get(look.place.track)
        one = before or SubjectMemory(look.place.track, look.place.box, at)
        window = one.window.with_look(at, agrees=look.agrees, lasting_s=lasting_s)
        if not window.stretches:
            continue
        remembered.append(SubjectMemory(look.place.track, look.place.box, at, window))
        if look.agrees:
            ratio = rule.held_ratio
            held[look.place.track] = window.held(at, lasting_s=lasting_s, ratio=ratio)
    subjects = (*_not_looked_at(memory, known, looks), *remembered)
    return replace(memory, subjects=subjects), held


def _not_looked_at(
    memory: RuleMemory, known: Mapping[int, SubjectMemory], looks: Sequence[Look]
) -> tuple[SubjectMemory, ...]:
    used = {one.track for one in known.values()} | {look.place.track for look in looks}
    return tuple(one for one in memory.subjects if one.track not in used)


def strongest(held: Mapping[int, Held]) -> tuple[Held, tuple[int, ...]]:
    """Return what the finding rests on, and whom: all that completed, else all that hold."""
    complete = {track: one for track, one in held.items() if one.complete}
    chosen = complete or held
    first = min(chosen.values(), key=lambda one: one.since)
    return first, tuple(chosen)
