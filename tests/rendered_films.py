"""Small films rendered for tests: a bright square walks over a noisy floor."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FilmSpec:
    """How a film is rendered. gop: pictures from one key frame to the next.

    faces: left upper corners of patches of 30 x 20 pixels with fine stripes.
    """

    seconds: float = 4.0
    fps: int = 10
    width: int = 160
    height: int = 120
    codec: str = "libx264"
    gop: int = 10
    b_frames: int = 0
    faces: tuple[tuple[int, int], ...] = ()

    @property
    def pictures(self) -> int:
        return round(self.seconds * self.fps)


def picture(spec: FilmSpec, number: int) -> NDArray[np.uint8]:
    """Return one picture of a film, BGR."""
    noise = np.random.default_rng(number)
    pixels = noise.integers(60, 90, (spec.height, spec.width, 3), dtype=np.uint8)
    side = spec.height // 4
    left = (number * 3) % (spec.width - side)
    pixels[side : 2 * side, left : left + side] = (40, 220, 240)
    for x, y in spec.faces:
        pixels[y : y + 20, x : x + 30] = 30
        pixels[y : y + 20, x : x + 30 : 4] = 220
        pixels[y : y + 20, x + 1 : x + 30 : 4] = 220
    return pixels


def render(path: Path, spec: FilmSpec = FilmSpec()) -> Path:
    """Write a film; its container follows from the name."""
    # The index at the front: a file that breaks off can still be played.
    front = {"movflags": "+faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=front) as out:
        stream = out.add_stream(spec.codec, rate=spec.fps, options=_options(spec))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = spec.width, spec.height
        stream.pix_fmt = "yuvj420p" if spec.codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, spec.fps)
        for number in range(spec.pictures):
            frame = av.VideoFrame.from_ndarray(picture(spec, number), format="bgr24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def render_change_of_size(path: Path, first: FilmSpec) -> Path:
    """Write an MPEG transport stream whose picture grows in the middle, as some cameras do."""
    second = replace(first, width=first.width * 2, height=first.height * 2)
    parts = [
        render(path.with_suffix(f".{number}.ts"), spec)
        for number, spec in enumerate((first, second))
    ]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def pictures_of(path: Path, most: int | None = None) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures of a film, BGR; at most so many."""
    with av.open(str(path)) as film:
        for frame in islice(film.decode(video=0), most):
            yield frame.to_ndarray(format="bgr24").astype(np.uint8)


def write_pictures(
    path: Path, pictures: Iterable[tuple[int, NDArray[np.uint8]]], fps: int = 10
) -> Path:
    """Write pictures at their numbers' times; where a number is missing the film has a hole."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(fps))
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "threads": "1"}
        stream.codec_context.time_base = Fraction(1, fps)
        for number, pixels in pictures:
            if not stream.codec_context.is_open:
                stream.height, stream.width = pixels.shape[:2]
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def render_sound(path: Path) -> Path:
    """Write a file with sound and no pictures."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=16_000)
        assert isinstance(stream, av.AudioStream)
        for number in range(10):
            tone = np.zeros((1, 1024), np.float32)
            frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            frame.sample_rate = 16_000
            frame.pts = number * 1024
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def cut_off(path: Path, share: float) -> Path:
    """Keep only the first part of a file's bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def _options(spec: FilmSpec) -> dict[str, str]:
    options = {"g": str(spec.gop), "bf": str(spec.b_frames)}
    if spec.codec == "libx264":
        options |= {"preset": "ultrafast", "sc_threshold": "0", "threads": "1"}
    if spec.codec == "mjpeg":
        # RTP knows the usual tables only.
        options |= {"huffman": "default"}
    if spec.codec == "libx265":
        options |= {"preset": "ultrafast", "x265-params": "log-level=none:pools=1"}
    return options
