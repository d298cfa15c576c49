"""Writing on pictures: light ink on a dark strip, Chinese included, never beyond the edge."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import cv2

from edge.ports import Pixels

#: Blue, green, red.
Colour = tuple[int, int, int]
#: left, top, right, bottom in pixels.
Area = tuple[int, int, int, int]

INK: Colour = (255, 255, 255)
PAPER: Colour = (20, 20, 20)
#: Carried by OpenCV itself, Chinese included: no font of the machine is needed.
_FONT = "uni"
#: Pictures lower than that are small: what is written must leave room for what is seen.
_SMALL_PX = 400


#: One font serves all cameras' threads, and it is nowhere said that several may use it at once.
_TURN = threading.Lock()


@cache
def _font() -> "cv2.FontFace":
    return cv2.FontFace(_FONT)


@dataclass(frozen=True, slots=True)
class Pen:
    """Sizes in pixels that fit one picture."""

    line: int
    text: int

    @classmethod
    def fitting(cls, shown: Pixels) -> Self:
        """Return the sizes for a picture."""
        height = int(shown.shape[0])
        return cls(max(2, height // 300), max(16 if height >= _SMALL_PX else 13, height // 32))

    @property
    def pad(self) -> int:
        """What surrounds the letters of a strip."""
        return max(3, self.text // 5)


def strip_size(shown: Pixels, text: str, pen: Pen) -> tuple[int, int]:
    """Return width and height of a strip with that text."""
    _, _, width, height = _extent(shown, text, pen)
    return width + 2 * pen.pad, height + 2 * pen.pad


def write(shown: Pixels, text: str, at: tuple[int, int], colour: Colour, pen: Pen) -> Area:
    """Write a strip with an edge of the colour, moved to stay in the picture; return where it is.

    at: the lower left corner, in pixels.
    """
    height, width = shown.shape[:2]
    left, top, box_width, box_height = _extent(shown, text, pen)
    pad = pen.pad
    x = min(max(0, at[0]), max(0, width - box_width - 2 * pad))
    y = min(max(box_height + 2 * pad, at[1]), height - 1)
    area = (x, y - box_height - 2 * pad, x + box_width + 2 * pad, y)
    cv2.rectangle(shown, area[:2], area[2:], PAPER, cv2.FILLED)
    if colour != PAPER:
        cv2.rectangle(shown, area[:2], area[2:], colour, max(1, pen.line // 2))
    place = (x + pad - left, y - pad - box_height - top)
    with _TURN:
        cv2.putText(shown, text, place, INK, _font(), pen.text)
    return area


def overlap(one: Area, other: Area) -> int:
    """Return how many pixels two areas share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, width) * max(0, height)


def freest(areas: Sequence[Area], taken: Sequence[Area], shown: Pixels) -> Area:
    """Return the first of these areas that covers least and lies in the picture if one does."""
    height, width = shown.shape[:2]

    def cost(area: Area) -> int:
        whole = (area[2] - area[0]) * (area[3] - area[1])
        outside = whole - overlap(area, (0, 0, width, height))
        return 4 * outside + sum(overlap(area, one) for one in taken)

    return min(areas, key=cost)


def _extent(shown: Pixels, text: str, pen: Pen) -> tuple[int, int, int, int]:
    height, width = shown.shape[:2]
    with _TURN:
        left, top, box_width, box_height = cv2.getTextSize(
            (width, height), text, (0, 0), _font(), pen.text
        )
    return left, top, box_width, box_height
