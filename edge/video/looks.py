"""Looks at a picture: the few numbers by which it is judged whether a camera is well."""

from collections import deque
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from edge.core.moment import Moment
from edge.ports import Grey
from edge.video.sharpness import sharpness

_WIDE_PX = 640
_REMEMBERED = 12


class Difference(Enum):
    """How a picture differs from the one looked at before."""

    SAME = "same"
    RIPPLE = "ripple"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class PictureNumbers:
    """Numbers about one picture.

    mean, spread: of its luma, 0..255; edges: mean local contrast; sharpness: None where there are
    too few edges to tell; grey: the picture itself, uint8 (height, width), made smaller.
    """

    at: Moment
    mean: float
    spread: float
    edges: float
    difference: Difference
    sharpness: float | None
    grey: Grey


def step_of(width: int) -> int:
    """Return how many pixels of a picture so wide are passed over for each that is looked at."""
    return max(1, width // _WIDE_PX)


class Looker:
    """Makes looks of pictures; keeps a few grey ones to compare the next one with."""

    def __init__(self) -> None:
        self._before: deque[Grey] = deque(maxlen=_REMEMBERED)

    def look(self, at: Moment, grey: Grey) -> PictureNumbers:
        """Measure a picture of which every `step_of`th pixel is given."""
        small = cv2.resize(grey, (64, 36), interpolation=cv2.INTER_AREA).astype(np.float32)
        edges = float(np.abs(np.diff(small, axis=1)).mean() + np.abs(np.diff(small, axis=0)).mean())
        look = PictureNumbers(
            at,
            mean=float(small.mean()),
            spread=float(small.std()),
            edges=edges,
            difference=self._compare(grey),
            sharpness=sharpness(grey),
            grey=grey,
        )
        self._before.appendleft(grey)
        return look

    def _compare(self, grey: Grey) -> Difference:
        if not self._before or self._before[0].shape != grey.shape:
            self._before.clear()
            return Difference.MOVED
        change = cv2.absdiff(grey, self._before[0])
        # The digits of a clock in the picture are few pixels, but they change by much.
        leaps = np.count_nonzero(change > 32)  # noqa: PLR2004
        strong = np.count_nonzero(change > 12)  # noqa: PLR2004
        if leaps > 4 or strong > 0.0001 * change.size or float(change.mean()) >= 1.0:  # noqa: PLR2004
            return Difference.MOVED
        known = any(_is_same(grey, before) for before in self._before)
        return Difference.SAME if known else Difference.RIPPLE


def _is_same(one: Grey, other: Grey) -> bool:
    change = cv2.absdiff(one, other)
    return bool(np.count_nonzero(change) <= 0.002 * change.size and change.max() <= 4)  # noqa: PLR2004
