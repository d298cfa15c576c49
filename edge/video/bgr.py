"""Decoded pictures as arrays of blue, green and red."""

from threading import Lock

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from edge.ports import Pixels


class BgrConverter:
    """Turns decoded pictures into arrays; threads take turns.

    Its tables are made once for all pictures of a size. A picture that is asked for its array by
    itself makes tables and threads of its own each time, which costs several times the conversion.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._turn = Lock()

    def pixels(self, image: VideoFrame, size: tuple[int, int] | None = None) -> Pixels:
        """Return uint8 (height, width, 3). size: width and height to scale to; None: its own."""
        width, height = size or (image.width, image.height)
        with self._turn:
            converted = self._reformatter.reformat(image, width, height, "bgr24", threads=1)
            return np.asarray(converted.to_ndarray(), np.uint8)
