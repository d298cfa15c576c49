"""The packets that clips are cut from: of the main stream, and of the sub-stream when it is away.

Both streams are stamped at arrival on one monotonic line, so a moment of the one is the same
moment of the other.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edge.video.packet_ring import PacketRing, Span, Stretch


class ClipSource(Protocol):
    """Where clips come from: a ring, or two of them."""

    def reserve(self, stretch: Stretch, ready: Callable[[Span], None]) -> None:
        """Ask for a stretch; `ready` is called once, on whichever thread completes it."""
        ...

    def end(self, reason: str) -> None:
        """The stream broke or ended: finish all reservations with what there is."""
        ...


class EvidenceRing:
    """Implements `ClipSource` over a camera's two streams. Thread-safe, as its rings are.

    Both are asked; the main stream's stretch is taken if nothing of it is missing, without waiting
    for the other. The sub-stream's size is told with it: heads were found in its pictures.
    """

    def __init__(self, main: PacketRing, sub: PacketRing) -> None:
        self._main = main
        self._sub = sub

    def reserve(self, stretch: Stretch, ready: Callable[[Span], None]) -> None:
        """Ask both streams for a stretch."""
        both = _Both(ready, self._sub.latest_size)
        self._main.reserve(stretch, both.main_came)
        self._sub.reserve(stretch, both.sub_came)

    def end(self, reason: str) -> None:
        """The camera is let go of: finish with what there is."""
        self._main.end(reason)
        self._sub.end(reason)


class _Both:
    """One stretch of two streams; hands over once."""

    def __init__(
        self, ready: Callable[[Span], None], looked_at: Callable[[], tuple[int, int] | None]
    ) -> None:
        self._ready = ready
        self._looked_at = looked_at
        self._main: Span | None = None
        self._sub: Span | None = None
        self._is_done = False
        self._lock = threading.Lock()

    def main_came(self, span: Span) -> None:
        """Take the main stream's stretch."""
        with self._lock:
            self._main = span
        self._hand_over()

    def sub_came(self, span: Span) -> None:
        """Take the sub-stream's stretch."""
        with self._lock:
            self._sub = span
        self._hand_over()

    def _hand_over(self) -> None:
        with self._lock:
            chosen = None if self._is_done else self._chosen()
            self._is_done = self._is_done or chosen is not None
        if chosen is not None:
            self._ready(chosen)

    def _chosen(self) -> Span | None:
        """Return the better stretch; None while it may still come."""
        main, sub = self._main, self._sub
        if main is None:
            return None
        if main.packets and main.cut_short is None:
            return self._of_main(main)
        if sub is None:
            return None
        if sub.packets and (not main.packets or sub.cut_short is None):
            why = main.cut_short or "it gave no packets"
            return replace(sub, stream="sub", note=f"the main stream was away: {why}")
        return self._of_main(main)

    def _of_main(self, span: Span) -> Span:
        return replace(span, stream="main", looked_at=self._looked_at())
