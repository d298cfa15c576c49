"""Whether the two streams of one camera show the same view, as evidence takes for granted."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import SourceError
from edge.ports import Clock, Pixels
from edge.video.glimpse import glimpse
from edge.video.reader import ReaderLimits
from edge.video.source import SourceSpec
from edge.video.view import edges_of, offset_turned, texture

_LEAST_TEXTURE = 0.1
_LEAST_MATCH = 0.3

_ANOTHER_VIEW = (
    "evidence_source shows another view than source: heads would be blurred in the wrong places; "
    "give two streams of the same picture"
)


def trouble_with_main(
    spec: SourceSpec, pixels: Pixels, clock: Clock, limits: ReaderLimits | None = None
) -> str:
    """Say what is wrong with a camera's main stream, or nothing.

    Args:
        spec: the camera, with both of its streams.
        pixels: what its sub-stream has just shown.
        clock: the box's clock.
        limits: how long to wait for the main stream.
    """
    if spec.main is None:
        return ""
    try:
        main = glimpse(replace(spec, address=spec.main, main=None), clock, limits=limits)
    except SourceError as fault:
        return f"evidence_source: {fault}"
    return "" if show_the_same(pixels, main.pixels) else _ANOTHER_VIEW


def show_the_same(one: Pixels, other: Pixels) -> bool:
    """Whether two pictures, of whatever size, show one view; True where it cannot be told."""
    edges, others = edges_of(_grey(one)), edges_of(_grey(other))
    if min(texture(edges), texture(others)) < _LEAST_TEXTURE:
        return True
    best = offset_turned(edges, others)
    return best.is_here and best.match >= _LEAST_MATCH


def _grey(pixels: Pixels) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
