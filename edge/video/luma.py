"""The brightness of a decoded picture, read where the decoder left it."""

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from edge.ports import Grey, Pixels

_FULL_RANGE = ("yuvj", "gray")
#: Video says black with 16 and white with 235.
_STRETCHED = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


def luma_plane(image: VideoFrame) -> Grey | None:
    """Return the plane of 8 bits of luma as it is; None where a format does not begin with one.

    Its rows may be longer than the picture is wide.
    """
    form = image.format
    if not form.name.startswith(("yuv", "nv12", "nv21", "gray")) or form.components[0].bits != 8:  # noqa: PLR2004 - bits
        return None
    plane = image.planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)


def grey_of(pixels: Pixels, step: int) -> Grey:
    """Return every so many pixels' brightness of a picture that is there as an array."""
    some = np.ascontiguousarray(pixels[::step, ::step])
    return np.asarray(cv2.cvtColor(some, cv2.COLOR_BGR2GRAY), np.uint8)


def brightness(image: VideoFrame, step: int) -> Grey | None:
    """Return every so many pixels' brightness, 0 black and 255 white; None as `luma_plane`."""
    plane = luma_plane(image)
    if plane is None:
        return None
    some = np.ascontiguousarray(plane[: image.height : step, : image.width : step])
    is_full = image.color_range == ColorRange.JPEG or image.format.name.startswith(_FULL_RANGE)
    return some if is_full else _STRETCHED[some]
