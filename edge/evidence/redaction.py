"""Heads made unrecognisable in whatever is shown."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from edge.core.geometry import iou
from edge.core.scene import PixelBox
from edge.ports import Pixels

_HEAD_OF_HEIGHT = 0.28
_HEAD_OF_WIDTH = 0.65
_PADDING = 0.12
_PADDING_OF_HEADS = 0.25
_END_OF_LENGTH = 0.35
_CLEARLY_LONG = 1.5
_CELLS = 5
_SAME_PLACE = 0.4


def ends_of(lying: PixelBox) -> tuple[PixelBox, PixelBox]:
    """Return both ends of the longer side of somebody lying: the head is at one of them."""
    x1, y1, x2, y2 = lying
    if x2 - x1 >= y2 - y1:
        reach = (x2 - x1) * _END_OF_LENGTH
        return (x1, y1, x1 + reach, y2), (x2 - reach, y1, x2, y2)
    reach = (y2 - y1) * _END_OF_LENGTH
    return (x1, y1, x2, y1 + reach), (x1, y2 - reach, x2, y2)


def heads_of_lying(lying: PixelBox) -> tuple[PixelBox, ...]:
    """Return where the head of somebody lying may be: both ends, or anywhere in a compact box."""
    width, height = lying[2] - lying[0], lying[3] - lying[1]
    if max(width, height) < _CLEARLY_LONG * min(width, height):
        return (padded(lying),)
    return tuple(padded(end) for end in ends_of(lying))


def is_lying(person: PixelBox) -> bool:
    """Whether somebody called a person lies or is bent: the box is clearly wider than high."""
    return person[2] - person[0] >= _CLEARLY_LONG * (person[3] - person[1])


def around_head(head: PixelBox) -> PixelBox:
    """Return what to blur around a head that was found itself: often only the helmet was."""
    return padded(head, _PADDING_OF_HEADS)


def head_of(person: PixelBox) -> PixelBox:
    """Return where a person's head lies: the top of the box, and more of it for a bust."""
    x1, y1, x2, y2 = person
    width, height = x2 - x1, y2 - y1
    deep = min(height, max(_HEAD_OF_HEIGHT * height, _HEAD_OF_WIDTH * width))
    return padded((x1, y1, x2, y1 + deep))


def padded(box: PixelBox, share: float = _PADDING) -> PixelBox:
    """Return a box that is larger on every side by a share of its own size."""
    x1, y1, x2, y2 = box
    dx, dy = share * (x2 - x1), share * (y2 - y1)
    return (x1 - dx, y1 - dy, x2 + dx, y2 + dy)


def scaled(box: PixelBox, across: float, down: float) -> PixelBox:
    """Return a box in a picture of another size."""
    return (box[0] * across, box[1] * down, box[2] * across, box[3] * down)


def hull(boxes: Sequence[PixelBox]) -> PixelBox:
    """Return the smallest box around some boxes."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def holds_centre(outer: PixelBox, inner: PixelBox) -> bool:
    """Whether the centre of one box lies in another."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def merged(boxes: Iterable[PixelBox]) -> tuple[PixelBox, ...]:
    """Return fewer boxes that cover the same: those that mostly lie on each other become one."""
    kept: list[PixelBox] = []
    for box in boxes:
        for index, other in enumerate(kept):
            if iou(box, other) >= _SAME_PLACE:
                kept[index] = hull((box, other))
                break
        else:
            kept.append(box)
    return tuple(kept)


def blurred(pixels: Pixels, regions: Iterable[PixelBox]) -> Pixels:
    """Return a copy in which the regions are coarse and soft; nothing can be sharpened back."""
    shown = pixels.copy()
    for region in regions:
        _blur_in_place(shown, region)
    return shown


def blurred_whole(pixels: Pixels) -> Pixels:
    """Return a copy in which everything is coarse: nobody knows where the heads are."""
    height, width = pixels.shape[:2]
    cells = (max(1, width // 40), max(1, height // 40))
    small = cv2.resize(pixels, cells, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _blur_in_place(shown: Pixels, region: PixelBox) -> None:
    height, width = shown.shape[:2]
    x1, y1 = max(0, int(region[0])), max(0, int(region[1]))
    x2, y2 = min(width, int(np.ceil(region[2]))), min(height, int(np.ceil(region[3])))
    if x2 <= x1 or y2 <= y1:
        return
    part = shown[y1:y2, x1:x2]
    cells = (min(_CELLS, x2 - x1), min(_CELLS, y2 - y1))
    coarse = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
    shown[y1:y2, x1:x2] = cv2.resize(coarse, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
