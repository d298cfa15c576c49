"""The rule kinds that hazards need and no edge can judge yet.

They say exactly what would have to be judged, so that nothing is lost and nothing is pretended: a
hazard with one of them is a draft, the configuration refuses it, and an edge finds nothing by it.
Whoever teaches the edge a kind moves it to `rules`, and `assert_never` finds the places to fill in.
"""

from typing import Literal

from pydantic import Field

from hazard_library.catalogue.rule_base import RuleBase

Metres = float


class PlannedRule(RuleBase):
    """A rule of a kind that no edge can judge yet."""

    @property
    def classes(self) -> frozenset[str]:
        """The detector classes without which it could not be judged."""
        names = (getattr(self, name, None) for name in ("subject", "needs", "near"))
        return frozenset(name for name in names if name is not None)


class Absence(PlannedRule):
    """A subject is there while fewer than `minimum` of what must accompany it are.

    With `needs` equal to `subject` it says: somebody is alone.
    """

    kind: Literal["absence"] = "absence"
    subject: str
    needs: str
    minimum: int = Field(ge=1, le=100)
    within_m: Metres | None = Field(
        default=None, gt=0, le=100, description="Ground distance; none: anywhere in the zone"
    )


class Proximity(PlannedRule):
    """A subject is nearer to another object than allowed, measured on the ground."""

    kind: Literal["proximity"] = "proximity"
    subject: str
    near: str
    distance_m: Metres = Field(ge=0, le=100, description="0: it stands on it or under it")
    moving: bool = Field(default=False, description="Only while the other object moves")


class Direction(PlannedRule):
    """A subject moves against the arrow drawn for a lane."""

    kind: Literal["direction"] = "direction"
    subject: str
    angle_deg: float = Field(gt=90, le=180, description="Deviation from the arrow that counts")
    distance_m: Metres = Field(gt=0, le=1000)


class Speed(PlannedRule):
    """A subject moves faster than the limit, measured between two drawn lines."""

    kind: Literal["speed"] = "speed"
    subject: str
    limit_m_s: float = Field(gt=0, le=50)


class Simultaneous(PlannedRule):
    """Subjects are in several drawn zones at the same time."""

    kind: Literal["simultaneous"] = "simultaneous"
    subject: str
    zones: int = Field(ge=2, le=10)
