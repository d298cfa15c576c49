"""A rule at its place: which hazard it is for and where it looks."""

from dataclasses import dataclass
from datetime import datetime

from edge.core.calibration import Calibration
from edge.core.scene import Zone
from edge.core.schedule import Hours
from hazard_library.catalogue.rules import Rule
from hazard_library.contract.ids import HazardId, ZoneId


@dataclass(frozen=True, slots=True)
class RuleBinding:
    """One rule switched on at one camera. `zone` None means the whole picture.

    together: all zones of a rule that looks at several at once; `zone` is the first of them.
    ground: the camera's ground plane, if it was measured. hours: when it is on; None: always.
    """

    hazard: HazardId
    rule: Rule
    zone: Zone | None = None
    together: tuple[Zone, ...] = ()
    ground: Calibration | None = None
    hours: Hours | None = None

    @property
    def zone_id(self) -> ZoneId | None:
        """The zone's id, or None for the whole picture."""
        return self.zone.id if self.zone is not None else None

    def is_on(self, utc: datetime) -> bool:
        """Whether the rule is in force at a moment."""
        return self.hours is None or self.hours.include(utc)

    @property
    def cooldown_s(self) -> float:
        """Seconds of absence after which an incident closes."""
        return self.rule.cooldown.total_seconds()

    @property
    def max_gap_s(self) -> float:
        """Longest stretch in seconds without a look that is bridged."""
        return self.rule.max_gap.total_seconds()
