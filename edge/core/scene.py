"""What rules judge: the tracks and zones of one camera at one moment. A value."""

from dataclasses import dataclass

from edge.core.moment import Moment
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId, ZoneId

#: x1, y1, x2, y2 in pixels of the original picture.
PixelBox = tuple[float, float, float, float]

#: x, y from 0 to 1, origin at the top left.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Track:
    """One followed object. `id` is good within one tracker run only and never names anything."""

    id: int
    label: str
    box: PixelBox
    score: float
    first_seen: Moment
    seen: bool
    """False while the tracker bridges frames in which the detector missed it."""

    @property
    def foot(self) -> tuple[float, float]:
        """Middle of the lower edge, in pixels: where a person stands."""
        return ((self.box[0] + self.box[2]) / 2, self.box[3])

    @property
    def height(self) -> float:
        """Box height in pixels."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Zone:
    """A drawn polygon (3 points or more) or line (exactly 2 points), in 0..1 of the picture.

    arrow: from where to where traffic goes in it, if it is a lane.
    """

    id: ZoneId
    points: tuple[Point, ...]
    arrow: tuple[Point, Point] | None = None

    @property
    def is_line(self) -> bool:
        """Whether it is a line to cross rather than an area."""
        return len(self.points) == 2  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class RegionLook:
    """How a region looks beside what it was taught, measured in the picture of its scene.

    difference: how far it is off, in units of the threshold from the normal pictures' own spread.
    changed: share of the region that looks otherwise, 0..1.
    """

    region: ZoneId
    difference: float
    changed: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything rules may look at. `blind` says why the picture shows nothing, or is None.

    regions: the taught regions that were compared in this very picture; most pictures have none.
    condition: the state of the camera, also while no picture comes; None: nobody knows.
    """

    at: Moment
    camera: CameraId
    width: int
    height: int
    tracks: tuple[Track, ...]
    blind: str | None = None
    regions: tuple[RegionLook, ...] = ()
    condition: CameraCondition | None = None

    def of(self, label: str) -> tuple[Track, ...]:
        """Return the tracks of a class."""
        return tuple(track for track in self.tracks if track.label == label)

    def region(self, name: ZoneId) -> RegionLook | None:
        """Return the look at a region, or None when it was not compared in this picture."""
        return next((look for look in self.regions if look.region == name), None)
