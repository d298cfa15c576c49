"""The test scene of a hazard: a film as data that must raise it, and one that must not.

Boxes are shares of the picture, so that a scene reads like a sketch; a test plays them to the very
rules that judge at the edge. Such a scene shows that rule and classes together tell the hazard from
what looks like it; how well a model finds the classes is another question.
"""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from hazard_library.catalogue.hazard import HazardCode, PermitKind
from hazard_library.catalogue.quantities import Clock, Duration
from hazard_library.catalogue.text import Entry, Text
from hazard_library.contract.device import CameraCondition

Share = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Share, Share]


class Shown(Entry):
    """Somebody or something that the detector finds."""

    label: str
    box: tuple[Share, Share, Share, Share] = Field(description="Left, top, right, bottom")
    begins: Duration = timedelta(0)
    ends: Duration | None = Field(default=None, description="None: it stays to the end")
    moving: tuple[float, float] = Field(
        default=(0.0, 0.0), description="Shares of the picture a second, to the right and down"
    )
    score: float = Field(default=0.9, gt=0, le=1)

    @model_validator(mode="after")
    def _is_a_box(self) -> Self:
        left, top, right, bottom = self.box
        if left >= right or top >= bottom:
            msg = "the box has no area; write left, top, right, bottom"
            raise ValueError(msg)
        if self.ends is not None and self.ends <= self.begins:
            msg = "it ends before it begins; mend ends"
            raise ValueError(msg)
        return self


class RegionShown(Entry):
    """How the drawn zone looks beside its taught state; before and after, as it was taught."""

    begins: Duration = timedelta(0)
    ends: Duration | None = Field(default=None, description="None: to the end")
    difference: float = Field(gt=1, description="Times the threshold")
    changed: Share = Field(description="Share of the zone")


class StateShown(Entry):
    """The state that the camera is in; before and after it is well."""

    begins: Duration = timedelta(0)
    ends: Duration | None = Field(default=None, description="None: to the end")
    condition: CameraCondition


class OnGround(Entry):
    """A point of the picture, and where it is on the ground in metres."""

    picture: Point
    ground: tuple[float, float]


class SceneFilm(Entry):
    """A film as data."""

    what: Text = Field(description="What happens in it")
    lasting: Duration = Field(gt=timedelta(0), le=timedelta(hours=3))
    at: Clock = Field(default=12 * 60, description="What the clock says when it begins")
    permit: PermitKind | None = Field(
        default=None, description="A permit of this kind is in force for what is drawn"
    )
    look_every: Duration = Field(
        default=timedelta(milliseconds=200), gt=timedelta(0), le=timedelta(seconds=1)
    )
    shows: tuple[Shown, ...] = ()
    looks: tuple[RegionShown, ...] = Field(
        default=(), description="For rules over a taught zone: when it looks otherwise"
    )
    states: tuple[StateShown, ...] = Field(
        default=(),
        description="States of the camera; of two at one time the later in the list counts",
    )


class HazardScene(Entry):
    """One file under `scenes/`."""

    hazard: HazardCode
    zone: tuple[Point, ...] = Field(default=(), description="What is drawn; none: whole picture")
    further_zones: tuple[tuple[Point, ...], ...] = Field(
        default=(), description="More of them, for a rule that looks at several at once"
    )
    arrow: tuple[Point, Point] | None = Field(default=None, description="Of a lane: from, to")
    hours: tuple[Clock, Clock] | None = Field(
        default=None, description="From when to when it is on; none: always"
    )
    ground: tuple[OnGround, ...] = Field(default=(), description="The camera's ground plane")
    raises: SceneFilm
    raises_not: SceneFilm

    @property
    def labels(self) -> frozenset[str]:
        """All classes that are shown."""
        films = (self.raises, self.raises_not)
        return frozenset(shown.label for film in films for shown in film.shows)
