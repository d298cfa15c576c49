"""A film in which something moves a ninth of the time: real footage, an empty stretch repeated.

The stretch is the longest run of the footage's pictures in which nothing differs from the run's
first one, played to and fro. What was not such a run counts as moving, all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import av
from av import VideoFrame

from edge.bench.clips import FPS, Clip, write
from edge.core.looking_gate import GateSettings, SmallGrey, differs
from edge.errors import EdgeError
from edge.inference.small_grey import small_grey
from edge.video.bgr import BgrConverter
from edge.video.decoded_picture import DecodedPicture

MOVING_S, EMPTY_S = 6, 48
#: Cameras begin at so many places of the film: at any time as many see movement as its share says.
PHASES = 6
_LEAST = 10


@dataclass(frozen=True, slots=True)
class QuietFilm:
    """files: the same film, each begun at another place; moving_share: of its time, 0..1."""

    files: tuple[Path, ...]
    moving_share: float
    stretch_s: float


def make(footage: Path, height: int, folder: Path) -> QuietFilm:
    """Write the film in H.264 and its phases.

    Raises:
        EdgeError: the footage has no stretch without movement.
    """
    pictures = _read(footage, MOVING_S * 3)
    begin, length = _emptiest([small for _, small in pictures])
    if length < _LEAST:
        raise EdgeError(f"{footage}: nothing in it holds still for {_LEAST / FPS} s")
    moving = [frame for frame, _ in pictures[: MOVING_S * FPS]]
    stretch = [frame for frame, _ in pictures[begin : begin + length]]
    empty = list(islice(cycle([*stretch, *reversed(stretch)]), EMPTY_S * FPS))
    files = []
    for phase in range(PHASES):
        at = phase * (MOVING_S + EMPTY_S) * FPS // PHASES
        out = folder / f"{footage.stem}-quiet-{phase}.mp4"
        if not out.is_file():
            once = [*moving, *empty]
            turned = once[at:] + once[:at]
            clip = Clip(height, "h264", MOVING_S + EMPTY_S)
            write(clip, turned, out)
        files.append(out)
    share = MOVING_S / (MOVING_S + EMPTY_S)
    return QuietFilm(tuple(files), share, length / FPS)


def _read(footage: Path, seconds: int) -> list[tuple[VideoFrame, SmallGrey]]:
    with av.open(str(footage)) as container:
        # Footage of fewer pictures a second keeps its pace: each is shown so often.
        often = max(1, round(FPS / float(container.streams.video[0].average_rate or FPS)))
        measured = _measured(container.decode(video=0))
        return list(islice((one for one in measured for _ in range(often)), seconds * FPS))


def _measured(frames: Iterator[VideoFrame]) -> Iterator[tuple[VideoFrame, SmallGrey]]:
    converter = BgrConverter()
    for frame in frames:
        yield frame, small_grey(DecodedPicture(frame, converter))


def _emptiest(smalls: list[SmallGrey]) -> tuple[int, int]:
    """Return where the longest run begins that does not differ from its first picture."""
    settings = GateSettings()
    best = (0, 0)
    for begin in range(0, len(smalls), 5):
        length = 0
        while begin + length < len(smalls) and not differs(
            smalls[begin], smalls[begin + length], settings
        ):
            length += 1
        if length > best[1]:
            best = (begin, length)
    return best
