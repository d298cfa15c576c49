"""Whether a recorded stretch is played to the box instead of the scene.

Pure: it sees a few fixed points of every picture.

The noise of a sensor never comes back, so the same pictures in the same order, point for point,
mean a recording; provided that something changes in it, be it only that noise: a picture that
does not change at all is frozen, and what an encoder makes of it returns with every group. The
look-out is a cautious one: it finds what is played again as it was recorded, not what was coded
anew, and no machine that repeats its work, for its pictures differ in their noise and their time.
"""

from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from edge.core.moment import Moment
from edge.video.luma import luma_plane

_ROWS, _COLUMNS = 12, 20
_POINTS = _ROWS * _COLUMNS
_FEW, _ROUGHLY = 8, 2.0

#: Luma of fixed places of a picture, uint8 (240,).
Points = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LoopLimits:
    """When pictures count as played again.

    most_pictures: how many are remembered (5 minutes at 25 a second). shortest_s: a shorter turn
    is not looked for. stretch_s: so long a stretch must be the same. same: mean difference of
    points that are the same; changing: what it must be between pictures that are not. sure_after:
    so many looks in a row, a second apart, must find the same turn.
    """

    most_pictures: int = 7500
    shortest_s: float = 4.0
    stretch_s: float = 10.0
    same: float = 0.25
    changing: float = 1.0
    sure_after: int = 3
    look_every_s: float = 1.0
    longest_gap_s: float = 2.0


class LoopWatch:
    """Follows one camera's pictures; `turn_s` is how long the recording lasts, or None."""

    def __init__(self, limits: LoopLimits | None = None) -> None:
        self._limits = limits or LoopLimits()
        self._points = np.zeros((0, _POINTS), np.uint8)
        self._monos = np.zeros(0)
        self.restart()

    def restart(self) -> None:
        """Forget everything: the stream was opened anew."""
        self._count = 0
        self._looked: float | None = None
        self._lag = 0
        self._found = 0
        self.turn_s: float | None = None

    @property
    def pictures_kept(self) -> int:
        """How many pictures are remembered now."""
        return self._count

    def take(self, at: Moment, points: Points) -> float | None:
        """Take the next picture into account; return how long the recording lasts, or None."""
        if self._count and at.mono - self._monos[self._count - 1] > self._limits.longest_gap_s:
            self.restart()
        self._keep(at.mono, points)
        if self._looked is None:
            self._looked = at.mono
        if at.mono - self._looked >= self._limits.look_every_s:
            self._looked = at.mono
            self._look()
        return self.turn_s

    def _keep(self, mono: float, points: Points) -> None:
        """Remember a picture; when the room is full, the oldest eighth goes."""
        if self._count == len(self._monos):
            room = self._limits.most_pictures
            if self._count < room:
                grown = min(room, max(256, 2 * self._count))
                self._points = np.concatenate(
                    [self._points, np.zeros((grown - self._count, _POINTS), np.uint8)]
                )
                self._monos = np.concatenate([self._monos, np.zeros(grown - self._count)])
            else:
                kept = room * 7 // 8
                self._points[:kept] = self._points[-kept:]
                self._monos[:kept] = self._monos[-kept:]
                self._count = kept
        self._points[self._count] = points
        self._monos[self._count] = mono
        self._count += 1

    def _look(self) -> None:
        monos = self._monos[: self._count]
        now = monos[-1]
        stretch = self._count - int(np.searchsorted(monos, now - self._limits.stretch_s))
        if self.turn_s is not None:
            recent = max(1, self._count - int(np.searchsorted(monos, now - 1.0)))
            if not self._is_same(recent, self._lag):
                self.turn_s, self._found = None, 0
            return
        lag = self._lag_of_the_newest(stretch)
        is_again = lag > 0 and self._is_same(stretch, lag) and self._is_changing(stretch, lag)
        self._found = (self._found + 1 if lag == self._lag else 1) if is_again else 0
        self._lag = lag
        if self._found >= self._limits.sure_after:
            self.turn_s = float(now - monos[-1 - lag])

    def _lag_of_the_newest(self, stretch: int) -> int:
        """Return how many pictures ago the newest one was there before; 0: never."""
        monos = self._monos[: self._count]
        older = int(np.searchsorted(monos, monos[-1] - self._limits.shortest_s))
        first = stretch - 1
        if older <= first:
            return 0
        newest = self._points[self._count - 1].astype(np.int16)
        # A few points first: most pictures are told apart by these.
        some = self._points[first:older, ::_FEW].astype(np.int16)
        roughly = np.abs(some - newest[::_FEW]).mean(axis=1)
        alike = first + np.flatnonzero(roughly <= _ROUGHLY * self._limits.same)
        apart = np.abs(self._points[alike].astype(np.int16) - newest).mean(axis=1)
        # The shortest turn of several that fit.
        same = alike[apart <= self._limits.same]
        lag = 0 if not len(same) else self._count - 1 - int(same[-1])
        # What is let go of when the room is full must not be what is compared with.
        return lag if lag + stretch <= self._limits.most_pictures * 7 // 8 else 0

    def _is_same(self, stretch: int, lag: int) -> bool:
        return lag > 0 and self._apart(stretch, lag) <= self._limits.same

    def _is_changing(self, stretch: int, lag: int) -> bool:
        """Whether the stretch differs from what lies beside its double."""
        beside = max(2, stretch // 12)
        return all(
            self._apart(stretch, lag + away) >= self._limits.changing
            for away in (-beside, beside)
            if stretch + lag + away <= self._count
        )

    def _apart(self, stretch: int, lag: int) -> float:
        """Return the mean difference of the last pictures from those `lag` before them."""
        if stretch + lag > self._count:
            return float("inf")
        now = self._points[self._count - stretch : self._count].astype(np.int16)
        then = self._points[self._count - stretch - lag : self._count - lag].astype(np.int16)
        return float(np.abs(now - then).mean())


def points_of(image: VideoFrame) -> Points | None:
    """Return a picture's points; None where its format does not begin with 8 bits of luma."""
    rows = luma_plane(image)
    if rows is None:
        return None
    row = np.linspace(0, image.height - 1, _ROWS + 2).astype(int)[1:-1]
    column = np.linspace(0, image.width - 1, _COLUMNS + 2).astype(int)[1:-1]
    return np.asarray(rows[np.ix_(row, column)].reshape(-1), np.uint8)
