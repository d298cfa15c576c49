"""What a work permit excuses: a finding within its times, at its place, of a hazard that it lists.

A permit for certain zones takes out what stands in them: who or what the rule looks for is left out
of the scene there, and everything else is judged as ever. A permit for the whole camera, or for the
zone that the rule works in, takes the rule out altogether. What would have been an incident is told
as excused, once for as long as an incident would have lasted. When a permit ends, the rule begins
anew: what it excused is not held against anybody afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edge.core.findings import Finding
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.rules.evaluate import judge
from edge.core.rules.memory import Judgement, RuleMemory
from edge.core.rules.subjects import is_in_zone
from edge.core.scene import Scene, Zone
from hazard_library.contract.ids import HazardId, ZoneId

_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Permit:
    """A work permit as one camera knows it. zones: where it holds; none: wherever one looks."""

    id: str
    hazards: frozenset[HazardId]
    begins: datetime
    ends: datetime
    zones: tuple[Zone, ...] = ()

    def excuses(self, hazard: HazardId, utc: datetime) -> bool:
        """Whether it lists a hazard and is in force."""
        return hazard in self.hazards and self.begins <= utc < self.ends


@dataclass(frozen=True, slots=True)
class Excused:
    """What would have opened an incident, and which permit kept it from that."""

    permit: str
    hazard: HazardId
    zone: ZoneId | None
    at: Moment
    finding: Finding


class Excuses:
    """Judges one rule at its place under the permits of the moment; owned by an incident book."""

    def __init__(self, binding: RuleBinding) -> None:
        self._binding = binding
        self._memory = RuleMemory()
        self._all = RuleMemory()
        self._excused_until: float | None = None
        self._was_excused = False

    @property
    def memory(self) -> RuleMemory:
        """What the rule remembers of what no permit excuses."""
        return self._memory

    def judge(
        self, scene: Scene, permits: Sequence[Permit]
    ) -> tuple[Finding | None, Excused | None]:
        """Judge one scene; return what is found all the same, and what is newly excused."""
        binding = self._binding
        held = [one for one in permits if one.excuses(binding.hazard, scene.at.utc)]
        if not held:
            self._was_excused = False
            finding, self._memory = judge(binding, scene, self._memory)
            return finding, None
        if not self._was_excused:
            # As if nobody had a permit: only so can it be told what one excuses.
            self._all = self._memory
            self._was_excused = True
        would_be, self._all = judge(binding, scene, self._all)
        finding, self._memory = self._without_excused(scene, held)
        return finding, self._told(scene, held, would_be, finding)

    def _without_excused(self, scene: Scene, held: Sequence[Permit]) -> Judgement:
        if any(_covers(one, self._binding) for one in held):
            return Judgement(None, RuleMemory())
        zones = [zone for one in held for zone in one.zones]
        return judge(self._binding, _without(scene, self._binding, zones), self._memory)

    def _told(
        self, scene: Scene, held: Sequence[Permit], would_be: Finding | None, found: Finding | None
    ) -> Excused | None:
        if would_be is None or not would_be.complete or (found is not None and found.complete):
            return None
        at, until = scene.at.mono, self._excused_until
        self._excused_until = at + self._binding.cooldown_s
        if until is not None and at <= until + _ROUNDING_S:
            return None
        permit = next((one for one in held if _covers(one, self._binding)), held[0])
        return Excused(permit.id, self._binding.hazard, self._binding.zone_id, scene.at, would_be)


def _covers(permit: Permit, binding: RuleBinding) -> bool:
    """Whether a permit holds wherever the rule looks."""
    return not permit.zones or binding.zone_id in {zone.id for zone in permit.zones}


def _without(scene: Scene, binding: RuleBinding, zones: Sequence[Zone]) -> Scene:
    """Leave out what the rule looks for where it stands in one of these areas."""
    subject = getattr(binding.rule, "subject", None)
    areas = [zone for zone in zones if not zone.is_line]
    kept = tuple(
        track
        for track in scene.tracks
        if track.label != subject
        or not any(is_in_zone(track.label, track.box, scene, area) for area in areas)
    )
    return replace(scene, tracks=kept)
