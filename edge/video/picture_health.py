"""What is wrong with a picture that keeps coming: dark, covered, frozen, looped, blurred, moved.

Pure: it sees numbers about pictures and their moments, and says a condition.

A frozen stream repeats its picture. An encoder may give it a few faces, by frame type, but they
come back again and again, so a picture counts as the same when it equals one of the last seconds;
anything that moves ends the state at once. A quiet scene is not frozen: its sensor's noise never
comes back, and whatever an encoder leaves of it is new at every key frame.

Of several things that are wrong the first of this order is said: what makes the picture worthless
comes before what makes it worse. From a dark, frozen or looped picture nothing is found; a blurred
or a moved one still shows a fire or somebody who has fallen, so its rules go on.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.core.moment import Moment
from edge.video.focus_watch import FocusWatch
from edge.video.looks import Difference, PictureNumbers
from edge.video.loop_watch import LoopWatch, Points
from edge.video.view_watch import ViewWatch
from hazard_library.contract.device import CameraCondition

_ON_SITE = "look at the camera and its cable on the spot"
_TURN_BACK = "turn it back; if it shall stay so, draw its zones anew and restart the box"
_TEXTS = {
    CameraCondition.OK: "",
    CameraCondition.FROZEN: "the same picture comes again and again; restart the camera",
    CameraCondition.DARK_OR_COVERED: "the picture is dark or covered; check lens and light",
    CameraCondition.BLURRED: "the picture is out of focus; clean the lens or set its focus",
}


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
    rarest_look_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Watch:
    """What is looked for in a camera's pictures.

    unwatched: states that are not looked for, as `moved` where a camera pans on its rounds.
    reference: a grey picture of the view as it shall be; None: it is learnt at start.
    reference_sha256: tells two references apart.
    """

    unwatched: frozenset[CameraCondition] = frozenset()
    reference: NDArray[np.uint8] | None = field(default=None, compare=False)
    reference_sha256: str | None = None


class PictureHealth:
    """Follows one camera's pictures; `condition` says what is wrong, `detail` what to do."""

    def __init__(self, watch: Watch | None = None, limits: HealthLimits | None = None) -> None:
        watch = watch or Watch()
        self._limits = limits or HealthLimits()
        self._unwatched = watch.unwatched
        self._view = ViewWatch(watch.reference)
        self._loop = LoopWatch()
        self._focus = FocusWatch()
        self.restart()

    def restart(self) -> None:
        """Forget everything but the view: the stream was opened anew."""
        self.condition = CameraCondition.OK
        self.detail = ""
        self._loop.restart()
        self._restart_looks()

    def _restart_looks(self) -> None:
        self._last: Moment | None = None
        self._still_since: Moment | None = None
        self._still: deque[PictureNumbers] = deque()
        self._dark_since: Moment | None = None
        self._bright_since: Moment | None = None
        self._focus.restart()
        self._view.restart()

    def is_due(self, at: Moment, *, is_at_hand: bool) -> bool:
        """Whether the next look is due; more looks tell no more.

        is_at_hand: whether the picture is there anyway; one that must be made for it waits longer.
        """
        wait_s = self._limits.look_every_s if is_at_hand else self._limits.rarest_look_s
        return self._last is None or at.seconds_since(self._last) >= wait_s

    @property
    def wants_points(self) -> bool:
        """Whether the points of every picture are wanted."""
        return CameraCondition.LOOPED not in self._unwatched

    def take_points(self, at: Moment, points: Points) -> None:
        """Take the points of the next picture; the next look takes them into account."""
        self._loop.take(at, points)

    def judge(self, look: PictureNumbers) -> CameraCondition:
        """Take the next look into account and return the condition from now on."""
        if (
            self._last is not None
            and look.at.seconds_since(self._last) > self._limits.longest_gap_s
        ):
            # A gap is not evidence: what held before it need not have held within it.
            self.condition = CameraCondition.OK
            self._restart_looks()
        self._last = look.at
        self.condition = self._judged(look)
        self.detail = self._sentence()
        return self.condition

    def _sentence(self) -> str:
        match self.condition:
            case CameraCondition.LOOPED:
                turn_s = self._loop.turn_s or 0.0
                return f"a recording of {turn_s:.0f} s is played instead of the scene; {_ON_SITE}"
            case CameraCondition.MOVED:
                return f"the camera was moved: {self._view.moved}; {_TURN_BACK}"
            case _:
                return _TEXTS[self.condition]

    def _judged(self, look: PictureNumbers) -> CameraCondition:
        is_dark, is_frozen = self._is_dark(look), self._is_frozen(look)
        if is_dark:
            return CameraCondition.DARK_OR_COVERED
        if is_frozen:
            return CameraCondition.FROZEN
        if self._loop.turn_s is not None:
            return CameraCondition.LOOPED
        if CameraCondition.BLURRED not in self._unwatched and self._focus.judge(
            look.at, look.sharpness
        ):
            return CameraCondition.BLURRED
        if CameraCondition.MOVED not in self._unwatched and self._has_moved(look):
            return CameraCondition.MOVED
        return CameraCondition.OK

    def _has_moved(self, look: PictureNumbers) -> bool:
        # On the way into the dark or behind a cloth there is no view that could be compared.
        is_plain = self._dark_since is None and not self._focus.is_in_doubt
        if is_plain and self._view.is_due(look.at):
            self._view.judge(look.at, look.grey)
        return self._view.moved is not None

    def _is_frozen(self, look: PictureNumbers) -> bool:
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

    def _is_dark(self, look: PictureNumbers) -> bool:
        was = self.condition is CameraCondition.DARK_OR_COVERED
        dark = _shows_nothing(look, self._limits, slack=1.3 if was else 1.0)
        if dark:
            self._bright_since = None
            self._dark_since = self._dark_since or look.at
            return was or look.at.seconds_since(self._dark_since) >= self._limits.dark_after_s
        self._dark_since = None
        self._bright_since = self._bright_since or look.at
        return was and look.at.seconds_since(self._bright_since) < self._limits.clear_after_s


def _shows_nothing(look: PictureNumbers, limits: HealthLimits, slack: float) -> bool:
    dark = look.mean < limits.dark_mean * slack and look.spread < limits.dark_spread * slack
    flat = look.spread < limits.flat_spread * slack and look.edges < limits.flat_edges * slack
    return dark or flat
