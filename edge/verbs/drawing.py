"""What was found, drawn: a JPEG for a picture, an MP4 for a film."""

import colorsys
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from edge.ports import Pixels
from edge.verbs.looking import PICTURES, Seen

#: Ticks of a second that carry the film's own times over.
_TICKS = 90_000


class Drawing:
    """The drawn copy of one source; a context manager, so that a film is always finished."""

    def __init__(self, source: Path, out: Path) -> None:
        """Draw into the folder `out`, made if it is not there."""
        out.mkdir(parents=True, exist_ok=True)
        self._is_film = source.suffix.lower() not in PICTURES
        self.file = out / (f"{source.stem}.mp4" if self._is_film else f"{source.stem}.jpg")
        self.pictures = 0
        self.boxes = 0
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._container is not None and self._stream is not None:
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def add(self, seen: Seen) -> None:
        """Draw one picture."""
        drawn = draw(seen)
        self.pictures += 1
        self.boxes += len(seen.boxes.labels)
        if self._is_film:
            self._encode(drawn, seen.time_s)
        else:
            cv2.imwrite(str(self.file), drawn)

    def _encode(self, drawn: Pixels, time_s: float) -> None:
        height, width = drawn.shape[0] // 2 * 2, drawn.shape[1] // 2 * 2
        if self._container is None or self._stream is None:
            self._container = av.open(str(self.file), "w")
            self._stream = self._container.add_stream("libx264", rate=Fraction(25))
            self._stream.width, self._stream.height = width, height
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = Fraction(1, _TICKS)
        size = (self._stream.width, self._stream.height)
        if size != (width, height):
            drawn = np.asarray(cv2.resize(drawn, size), np.uint8)
        cropped = np.ascontiguousarray(drawn[: size[1], : size[0]])
        frame = av.VideoFrame.from_ndarray(cropped, format="bgr24")
        frame.time_base = Fraction(1, _TICKS)
        frame.pts = round(time_s * _TICKS)
        self._container.mux(self._stream.encode(frame))


def draw(seen: Seen) -> Pixels:
    """Return a copy of the picture with boxes, labels and scores."""
    drawn = seen.pixels.copy()
    line = max(1, drawn.shape[1] // 400)
    size = max(0.4, drawn.shape[1] / 1600)
    boxes = seen.boxes
    for label, score, box in zip(boxes.labels, boxes.scores, boxes.boxes, strict=True):
        x1, y1, x2, y2 = (round(float(edge)) for edge in box)
        cv2.rectangle(drawn, (x1, y1), (x2, y2), _colour(label), line)
        text = f"{label} {float(score):.2f}"
        place = (x1, max(12, y1 - 3 * line))
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), line * 3)
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), line)
    return drawn


def _colour(label: str) -> tuple[int, int, int]:
    """Give every label a colour of its own, the same in every run."""
    red, green, blue = colorsys.hsv_to_rgb(crc32(label.encode()) % 360 / 360, 0.9, 0.95)
    return round(blue * 255), round(green * 255), round(red * 255)
