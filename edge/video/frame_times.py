"""When a film's pictures are shown, read by plain demultiplexing."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from edge.errors import SourceError
from edge.video.opening import Deadlines, Opening
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.ids import CameraId

#: A film whose pictures are further apart than this, and than ten of its usual steps, has a hole.
_HOLE_S = 1.0
_HOLE_STEPS = 10


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of a film without a picture, in seconds from the first one."""

    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """Seconds from the first picture, in the order of showing."""

    seconds: tuple[float, ...]

    def number_at(self, second: float) -> int | None:
        """Return the number of the picture shown nearest to a time, from 1; None without any."""
        times = self.seconds
        if not times:
            return None
        after = bisect_left(times, second)
        near = [place for place in (after - 1, after) if 0 <= place < len(times)]
        return min(near, key=lambda place: abs(times[place] - second)) + 1

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Where no picture comes for longer than the film's own rate explains."""
        steps = [later - earlier for earlier, later in pairwise(self.seconds)]
        if not steps:
            return ()
        least = max(_HOLE_S, _HOLE_STEPS * median(steps))
        return tuple(
            Hole(earlier, later)
            for earlier, later in pairwise(self.seconds)
            if later - earlier > least
        )


def frame_times(path: Path) -> FrameTimes:
    """Read when a film's pictures are shown, as far as it can be read."""
    ticks: list[int] = []
    base = 0.0
    try:
        spec = SourceSpec(CameraId("times"), FileAddress(path), Mode.REPLAY)
        opening = Opening(spec, Deadlines(0, 0, lambda: 0.0))
    except SourceError:
        return FrameTimes(())
    try:
        base = float(opening.time_base)
        ticks.extend(packet.pts or 0 for packet in opening.packets() if packet.size)
    except SourceError:
        # What follows cannot be read, and was not played either: what came before stays in ticks.
        pass
    finally:
        opening.close()
    ticks.sort()
    return FrameTimes(tuple((tick - ticks[0]) * base for tick in ticks))
