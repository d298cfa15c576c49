"""Teaching a region: which pictures may teach it, what they give, and whether it can be watched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import cv2
import numpy as np

from edge.core.covering import covered_share
from edge.core.scene import PixelBox, Point
from edge.ports import Look, Pixels
from hazard_library.catalogue.region_rules import PASSES_BY
from hazard_library.registry.feature_network import FeatureNetwork
from hazard_library.registry.region_comparison import LEAST_THRESHOLD, learn, see
from hazard_library.registry.region_pictures import SMALLEST_PX, cut_region

#: Fewer normal pictures say too little about how much they differ.
LEAST_PICTURES = 3
#: More cost memory (about 0.5 MB each and version) and tell little more.
MOST_PICTURES = 12
_COVERED = 0.02
#: Grey values by which a region's picture must vary to show anything at all.
_LEAST_CONTRAST = 3.0
#: An abnormal picture this far beyond the threshold is told from normal ones on most days.
_CLEAR = 1.3


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture of the camera, BGR, and when it was taken. name: how to speak of it."""

    name: str
    pixels: Pixels
    at: datetime


@dataclass(frozen=True, slots=True)
class Lesson:
    """What teaching gave; differences are in units of the threshold, 1 lies on it.

    spreads: what normal pictures differ by on each map of the network.
    own: each normal picture compared with all the others. abnormal: each abnormal one.
    erased: a normal picture whose middle was painted over, as if the thing were gone.
    """

    threshold: float
    spreads: tuple[float, ...]
    own: tuple[float, ...]
    abnormal: tuple[float, ...]
    erased: float

    @property
    def is_wide(self) -> bool:
        """Whether the normal pictures differ so much that the threshold had to rise."""
        return self.threshold > LEAST_THRESHOLD

    @property
    def verdict(self) -> Literal["fit", "doubtful", "unfit"]:
        """Whether the region is fit to be watched; by the abnormal pictures, where there are."""
        nearest = min(self.abnormal, default=self.erased)
        if nearest >= _CLEAR:
            return "fit"
        return "doubtful" if nearest > 1 else "unfit"


class PeopleFinder:
    """Finds those who may stand before a region."""

    def __init__(self, look: Look, least_score: float) -> None:
        self._look = look
        self._least_score = least_score

    def boxes(self, pixels: Pixels) -> tuple[PixelBox, ...]:
        """Return the boxes of people in a picture."""
        found = self._look(pixels)
        rows = zip(found.labels, found.scores.tolist(), found.boxes.tolist(), strict=True)
        return tuple(
            (x1, y1, x2, y2)
            for label, score, (x1, y1, x2, y2) in rows
            if label in PASSES_BY and score >= self._least_score
        )


def why_unusable(picture: Picture, points: Sequence[Point], people: PeopleFinder) -> str | None:
    """Say why a picture cannot teach the region; None: it can."""
    height, width = picture.pixels.shape[:2]
    region = cut_region(picture.pixels, points)
    if min(region.shape[:2]) < SMALLEST_PX:
        return (
            f"the region is {region.shape[1]} x {region.shape[0]} pixels, too small to show a "
            "state; draw it larger or zoom in"
        )
    if float(cv2.cvtColor(region, cv2.COLOR_RGB2GRAY).std()) < _LEAST_CONTRAST:
        return "the region shows one flat surface (dark, covered, or drawn beside the thing)"
    share = covered_share(tuple(points), people.boxes(picture.pixels), width, height)
    if share > _COVERED:
        return f"somebody stands before the region ({share:.0%} of it)"
    return None


def spread_out(pictures: Sequence[Picture], count: int) -> tuple[Picture, ...]:
    """Choose so many pictures evenly, in their order."""
    if len(pictures) <= count:
        return tuple(pictures)
    places = np.linspace(0, len(pictures) - 1, count).round().astype(int)
    return tuple(pictures[int(place)] for place in places)


def teach(
    network: FeatureNetwork,
    normal: Sequence[Pixels],
    abnormal: Sequence[Pixels],
    points: Sequence[Point],
) -> Lesson:
    """Learn the region, and see how far abnormal pictures lie from it.

    Args:
        network: the feature network.
        normal: pictures of the region, RGB.
        abnormal: the same of abnormal states, if there are any.
        points: corners of the region.
    """
    learnt = learn(network, normal, points)
    compare = learnt.memory.compare
    return Lesson(
        threshold=learnt.memory.threshold,
        spreads=learnt.memory.memory.spreads,
        own=learnt.own,
        abnormal=tuple(compare(see(network, one)).difference for one in abnormal),
        erased=compare(see(network, _erased(normal[0]))).difference,
    )


def _erased(region: Pixels) -> Pixels:
    """Paint the middle half of a region over from what lies around it."""
    height, width = region.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = 255
    return np.asarray(cv2.inpaint(region, mask, 5, cv2.INPAINT_TELEA), np.uint8)
