"""Where ordered clips wait: first for their packets, then for the looks, then for the thread.

Stream time decides what a clip holds; the box's clock is asked only how long a live clip may wait
for looks that never come.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from edge.core.moment import Moment
from edge.core.scene import PixelBox
from edge.evidence.held_stretch import Reserves
from edge.evidence.ledger import ClipOrder
from edge.evidence.people import People, PeopleHistory
from edge.ports import Clock, Counters
from edge.video.evidence_ring import ClipSource
from edge.video.packet_ring import Span, Stretch
from hazard_library.contract.ids import CameraId, IncidentId

_MIB = 1024 * 1024
_SLICE_S = 0.5


@dataclass(frozen=True, slots=True)
class ClipWish:
    """What was ordered. keep: persons of the key frame whose heads are the hazard."""

    order: ClipOrder
    trigger: Moment
    stretch: Stretch
    keep: tuple[PixelBox, ...]


@dataclass(frozen=True, slots=True)
class ClipJob:
    """A clip that can be made: its packets have come and were looked at."""

    wish: ClipWish
    span: Span
    looks: tuple[People, ...]


@dataclass(frozen=True, slots=True)
class DeskLimits:
    """How much may wait.

    waits_for_room: when too much waits, whoever brings more waits too (a replay); else it is
    given up and counted. looks_after_s: how long a live clip waits for its last looks.
    """

    waits_for_room: bool = False
    waiting_bytes: int = 48 * _MIB
    looks_after_s: float = 5.0


@dataclass(slots=True)
class _Pending:
    wish: ClipWish
    span: Span | None = None
    span_came_mono: float = 0.0


class ClipDesk:
    """Pipelines and readers bring; the evidence thread takes."""

    def __init__(
        self,
        rings: Mapping[CameraId, ClipSource],
        clock: Clock,
        counters: Counters,
        limits: DeskLimits | None = None,
    ) -> None:
        self._rings = rings
        self._clock = clock
        self._counters = counters
        self._limits = limits or DeskLimits()
        self._pending: dict[IncidentId, _Pending] = {}
        self._jobs: deque[ClipJob] = deque()
        # A camera may come while the box runs; a history is small and stays when one goes.
        self._history: defaultdict[CameraId, PeopleHistory] = defaultdict(PeopleHistory)
        self._ended: set[CameraId] = set()
        self._waiting_bytes = 0
        self._at_the_door = 0
        self._at_work = False
        self._closed = False
        self._changed = threading.Condition()

    def order(self, wish: ClipWish, source: Reserves | None = None) -> None:
        """Ask the camera's ring, or another source, for the stretch; the clip follows by itself."""
        with self._changed:
            self._pending[wish.order.incident] = _Pending(wish)
        asked = source or self._rings[wish.order.camera]
        asked.reserve(wish.stretch, lambda span: self._span_came(wish, span))

    def observe(self, camera: CameraId, people: People) -> None:
        """Take one more look into account."""
        with self._changed:
            self._ended.discard(camera)
            self._history[camera].add(people)
        self._release(camera)

    def look_at(self, camera: CameraId, mono: float) -> People | None:
        """Return who was seen, certainly or weakly, in the picture that is judged just now."""
        with self._changed:
            history = self._history.get(camera)
            return None if history is None else history.at(mono)

    def source_ended(self, camera: CameraId, reason: str) -> None:
        """Finish what waits for this camera with what there is."""
        with self._changed:
            self._ended.add(camera)
        if camera in self._rings:
            self._rings[camera].end(reason)
        self._release(camera)

    def next_job(self, timeout_s: float) -> ClipJob | None:
        """Take the oldest job, or None after the time; call `job_done` when it is made."""
        self._release_overdue()
        with self._changed:
            if not self._jobs:
                self._changed.wait(min(timeout_s, _SLICE_S))
            if not self._jobs:
                return None
            job = self._jobs.popleft()
            self._waiting_bytes -= job.span.size_bytes
            self._at_work = True
            self._changed.notify_all()
            return job

    def job_done(self) -> None:
        """Say that the job taken last is finished."""
        with self._changed:
            self._at_work = False
            self._changed.notify_all()

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits and nothing is being made; False when time ran out first."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout_s)

    def close(self) -> None:
        """Let nobody wait for room any more: the evidence thread has left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_idle(self) -> bool:
        return not (self._pending or self._at_the_door or self._jobs or self._at_work)

    def _span_came(self, wish: ClipWish, span: Span) -> None:
        with self._changed:
            pending = self._pending[wish.order.incident]
            pending.span = span
            pending.span_came_mono = self._clock.now().mono
        self._release(wish.order.camera)

    def _release(self, camera: CameraId) -> None:
        """Turn into jobs what has its packets and its looks."""
        with self._changed:
            ready = [p for p in self._pending.values() if self._is_ready(p, camera)]
            for pending in ready:
                self._admit(pending)

    def _is_ready(self, pending: _Pending, camera: CameraId) -> bool:
        if pending.wish.order.camera != camera or pending.span is None:
            return False
        if not pending.span.packets:
            return True
        looked_until = self._history[camera].latest_mono
        return camera in self._ended or looked_until >= pending.wish.stretch.to_mono

    def _release_overdue(self) -> None:
        """A camera that has gone gives no more looks: its clip must not wait for them."""
        if self._limits.waits_for_room:
            return
        with self._changed:
            oldest = self._clock.now().mono - self._limits.looks_after_s
            for pending in list(self._pending.values()):
                if pending.span is not None and pending.span_came_mono <= oldest:
                    self._admit(pending)

    def _admit(self, pending: _Pending) -> None:
        """Queue a job, with the lock held. One job fits always, however large it is."""
        wish, span = pending.wish, pending.span
        if span is None or self._pending.pop(wish.order.incident, None) is None:
            return
        looks = self._history[wish.order.camera].between(*_ends(span))
        size = span.size_bytes
        if self._limits.waits_for_room:
            self._at_the_door += 1
            self._changed.wait_for(lambda: self._closed or self._has_room(size))
            self._at_the_door -= 1
        elif not self._has_room(size):
            self._counters.count("clips_given_up")
            span, size = Span((), "too many clips were waiting to be made"), 0
        self._jobs.append(ClipJob(wish, span, looks))
        self._waiting_bytes += size
        self._changed.notify_all()

    def _has_room(self, size: int) -> bool:
        return not self._jobs or self._waiting_bytes + size <= self._limits.waiting_bytes


def _ends(span: Span) -> tuple[float, float]:
    """Return when the first and the last picture of a span are shown."""
    monos = [packet.at.mono for packet in span.packets] or [0.0]
    return min(monos), max(monos)
