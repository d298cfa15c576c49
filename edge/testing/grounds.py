"""Ground planes for tests: a camera straight above a yard, and one that looks at it from a pole."""

from dataclasses import dataclass

import numpy as np

from edge.core.calibration import Calibration, Measured, calibrated
from edge.core.scene import PixelBox, Point

#: So many pixels of the overhead camera's picture are a metre; the picture is 768 × 576.
PIXELS_PER_M = 50.0
SIZE = (768, 576)


def overhead() -> Calibration:
    """Return the ground plane of a camera that looks straight down."""
    wide, high = SIZE[0] / PIXELS_PER_M, SIZE[1] / PIXELS_PER_M
    corners = {(0.0, 0.0): (0.0, high), (1.0, 0.0): (wide, high)}
    corners |= {(1.0, 1.0): (wide, 0.0), (0.0, 1.0): (0.0, 0.0)}
    return calibrated([Measured(seen, real) for seen, real in corners.items()])


@dataclass(frozen=True, slots=True)
class PoleCamera:
    """A pinhole camera on a pole at the origin; it looks along y and down by an angle.

    height_m: of the pole; down_deg: below the horizontal; focal: in widths of the picture.
    """

    height_m: float = 5.0
    down_deg: float = 25.0
    focal: float = 0.9

    def seen(self, x: float, y: float, z: float = 0.0) -> Point:
        """Return where a point of the site (metres; z above the ground) is in 0..1."""
        wide, high = SIZE
        angle = np.radians(self.down_deg)
        below = self.height_m - z
        depth = y * np.cos(angle) + below * np.sin(angle)
        up = y * np.sin(angle) - below * np.cos(angle)
        scale = self.focal / depth
        return (0.5 + scale * x, 0.5 - scale * up * wide / high)

    def box(self, x: float, y: float, *, wide_m: float, high_m: float) -> PixelBox:
        """Return the box of something upright, in pixels."""
        wide, high = SIZE
        left, foot = self.seen(x - wide_m / 2, y)
        right, _ = self.seen(x + wide_m / 2, y)
        _, top = self.seen(x, y, high_m)
        return (left * wide, top * high, right * wide, foot * high)

    def person(self, x: float, y: float) -> PixelBox:
        """Return the box of somebody who stands there."""
        return self.box(x, y, wide_m=0.6, high_m=1.7)

    def ground(self) -> Calibration:
        """Return its ground plane, as measured by the corners of an area and its middle."""
        area = ((-3.0, 7.0), (3.0, 7.0), (4.0, 16.0), (-4.0, 16.0), (0.0, 11.0))
        return calibrated([Measured(self.seen(*place), place) for place in area])
