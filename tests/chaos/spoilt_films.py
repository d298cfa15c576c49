"""Films of one camera that something happens to: it freezes, goes black, is moved, is set anew.

All show the same place, a wall of grey panels whose view can be told from a moved one, and the
lamps of the other cameras. A spoilt one begins as usual, and in the end it goes on as usual.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from fires import Lamp, lamps

from edge.ports import Pixels
from edge.testing.painted_film import FPS, GREEN, PERSON

#: How long a film is as usual before it is spoilt, and afterwards.
BEFORE_S, AFTERWARDS_S = 12.0, 40.0
#: How long a film is that is never spoilt.
USUAL_S = 100.0
_SIZE, _OTHER_SIZE = (416, 312), (640, 480)
_RIM = 64
_PANELS = 160


class Spoilt(StrEnum):
    """What happens to a picture."""

    FROZEN = "frozen"
    BLACK = "black"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class SpoiltFilms:
    """The films of the suffering camera, in a folder, written when they are asked for."""

    folder: Path

    def usual(self, codec: str = "h264", *, other_size: bool = False) -> Path:
        """Return a film in which nothing happens but lamps."""
        path = self.folder / f"usual-{codec}{'-other-size' if other_size else ''}.mp4"
        size = _OTHER_SIZE if other_size else _SIZE
        return path if path.exists() else _write(path, _pictures(USUAL_S, size), size, codec)

    def spoilt(self, how: Spoilt, seconds: float) -> Path:
        """Return a film that is spoilt for so long."""
        pictures = _spoilt(how, seconds, list(_pictures(BEFORE_S + seconds + AFTERWARDS_S, _SIZE)))
        return _write(self.folder / f"{how}-{seconds:g}.mp4", pictures, _SIZE, "h264")


def _pictures(seconds: float, size: tuple[int, int], shift: int = 0) -> Iterator[Pixels]:
    """Yield a film's pictures; shift: how far to the right and down the camera looks elsewhere."""
    panels, lit = _panels(), lamps("0")
    width, height = _SIZE
    rim = _RIM - shift
    for number in range(round(seconds * FPS)):
        pixels = panels[rim : rim + height, rim : rim + width].copy()
        _light(pixels, lit, number / FPS)
        # A dot that wanders: without it the picture would count as frozen.
        at = number * 6 % (width - 8)
        pixels[4:12, at : at + 8] = 255
        yield pixels if size == _SIZE else np.asarray(cv2.resize(pixels, size), np.uint8)


def _spoilt(how: Spoilt, seconds: float, usual: list[Pixels]) -> Iterator[Pixels]:
    begin, end = round(BEFORE_S * FPS), round((BEFORE_S + seconds) * FPS)
    moved = list(_pictures(len(usual) / FPS, _SIZE, shift=_RIM)) if how is Spoilt.MOVED else []
    for number, pixels in enumerate(usual):
        if not begin <= number < end:
            yield pixels
        elif how is Spoilt.FROZEN:
            yield usual[begin]
        else:
            yield moved[number] if moved else np.zeros_like(pixels)


def _panels() -> Pixels:
    """Return the wall, larger than the picture, the same every time."""
    dice = np.random.default_rng(20261124)
    width, height = _SIZE[0] + 2 * _RIM, _SIZE[1] + 2 * _RIM
    wall = np.full((height, width, 3), 110, np.uint8)
    for _ in range(_PANELS):
        left, top = dice.integers(0, (width, height))
        wide, high = dice.integers(16, 90, 2)
        wall[top : top + high, left : left + wide] = dice.integers(40, 200)
    return wall


def _light(pixels: Pixels, lit: tuple[Lamp, ...], second: float) -> None:
    for lamp in lit:
        # A film that is longer than the round of lamps begins the round anew.
        if lamp.begin_s <= second % lamp.every_s < lamp.end_s:
            bottom, right = lamp.y + PERSON[1], lamp.x + PERSON[0]
            pixels[lamp.y : bottom, lamp.x : right] = GREEN


def _write(path: Path, pictures: Iterator[Pixels], size: tuple[int, int], codec: str) -> Path:
    encoder = {"h264": "libx264", "h265": "libx265"}[codec]
    options = {"preset": "ultrafast", "g": str(FPS), "bf": "0", "threads": "1"}
    if codec == "h265":
        options |= {"x265-params": "log-level=none:pools=1"}
    with av.open(str(path), "w") as out:
        stream = out.add_stream(encoder, rate=FPS, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, FPS)
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
