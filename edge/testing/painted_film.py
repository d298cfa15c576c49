"""Films painted for tests: somebody red is in the picture for a while, and everything is exact.

They go with the painted model: what is red and about 96 x 160 pixels large is a `person` in a
picture of 416 x 312, and a green lamp of that size is taken for `fire`.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from edge.ports import Pixels

FPS = 10
#: Width and height of a painted person, in pixels.
PERSON = (96, 160)


#: Seconds from … up to, but without, ….
Span = tuple[float, float]
NEVER: Span = (0.0, 0.0)

#: Blue, green, red.
RED, GREEN = (0, 0, 255), (0, 255, 0)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody stands, or a lamp is lit, at x, y (top left, pixels) from `begin_s` to `end_s`."""

    begin_s: float
    end_s: float
    x: int = 160
    y: int = 100
    colour: tuple[int, int, int] = RED


def paint(second: float, visits: tuple[Visit, ...], size: tuple[int, int]) -> Pixels:
    """Return one picture: a pattern that is no covered lens, and who is there."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width]
    squares = ((rows // 24 + columns // 24) % 2 * 80 + 60).astype(np.uint8)
    # A dot that wanders: without it the picture would count as frozen.
    at = round(second * FPS) * 6 % max(1, width - 8)
    pixels = np.repeat(squares[:, :, None], 3, axis=2)
    pixels[4:12, at : at + 8] = 255
    for visit in visits:
        if visit.begin_s <= second < visit.end_s:
            pixels[visit.y : visit.y + PERSON[1], visit.x : visit.x + PERSON[0]] = visit.colour
    return np.ascontiguousarray(pixels)


def write_film(
    path: Path,
    lasting_s: float,
    visits: tuple[Visit, ...] = (),
    size: tuple[int, int] = (416, 312),
    *,
    covered: Span = NEVER,
    frozen: Span = NEVER,
) -> Path:
    """Write a film as H.264 with a key frame every second.

    covered: when something grey hangs before the lens; frozen: when one picture stands still.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = FPS
        stream.options = {"preset": "ultrafast", "threads": "1"}
        for number in range(round(lasting_s * FPS)):
            second = number / FPS
            second = frozen[0] if frozen[0] <= second < frozen[1] else second
            pixels = paint(second, visits, size)
            if covered[0] <= second < covered[1]:
                pixels[:] = 90
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
