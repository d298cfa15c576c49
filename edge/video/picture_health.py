"""What is wrong with a picture that keeps coming: frozen, dark, or covered.

Pure: it sees numbers about pictures and their moments, and says a condition.

A frozen stream repeats its picture. An encoder may give it a few faces, by frame type, but they
come back again and again, so a picture counts as the same when it equals one of the last seconds;
anything that moves ends the state at once. A quiet scene is not frozen: its sensor's noise never
comes back, and whatever an encoder leaves of it is new at every key frame.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.moment import Moment
from edge.ports import Pixels
from hazard_library.contract.device import CameraCondition

_WIDE_PX = 640
_REMEMBERED = 12


class Difference(Enum):
    """How a picture differs from the one looked at before."""

    SAME = "same"
    RIPPLE = "ripple"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Look:
    """Numbers about one picture. mean, spread: of its luma, 0..255; edges: mean local contrast."""

    at: Moment
    mean: float
    spread: float
    edges: float
    difference: Difference


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """When a picture counts as frozen or as dark or covered, and for how long it must."""

    look_every_s: float = 0.2
    frozen_after_s: float = 8.0
    frozen_share: float = 0.9
    dark_after_s: float = 10.0
    clear_after_s: float = 1.0
    dark_mean: float = 24.0
    dark_spread: float = 14.0
    flat_spread: float = 6.0
    flat_edges: float = 1.2
    longest_gap_s: float = 2.0


class PictureHealth:
    """Follows one camera's pictures; `condition` is OK, FROZEN or DARK_OR_COVERED."""

    def __init__(self, limits: HealthLimits | None = None) -> None:
        self._limits = limits or HealthLimits()
        self.restart()

    def restart(self) -> None:
        """Forget everything: the stream was opened anew."""
        self.condition = CameraCondition.OK
        self._last: Moment | None = None
        self._still_since: Moment | None = None
        self._still: deque[Look] = deque()
        self._dark_since: Moment | None = None
        self._bright_since: Moment | None = None

    def is_due(self, at: Moment) -> bool:
        """Whether the next look is due; more looks tell no more."""
        return self._last is None or at.seconds_since(self._last) >= self._limits.look_every_s

    def judge(self, look: Look) -> CameraCondition:
        """Take the next look into account and return the condition from now on."""
        if (
            self._last is not None
            and look.at.seconds_since(self._last) > self._limits.longest_gap_s
        ):
            # A gap is not evidence: what held before it need not have held within it.
            self.restart()
        self._last = look.at
        if self._is_dark(look):
            self.condition = CameraCondition.DARK_OR_COVERED
        elif self._is_frozen(look):
            self.condition = CameraCondition.FROZEN
        else:
            self.condition = CameraCondition.OK
        return self.condition

    def _is_frozen(self, look: Look) -> bool:
        if look.difference is Difference.MOVED or self._still_since is None:
            self._still_since = look.at
            self._still.clear()
            return False
        within_s = self._limits.frozen_after_s
        self._still.append(look)
        while look.at.seconds_since(self._still[0].at) > within_s:
            self._still.popleft()
        same = sum(one.difference is Difference.SAME for one in self._still)
        lasted = look.at.seconds_since(self._still_since) >= within_s
        return lasted and same >= self._limits.frozen_share * len(self._still)

    def _is_dark(self, look: Look) -> bool:
        was = self.condition is CameraCondition.DARK_OR_COVERED
        dark = _shows_nothing(look, self._limits, slack=1.3 if was else 1.0)
        if dark:
            self._bright_since = None
            self._dark_since = self._dark_since or look.at
            return was or look.at.seconds_since(self._dark_since) >= self._limits.dark_after_s
        self._dark_since = None
        self._bright_since = self._bright_since or look.at
        return was and look.at.seconds_since(self._bright_since) < self._limits.clear_after_s


def _shows_nothing(look: Look, limits: HealthLimits, slack: float) -> bool:
    dark = look.mean < limits.dark_mean * slack and look.spread < limits.dark_spread * slack
    flat = look.spread < limits.flat_spread * slack and look.edges < limits.flat_edges * slack
    return dark or flat


class Looker:
    """Makes looks of pictures; keeps a few grey ones to compare the next one with."""

    def __init__(self) -> None:
        self._before: deque[NDArray[np.uint8]] = deque(maxlen=_REMEMBERED)

    def look(self, at: Moment, pixels: Pixels) -> Look:
        """Measure a picture (uint8, height × width × 3, BGR)."""
        step = max(1, pixels.shape[1] // _WIDE_PX)
        grey: NDArray[np.uint8] = np.asarray(
            cv2.cvtColor(np.ascontiguousarray(pixels[::step, ::step]), cv2.COLOR_BGR2GRAY), np.uint8
        )
        small = cv2.resize(grey, (64, 36), interpolation=cv2.INTER_AREA).astype(np.float32)
        edges = float(np.abs(np.diff(small, axis=1)).mean() + np.abs(np.diff(small, axis=0)).mean())
        look = Look(at, float(small.mean()), float(small.std()), edges, self._compare(grey))
        self._before.appendleft(grey)
        return look

    def _compare(self, grey: NDArray[np.uint8]) -> Difference:
        if not self._before or self._before[0].shape != grey.shape:
            self._before.clear()
            return Difference.MOVED
        change = cv2.absdiff(grey, self._before[0])
        # The digits of a clock in the picture are few pixels, but they change by much.
        leaps = np.count_nonzero(change > 32)  # noqa: PLR2004
        strong = np.count_nonzero(change > 12)  # noqa: PLR2004
        if leaps > 4 or strong > 0.0001 * change.size or float(change.mean()) >= 1.0:  # noqa: PLR2004
            return Difference.MOVED
        known = any(_is_same(grey, before) for before in self._before)
        return Difference.SAME if known else Difference.RIPPLE


def _is_same(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    change = cv2.absdiff(one, other)
    return bool(np.count_nonzero(change) <= 0.002 * change.size and change.max() <= 4)  # noqa: PLR2004
