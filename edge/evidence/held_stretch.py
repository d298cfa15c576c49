"""A stretch of a stream that is set aside before anybody knows whether it will be wanted."""

import threading
from collections.abc import Callable
from typing import Protocol

from edge.video.packet_ring import Span, Stretch


class Reserves(Protocol):
    """What a stretch can be asked of."""

    def reserve(self, stretch: Stretch, ready: Callable[[Span], None]) -> None:
        """Ask for a stretch; `ready` is called once, on whichever thread completes it."""
        ...


class HeldStretch:
    """Takes one stretch from a ring at once and keeps it; whoever asks later gets it.

    Bounded as the ring's own reservations are; its memory goes with the last who knows it.
    """

    def __init__(self, source: Reserves, stretch: Stretch) -> None:
        self.stretch = stretch
        self._span: Span | None = None
        self._ready: list[Callable[[Span], None]] = []
        self._lock = threading.Lock()
        source.reserve(stretch, self._came)

    def reserve(self, _stretch: Stretch, ready: Callable[[Span], None]) -> None:
        """Give the stretch that was set aside, as soon as it is complete."""
        with self._lock:
            span = self._span
            if span is None:
                self._ready.append(ready)
        if span is not None:
            ready(span)

    def _came(self, span: Span) -> None:
        with self._lock:
            self._span = span
            waiting, self._ready = self._ready, []
        for ready in waiting:
            ready(span)


class Missing:
    """Where no stretch can be had; says why."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def reserve(self, _stretch: Stretch, ready: Callable[[Span], None]) -> None:
        """Give nothing, and the reason."""
        ready(Span((), self._reason))
