"""Fit a picture into a model's input: scaled with its aspect kept, the rest padded.

A fitted input is the least part of the model's own that holds the picture, in steps that the
network allows: of a 16:9 picture three fifths are left to compute, with boxes of the same size.
"""

import threading
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.inference.runners.runner import Tensor
from edge.ports import Pixels
from hazard_library.registry.card import ModelInput
from hazard_library.registry.network_size import Shape, least_side

#: Places whose padded buffer a thread keeps; cameras of one size share a place.
_MOST_PLACES = 6
#: Shift that makes an odd rest go to the right and below, as the trainer does it.
_HALF = 0.1


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a picture of width x height lies in an input of that shape, and at which scale."""

    shape: Shape
    scale: float
    left: int
    top: int
    inner_width: int
    inner_height: int
    width: int
    height: int

    def to_picture(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn corner boxes in input pixels into pixels of the picture, clipped to it."""
        shift = np.array([self.left, self.top, self.left, self.top], dtype=np.float32)
        limit = np.array([self.width, self.height] * 2, dtype=np.float32)
        back: NDArray[np.float32] = np.clip((boxes - shift) / np.float32(self.scale), 0, limit)
        return back


def fit(width: int, height: int, wanted: ModelInput, *, is_fitted: bool = False) -> Fit:
    """Place a picture of width x height in the model's input, or in the least part of it."""
    scale = min(wanted.width / width, wanted.height / height)
    inner_width, inner_height = max(1, round(width * scale)), max(1, round(height * scale))
    rows, columns = wanted.height, wanted.width
    if is_fitted:
        rows, columns = least_side(inner_height), least_side(inner_width)
    left = top = 0
    if wanted.fit == "letterbox-centre":
        left = round((columns - inner_width) / 2 - _HALF)
        top = round((rows - inner_height) / 2 - _HALF)
    return Fit((rows, columns), scale, left, top, inner_width, inner_height, width, height)


class Letterbox:
    """Makes input tensors. Each thread has its own buffers, overwritten by its next picture."""

    def __init__(self, wanted: ModelInput, *, is_fitted: bool = False) -> None:
        self._wanted = wanted
        self._is_fitted = is_fitted
        self._own = threading.local()
        self._planes = (2, 1, 0) if wanted.colour == "RGB" else (0, 1, 2)
        self._pad = wanted.pad / wanted.scale

    def fill(self, pixels: Pixels) -> tuple[Tensor, Fit]:
        """Return the tensor for a BGR picture, and where the picture lies in it."""
        height, width = pixels.shape[:2]
        place = fit(width, height, self._wanted, is_fitted=self._is_fitted)
        buffer = self._buffer(place)
        small = cv2.resize(
            pixels, (place.inner_width, place.inner_height), interpolation=cv2.INTER_LINEAR
        )
        rows = slice(place.top, place.top + place.inner_height)
        columns = slice(place.left, place.left + place.inner_width)
        for target, plane in enumerate(cv2.split(small)[p] for p in self._planes):
            np.divide(
                plane,
                np.float32(self._wanted.scale),
                out=buffer[0, target, rows, columns],
                dtype=np.float32,
            )
        return buffer, place

    def _buffer(self, place: Fit) -> Tensor:
        """Return this thread's buffer for that place, which stays padded around it."""
        kept: dict[Fit, Tensor] = self._own.__dict__.setdefault("kept", {})
        if place not in kept:
            if len(kept) >= _MOST_PLACES:
                kept.clear()
            kept[place] = np.full((1, 3, *place.shape), self._pad, dtype=np.float32)
        return kept[place]
