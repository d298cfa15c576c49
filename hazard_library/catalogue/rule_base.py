"""What every rule has, whoever judges it."""

from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from hazard_library.catalogue.quantities import Duration


class ZoneNeed(StrEnum):
    """Whether a rule works on a drawn zone.

    A `named` rule says what a zone is for (a fire lane, a post): it works only in the zones that a
    camera's configuration names for it, never in whatever is drawn and never on a whole picture.
    """

    REQUIRED = "required"
    NAMED = "named"
    OPTIONAL = "optional"
    NONE = "none"


class BodyPart(StrEnum):
    """The stretch of a person's box in which equipment is looked for."""

    HEAD = "head"
    TORSO = "torso"


#: A working shift, or the time between two rounds, is shorter than this.
LONGEST = timedelta(hours=24)


class RuleBase(BaseModel):
    """What every rule has."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    zone: ZoneNeed
    lasting: Duration = Field(
        alias="for", ge=timedelta(0), le=LONGEST, description="How long the condition must hold"
    )
    max_gap: Duration = Field(
        default=timedelta(seconds=1),
        ge=timedelta(milliseconds=100),
        le=timedelta(minutes=1),
        description="Longest bridged gap",
    )
    cooldown: Duration = Field(
        ge=timedelta(seconds=1), le=LONGEST, description="Absent this long, the incident closes"
    )
    min_score: float = Field(default=0.0, ge=0, lt=1, description="Detections below do not count")
    held_ratio: float = Field(
        default=0.7, gt=0, le=1, description="Share of the looks within `for` that must agree"
    )
