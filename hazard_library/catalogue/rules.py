"""The rule kinds as data: what must be seen, where, for how long.

A rule says nothing about how it is judged; `edge.core.rules` does, one file per kind. Durations are
scene time. `max_gap` is the longest stretch without a look that the memory bridges: a longer one
restarts it, because a gap is not evidence.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hazard_library.catalogue.quantities import Duration


class ZoneNeed(StrEnum):
    """Whether a rule works on a drawn zone."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class BodyPart(StrEnum):
    """The stretch of a person's box in which equipment is looked for."""

    HEAD = "head"
    TORSO = "torso"


class RuleBase(BaseModel):
    """What every rule has."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    zone: ZoneNeed
    lasting: Duration = Field(alias="for", description="How long the condition must hold")
    max_gap: Duration = Field(default=timedelta(seconds=1), description="Longest bridged gap")
    cooldown: Duration = Field(description="Absent this long, the incident closes")
    min_score: float = Field(default=0.0, ge=0, le=1, description="Detections below do not count")
    held_ratio: float = Field(
        default=0.7, gt=0, le=1, description="Share of the looks within `for` that must agree"
    )


class Presence(RuleBase):
    """Any object of the subject class is in the zone."""

    kind: Literal["presence"] = "presence"
    subject: str
    min_area_ratio: float = Field(default=0.0, ge=0, lt=1, description="Box area over picture area")


class Dwell(RuleBase):
    """One and the same object stays in the zone."""

    kind: Literal["dwell"] = "dwell"
    subject: str


class Missing(RuleBase):
    """A subject is seen without what it needs on a part of its body.

    `absent_as` is the class that the detector gives to the part seen bare: only a bare part that
    was seen counts, a part that is hidden says nothing.
    """

    kind: Literal["missing"] = "missing"
    subject: str
    needs: str
    absent_as: str
    part: BodyPart
    min_height_px: float = Field(default=0.0, ge=0, description="Smaller subjects are not judged")


class Crossing(RuleBase):
    """A subject's foot point crosses a drawn line, in a direction or any."""

    kind: Literal["crossing"] = "crossing"
    subject: str
    direction: Literal["any", "left_to_right", "right_to_left"] = "any"


class Count(RuleBase):
    """More subjects than allowed, or fewer than needed, are in the zone."""

    kind: Literal["count"] = "count"
    subject: str
    maximum: int | None = Field(default=None, ge=0)
    minimum: int | None = Field(default=None, ge=1)


class CameraCondition(RuleBase):
    """A technical state that stays unexplained; the server raises it, the edge never."""

    kind: Literal["camera_condition"] = "camera_condition"
    condition: Literal["offline", "no_frames", "frozen", "dark_or_covered", "undecodable"]


#: A rule as it stands in a hazard's file.
Rule = Annotated[
    Presence | Dwell | Missing | Crossing | Count | CameraCondition, Field(discriminator="kind")
]

#: The kinds that mean nothing without a drawn zone or line.
NEEDS_DRAWING: frozenset[str] = frozenset({"crossing"})


def classes_needed(rule: Rule) -> frozenset[str]:
    """Return the detector classes without which the rule cannot be judged."""
    match rule:
        case CameraCondition():
            return frozenset()
        case Missing():
            return frozenset({rule.subject, rule.needs, rule.absent_as})
        case _:
            return frozenset({rule.subject})


def needs_drawing(rule: Rule) -> bool:
    """Whether the rule stays off until something is drawn (also a count below a minimum)."""
    return rule.kind in NEEDS_DRAWING or (isinstance(rule, Count) and rule.maximum is None)
