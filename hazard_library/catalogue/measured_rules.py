"""The rule kinds that measure on the ground: how near, how fast, which way, with whom.

Distances are metres on the ground. An edge knows them through a camera's calibration; without one
it takes the people in the picture as a measuring rod, where the kind allows it.
"""

from typing import Literal

from pydantic import Field

from hazard_library.catalogue.rule_base import RuleBase


class Absence(RuleBase):
    """A subject is there while fewer than `minimum` of what must accompany it are.

    With `needs` equal to `subject` the subject counts as one of them: fewer than 2 says that
    somebody is alone.
    """

    kind: Literal["absence"] = "absence"
    subject: str
    needs: str
    minimum: int = Field(ge=1, le=100)
    within_m: float | None = Field(
        default=None, gt=0, le=100, description="Ground distance; none: anywhere in the zone"
    )


class Proximity(RuleBase):
    """A subject is nearer to another object than allowed, measured on the ground.

    Somebody aboard of the other object (its driver) is not near it, they are part of it; only a
    distance of 0 asks for them.
    """

    kind: Literal["proximity"] = "proximity"
    subject: str
    near: str
    distance_m: float = Field(ge=0, le=100, description="0: it stands on it or under it")
    moving: bool = Field(default=False, description="Only while the other object moves")


class Direction(RuleBase):
    """A subject moves against the arrow drawn for a lane."""

    kind: Literal["direction"] = "direction"
    subject: str
    angle_deg: float = Field(gt=90, le=180, description="Deviation from the arrow that counts")
    distance_m: float = Field(gt=0, le=1000, description="So far against the arrow")


class Speed(RuleBase):
    """A subject moves over the ground faster than the limit; it needs a calibration."""

    kind: Literal["speed"] = "speed"
    subject: str
    limit_m_s: float = Field(gt=0, le=50)
