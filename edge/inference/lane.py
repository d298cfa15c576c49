"""One camera's way through the workers: frames wait, are looked at side by side, leave in order.

live: the one waiting place holds the newest frame; a newer one replaces it, and that is counted.
replay: whoever brings a frame waits for a free place; nothing is dropped.
"""

import threading
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from edge.core.moment import Moment
from edge.inference.sharing import Claim, Share
from edge.ports import Frame, Look, Pixels, RawBoxes
from hazard_library.contract.ids import CameraId


class Waiting(StrEnum):
    """What happens to a frame when the places before the workers are taken."""

    NEWEST = "newest"
    EVERY = "every"


class Together(Protocol):
    """What looks at pictures of several cameras in one run, as a GPU does best."""

    @property
    def most_pictures(self) -> int:
        """How many one run takes."""
        ...

    @property
    def key(self) -> Hashable:
        """Equal for cameras that the same models look at for the same labels."""
        ...

    def detect_all(self, pictures: Sequence[Pixels]) -> tuple[RawBoxes, ...]:
        """Find objects in each of these pictures."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """A frame after inference.

    boxes: None when no model was asked (`blind`: why the picture shows nothing; `is_still`: it is
    as the last one looked at, in which nothing was) or not all answered (`fault`: why).
    """

    frame: Frame
    boxes: RawBoxes | None
    blind: str | None = None
    fault: str | None = None
    is_still: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A frame that waits. No model is asked if it is blind (why) or still."""

    frame: Frame
    blind: str | None = None
    is_still: bool = False

    @property
    def answer(self) -> Looked | None:
        """What is known without a model."""
        if self.blind is None and not self.is_still:
            return None
        return Looked(self.frame, None, blind=self.blind, is_still=self.is_still)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A frame that a worker has taken, with its place in the line of its camera."""

    lane: "Lane"
    number: int
    offered: Offered


class Lane:
    """The waiting places, tickets and ordered results of one camera.

    All lanes share one condition: workers wait on it for any lane's frame.
    """

    def __init__(
        self,
        camera: CameraId,
        waiting: Waiting,
        look: Look,
        in_flight: int,
        turn: threading.Condition,
    ) -> None:
        """Let at most `in_flight` frames be between the worker that takes and the pipeline.

        `share` and `together` may be changed while the lane is open. together: looks at pictures
        of several cameras at once; None where that gains nothing.
        """
        self.camera = camera
        self.look = look
        self.share = Share()
        self.together: Together | None = None
        self.dropped = 0
        self._seconds = 0.0
        self._looks = 0
        self._waiting = waiting
        self._places = 1 if waiting is Waiting.NEWEST else in_flight
        self._in_flight = in_flight
        self._turn = turn
        self._frames: deque[Offered] = deque()
        self._done: dict[int, Looked] = {}
        self._taken = 0
        self._given = 0
        self._is_finished = False
        self._is_closed = False
        #: The place of the waiting frame on the workers' common line, and of the next one at least.
        self._start: float | None = None
        self._behind = 0.0
        self._last_taken: Moment | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a frame waits or is under way."""
        with self._turn:
            return bool(self._frames) or self._taken > self._given

    @property
    def spent(self) -> tuple[float, int]:
        """Seconds that looking took so far, over all workers, and how many looks these were."""
        with self._turn:
            return self._seconds, self._looks

    @property
    def waiting(self) -> int:
        """How many frames wait for a worker."""
        with self._turn:
            return len(self._frames)

    def offer(self, frame: Frame, blind: str | None = None, *, is_still: bool = False) -> None:
        """Bring a frame; in `EVERY` this waits for a place. After `close` frames are let go.

        blind: why the picture shows nothing (covered, frozen); the model is not asked then.
        is_still: it is as the last one looked at; nobody is asked, and it takes nobody's place.
        """
        with self._turn:
            if self._waiting is Waiting.NEWEST and len(self._frames) == self._places:
                if is_still:
                    return
                self._frames.popleft()
                self.dropped += 1
            while len(self._frames) >= self._places and not self._is_closed:
                self._turn.wait()
            if not self._is_closed:
                self._frames.append(Offered(frame, blind, is_still))
                self._turn.notify_all()

    def finish(self) -> None:
        """Say that no frame comes any more; what is here still goes through."""
        with self._turn:
            self._is_finished = True
            self._turn.notify_all()

    def close(self) -> None:
        """Let go of everything and wake whoever waits."""
        with self._turn:
            self._is_closed = True
            self._frames.clear()
            self._turn.notify_all()

    @property
    def is_over(self) -> bool:
        """Whether no result will come any more."""
        with self._turn:
            return self._is_closed or self._has_given_all()

    def next_looked(self, timeout_s: float) -> Looked | None:
        """Return the next frame in order; None when none came in time or it is over."""
        with self._turn:
            self._turn.wait_for(
                lambda: self._given in self._done or self._is_closed or self._has_given_all(),
                timeout_s,
            )
            looked = self._done.pop(self._given, None)
            if looked is not None:
                self._given += 1
                self._turn.notify_all()
            return looked

    def claim(self, line: float) -> Claim | None:
        """Say that a frame waits, if one does and not too many are under way.

        line: how far the workers' common line has come; who was idle does not claim the past.
        The caller holds the condition.
        """
        if not self._frames or self._taken - self._given >= self._in_flight:
            return None
        if self._start is None:
            self._start = max(line, self._behind)
        at = self._frames[0].frame.at
        # Who was never served waits since its first claim.
        self._last_taken = self._last_taken or at
        return Claim(self.share, self._start, at.seconds_since(self._last_taken))

    def is_asked_with(self, key: Hashable) -> bool:
        """Whether the waiting frame needs a look of the models behind that key."""
        return (
            self.together is not None
            and self.together.key == key
            and bool(self._frames)
            and self._frames[0].answer is None
        )

    def take(self) -> Ticket:
        """Give a worker the frame that was claimed for; the caller still holds the condition."""
        offered = self._frames.popleft()
        ticket = Ticket(self, self._taken, offered)
        self._taken += 1
        self._last_taken = offered.frame.at
        self._behind = (self._start or 0.0) + 1 / self.share.rate
        self._start = None
        self._turn.notify_all()
        return ticket

    def charge(self, seconds: float, looks: int = 1) -> None:
        """Add what looking took, also in vain."""
        with self._turn:
            self._seconds += seconds
            self._looks += looks

    def bring_back(self, ticket: Ticket, looked: Looked) -> None:
        """Put a result at its place in the line."""
        with self._turn:
            self._done[ticket.number] = looked
            self._turn.notify_all()

    def _has_given_all(self) -> bool:
        return self._is_finished and not self._frames and self._taken == self._given
