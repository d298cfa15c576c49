"""What a rule says about one scene."""

from dataclasses import dataclass, field

from edge.core.scene import Track
from hazard_library.contract.ids import HazardId, ZoneId


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's word on one scene: the condition holds now, and whether it has lasted long enough.

    complete: the rule is fulfilled (an incident opens, or goes on).
    subjects: the tracks that are the finding; context: the others that were looked at.
    measured, required: what was compared with what, by name, for people to read.
    """

    hazard: HazardId
    zone: ZoneId | None
    complete: bool
    held_since: float
    """`Moment.mono` at which the condition first held."""
    score: float
    subjects: tuple[Track, ...]
    context: tuple[Track, ...] = ()
    measured: dict[str, float] = field(default_factory=dict)
    required: dict[str, float] = field(default_factory=dict)
