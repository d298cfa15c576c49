"""The rule kinds that compare a drawn region with what it was taught to look like.

No class of objects is asked for: what a plant's guard, door or sign looks like is learnt at the
camera that sees it. People are looked for all the same, because a region that somebody stands in
front of is not seen.
"""

from typing import Literal

from pydantic import Field

from hazard_library.catalogue.rule_base import RuleBase

#: Who may stand before a region: without a model that sees them nobody could tell.
PASSES_BY = frozenset({"person"})


class RegionRule(RuleBase):
    """A rule over the looks at a taught region."""

    covered: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="Share of the region from which somebody before it makes it not seen",
    )


class SceneState(RegionRule):
    """A drawn region no longer looks as in the pictures that taught its normal state."""

    kind: Literal["scene_state"] = "scene_state"
    difference: float = Field(
        default=1.0,
        ge=1,
        le=10,
        description="Times the threshold that the normal pictures' own spread has set",
    )


class StaticObject(RegionRule):
    """Something that was not there before stays in a zone, whatever it is; people do not count."""

    kind: Literal["static_object"] = "static_object"
    min_overlap: float = Field(gt=0, le=1, description="Share of the zone that looks otherwise")
