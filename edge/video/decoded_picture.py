"""A decoded picture of a camera, turned into an array when somebody looks at it."""

from collections.abc import Sequence
from threading import Lock

import cv2
from av.video.frame import VideoFrame

from edge.ports import Grey, Pixels
from edge.video.bgr import BgrConverter
from edge.video.luma import brightness, grey_of
from edge.video.masks import burn, outline
from hazard_library.contract.evidence import PrivacyMask


class DecodedPicture:
    """Holds the decoder's own picture until its array is made; then only the array.

    Most pictures of a place where nothing happens are never asked for their array, which at 1080p
    costs more than decoding them. Safe to use from several threads.
    """

    def __init__(
        self, image: VideoFrame, converter: BgrConverter, masks: Sequence[PrivacyMask] = ()
    ) -> None:
        self.size = (image.width, image.height)
        self._held: VideoFrame | Pixels = image
        self._converter = converter
        self._masks = masks
        self._turn = Lock()

    def pixels(self) -> Pixels:
        """Return uint8 (height, width, 3), BGR, with the masks burnt in; the same one each time.

        Raises:
            cv2.error: a mask could not be burnt in: better no picture than an open one.
        """
        with self._turn:
            if isinstance(self._held, VideoFrame):
                pixels = self._converter.pixels(self._held)
                burn(pixels, self._masks)
                self._held = pixels
            return self._held

    def grey(self, step: int) -> Grey:
        """Return the brightness of every so many pixels, black under the masks."""
        grey = self.open_grey(step)
        for mask in self._masks:
            cv2.fillPoly(grey, [outline(mask, grey.shape[1], grey.shape[0])], 0)
        return grey

    def open_grey(self, step: int) -> Grey:
        """Return the same without masks, for who judges how the camera is; before the array."""
        with self._turn:
            if not isinstance(self._held, VideoFrame):
                return grey_of(self._held, step)
            grey = brightness(self._held, step)
            return grey_of(self._converter.pixels(self._held), step) if grey is None else grey
