"""The rule kinds as data: what must be seen, where, for how long.

A rule says nothing about how it is judged; `edge.core.rules` does, one file per kind. Durations are
scene time. `max_gap` is the longest stretch without a look that the memory bridges: a longer one
restarts it, because a gap is not evidence. Who adds
a kind adds it to `Rule`, and `assert_never` finds the places to fill in.
"""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hazard_library.catalogue.measured_rules import Absence, Direction, Proximity, Speed
from hazard_library.catalogue.quantities import Duration
from hazard_library.catalogue.region_rules import PASSES_BY, RegionRule, SceneState, StaticObject
from hazard_library.catalogue.rule_base import BodyPart, RuleBase, ZoneNeed

__all__ = [
    "Absence",
    "BodyPart",
    "CameraCondition",
    "Count",
    "Crossing",
    "Direction",
    "Dwell",
    "Missing",
    "NamedCondition",
    "Presence",
    "Proximity",
    "RegionRule",
    "Rule",
    "RuleBase",
    "SceneState",
    "Simultaneous",
    "Speed",
    "StaticObject",
    "ZoneNeed",
    "classes_needed",
    "needs_drawing",
]


class Presence(RuleBase):
    """Any object of the subject class is in the zone."""

    kind: Literal["presence"] = "presence"
    subject: str
    min_area_ratio: float = Field(default=0.0, ge=0, lt=1, description="Box area over picture area")


class Dwell(RuleBase):
    """One and the same object stays in the zone."""

    kind: Literal["dwell"] = "dwell"
    subject: str

    @model_validator(mode="after")
    def _stays_for_a_while(self) -> Self:
        if self.lasting < timedelta(seconds=1):
            msg = "a stay shorter than 1s is a passage; write for: 1s or more"
            raise ValueError(msg)
        return self


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
    min_height_px: float = Field(
        default=0.0, ge=0, le=2000, description="Smaller subjects are not judged"
    )


class Crossing(RuleBase):
    """A subject's foot point crosses a drawn line, in a direction or any."""

    kind: Literal["crossing"] = "crossing"
    subject: str
    direction: Literal["any", "left_to_right", "right_to_left"] = "any"


class Count(RuleBase):
    """More subjects than allowed, or fewer than needed, are in the zone."""

    kind: Literal["count"] = "count"
    subject: str
    maximum: int | None = Field(default=None, ge=0, le=1000)
    minimum: int | None = Field(default=None, ge=1, le=1000)

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.maximum is None and self.minimum is None:
            msg = "counts nothing; write maximum, minimum or both"
            raise ValueError(msg)
        if None not in (self.maximum, self.minimum) and self.minimum > self.maximum:  # type: ignore[operator]
            msg = f"minimum {self.minimum} is above maximum {self.maximum}: no number is right"
            raise ValueError(msg)
        return self


class Simultaneous(RuleBase):
    """Subjects are in several drawn zones at the same time."""

    kind: Literal["simultaneous"] = "simultaneous"
    subject: str
    zones: int = Field(ge=2, le=10)


#: What a rule over a camera's state may name; all but `clock_wrong` is told by every edge.
NamedCondition = Literal[
    "offline",
    "no_frames",
    "undecodable",
    "dark_or_covered",
    "frozen",
    "looped",
    "blurred",
    "moved",
    "clock_wrong",
]


class CameraCondition(RuleBase):
    """A camera is in one of these states and stays so, however long its pictures show nothing.

    The state is told whenever it changes, so far longer stretches without a picture are bridged
    than in front of a scene.
    """

    kind: Literal["camera_condition"] = "camera_condition"
    conditions: tuple[NamedCondition, ...] = Field(min_length=1)
    max_gap: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(milliseconds=100),
        le=timedelta(minutes=1),
        description="Longest bridged gap",
    )


#: A rule as it stands in a hazard's file.
Rule = Annotated[
    Presence
    | Dwell
    | Missing
    | Crossing
    | Count
    | CameraCondition
    | Absence
    | Direction
    | Proximity
    | SceneState
    | Simultaneous
    | Speed
    | StaticObject,
    Field(discriminator="kind"),
]

#: The kinds that mean nothing without a drawn zone or line.
NEEDS_DRAWING: frozenset[str] = frozenset({"crossing", "direction", "simultaneous"})


def classes_needed(rule: Rule) -> frozenset[str]:
    """Return the detector classes without which the rule cannot be judged."""
    match rule:
        case CameraCondition():
            return frozenset()
        case Missing():
            return frozenset({rule.subject, rule.needs, rule.absent_as})
        case Absence():
            return frozenset({rule.subject, rule.needs})
        case Proximity():
            return frozenset({rule.subject, rule.near})
        case RegionRule():
            return PASSES_BY
        case _:
            return frozenset({rule.subject})


def needs_drawing(rule: Rule) -> bool:
    """Whether the rule stays off until something is drawn (also a count below a minimum)."""
    if rule.kind in NEEDS_DRAWING or rule.zone is ZoneNeed.NAMED:
        return True
    return isinstance(rule, Count) and rule.maximum is None
