"""Whether a camera still looks where it looked: against a view learnt at start, or given.

Pure: it sees grey pictures with their moments.

Two references are kept: the first one never changes, so that a mount which gives way slowly is
noticed; the second follows the light of the day, so that a night's picture need not match a day's.
"""

from collections import deque
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from edge.core.moment import Moment
from edge.video.view import Edges, Offset, edges_of, offset, offset_turned, texture

_LOOK_EVERY_S = 0.5
_JUDGE_EVERY_S = 1.0
_LEARN_LOOKS = 20
_WINDOW_LOOKS = 6
_LEAST_TEXTURE = 0.1
_SURE = 0.5
_MATCH, _CLEAR, _BETTER = 0.25, 6.0, 1.4
_LOST_MATCH, _LOST_CLEAR = 0.15, 5.0
_SHIFTED_AFTER_S, _LOST_AFTER_S = 2.0, 20.0
_FOLLOW = 1 / 600
_OTHER_SHAPE = 0.02
_TURN_DEG, _ZOOM = 1.0, 0.05


class _Finding(Enum):
    HERE = auto()
    SHIFTED = auto()
    LOST = auto()
    UNCLEAR = auto()


class ViewWatch:
    """Follows one camera's view; `moved` says how far it went, or is None.

    Shifted by more than a fortieth of the width is told after about 6 s; a view in which nothing
    of the reference is left after about 25 s, for a lorry before the lens also looks so. What is
    unclear, as at a change of light, changes nothing.
    """

    def __init__(self, reference: NDArray[np.uint8] | None = None) -> None:
        """Start. reference: a grey picture of the view as it shall be; None: learn it."""
        self._first: Edges | None = None if reference is None else edges_of(reference)
        self._is_given = reference is not None
        self._lately: Edges | None = self._first
        self._shape: tuple[int, int] | None = None
        self._learnt: list[Edges] = []
        self.moved: str | None = None
        self.restart()

    def restart(self) -> None:
        """Forget the last seconds: the stream was opened anew. References and state stay."""
        self._window: deque[Edges] = deque(maxlen=_WINDOW_LOOKS)
        self._looked: Moment | None = None
        self._judged: Moment | None = None
        self._away_since: tuple[_Finding, Moment] | None = None

    def is_due(self, at: Moment) -> bool:
        """Whether the next picture is wanted."""
        return self._looked is None or at.seconds_since(self._looked) >= _LOOK_EVERY_S

    def judge(self, at: Moment, grey: NDArray[np.uint8]) -> str | None:
        """Take a picture into account; return how far the view went, or None."""
        self._looked = at
        self._notice_shape(grey)
        edges = edges_of(grey)
        self._window.append(edges)
        if self._first is None or self._lately is None:
            self._learn(edges)
            return None
        if self._judged is not None and at.seconds_since(self._judged) < _JUDGE_EVERY_S:
            return self.moved
        self._judged = at
        if len(self._window) == _WINDOW_LOOKS:
            now = np.mean(self._window, axis=0)
            self._conclude(at, *self._compare(self._first, self._lately, now), now)
        return self.moved

    def _notice_shape(self, grey: NDArray[np.uint8]) -> None:
        """Learn anew when the picture's sides have another ratio: it cannot be laid over."""
        before, self._shape = self._shape, (grey.shape[0], grey.shape[1])
        if before is None or self._is_given:
            return
        ratio = (self._shape[1] / self._shape[0]) / (before[1] / before[0])
        if abs(ratio - 1) > _OTHER_SHAPE:
            self._first = self._lately = self.moved = None
            self.restart()

    def _learn(self, edges: Edges) -> None:
        self._learnt.append(edges)
        if len(self._learnt) < _LEARN_LOOKS:
            return
        learnt = np.asarray(np.mean(self._learnt, axis=0), np.complex64)
        self._learnt.clear()
        # An empty wall has no place to hold on to: try again, there may be light later.
        if texture(learnt) >= _LEAST_TEXTURE:
            self._first = self._lately = learnt

    def _compare(self, first: Edges, lately: Edges, now: Edges) -> tuple[_Finding, Offset]:
        found, by_light = offset(first, now), offset(lately, now)
        if _is_surely_here(found) or (not _is_shifted(found) and _is_surely_here(by_light)):
            return _Finding.HERE, found
        if not _is_shifted(found):
            found = max(offset_turned(first, now), offset_turned(lately, now), key=_match_of)
        if _is_shifted(found):
            return _Finding.SHIFTED, found
        nothing_left = max(found.match_here, by_light.match_here) < _LOST_MATCH
        unlike = max(found.clear_here, by_light.clear_here) < _LOST_CLEAR
        is_lost = nothing_left and unlike and texture(now) >= _LEAST_TEXTURE
        if not is_lost and (found.is_here or by_light.is_here):
            return _Finding.HERE, found
        return _Finding.LOST if is_lost else _Finding.UNCLEAR, found

    def _conclude(self, at: Moment, finding: _Finding, where: Offset, now: Edges) -> None:
        if finding is _Finding.UNCLEAR:
            return
        if finding is _Finding.HERE:
            self.moved = self._away_since = None
            if self._lately is not None:
                self._lately = self._lately + np.complex64(_FOLLOW) * (now - self._lately)
            return
        if self._away_since is None or self._away_since[0] is not finding:
            self._away_since = (finding, at)
        after_s = _SHIFTED_AFTER_S if finding is _Finding.SHIFTED else _LOST_AFTER_S
        if self.moved is None and at.seconds_since(self._away_since[1]) >= after_s:
            self.moved = _how_far(where) if finding is _Finding.SHIFTED else _NOTHING_LEFT


_NOTHING_LEFT = "nothing of the former view is left in it, or something large stands before it"


def _match_of(found: Offset) -> float:
    return found.match


def _is_surely_here(found: Offset) -> bool:
    return found.is_here and found.match >= _SURE


def _is_shifted(found: Offset) -> bool:
    clearly = found.match >= max(_MATCH, _BETTER * found.match_here) and found.clear >= _CLEAR
    return clearly and not found.is_here


def _how_far(where: Offset) -> str:
    """Say an offset in words: where what was seen before lies now."""
    parts = []
    if abs(where.right) > 0.01:  # noqa: PLR2004 - less cannot be told
        side = "right" if where.right > 0 else "left"
        parts.append(f"{abs(where.right):.0%} of the width to the {side}")
    if abs(where.down) > 0.01:  # noqa: PLR2004 - less cannot be told
        side = "down" if where.down > 0 else "up"
        parts.append(f"{abs(where.down):.0%} of the height {side}")
    if abs(where.turned_deg) >= _TURN_DEG:
        parts.append(f"turned by about {abs(where.turned_deg):.0f} degrees")
    if abs(where.zoomed - 1) >= _ZOOM:
        parts.append(f"magnified about {where.zoomed:.2f} times")
    return "what it showed lies elsewhere now: " + ", ".join(parts)
