"""The bench's films: real footage of a street at the sizes and codecs that cameras send."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import av
from av import VideoFrame, VideoStream
from av.video.frame import PictureType

from edge.errors import Unreachable

#: The film that Debian's package opencv-doc brings.
STREET = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")

#: Pictures a second of every made film, and seconds between two key frames, as cameras are set.
FPS = 25
_KEY_S = 2

_ENCODERS: dict[str, tuple[str, dict[str, object]]] = {
    "h264": ("libx264", {"preset": "veryfast", "crf": "23", "bf": "0"}),
    "hevc": (
        "libx265",
        {"preset": "ultrafast", "crf": "26", "x265-params": "bframes=0:log-level=none"},
    ),
}


@dataclass(frozen=True, slots=True)
class Clip:
    """What to make. height: 720 or 1080, 16:9; codec: h264 or hevc."""

    height: int
    codec: str
    seconds: float

    @property
    def name(self) -> str:
        """Name its file."""
        return f"street-{self.height}p-{self.codec}-{self.seconds:g}s.mp4"


def film_of(given: Path | None) -> Path:
    """Return the footage to measure with.

    Raises:
        Unreachable: it is not there.
    """
    film = given or STREET
    if not film.is_file():
        raise Unreachable(
            f"{film}: there is no such film; give one with --video, or install opencv-doc"
        )
    return film


def make(clip: Clip, folder: Path, footage: Path | None = None) -> Path:
    """Write the clip, its footage over and over, 25 pictures a second, no B frames.

    Raises:
        Unreachable: the footage is not there.
    """
    film, out = film_of(footage), folder / clip.name
    if not out.is_file():
        write(clip, _over_and_over(film), out)
    return out


def write(clip: Clip, pictures: Iterable[VideoFrame], out: Path) -> None:
    """Write pictures at the clip's size until it is as long as it shall be."""
    width = clip.height * 16 // 9
    encoder, options = _ENCODERS[clip.codec]
    unfinished = out.with_suffix(".part.mp4")
    with av.open(str(unfinished), "w") as container:
        stream = cast("VideoStream", container.add_stream(encoder, rate=Fraction(FPS)))
        stream.width, stream.height, stream.pix_fmt = width, clip.height, "yuv420p"
        stream.codec_context.gop_size = FPS * _KEY_S
        stream.options = options
        for number, frame in enumerate(islice(pictures, round(clip.seconds * FPS))):
            picture = frame.reformat(width=width, height=clip.height, format="yuv420p")
            # The footage's own key frames mean nothing here.
            picture.pict_type = PictureType.NONE
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    unfinished.rename(out)


def _over_and_over(film: Path) -> Iterator[VideoFrame]:
    while True:
        with av.open(str(film)) as source:
            yield from source.decode(video=0)
