"""Manifests that a full disk keeps from being sealed: they wait here, so many at most."""

from collections import deque

from edge.evidence.clip_job import Made
from edge.ports import Counters

_MOST = 1000


class Unsealed:
    """Owned by the evidence thread. Of more than may wait the oldest goes, and is counted.

    What was ordered is known to the disk too: the next start seals what it can of it.
    """

    def __init__(self, counters: Counters, most: int = _MOST) -> None:
        self._counters = counters
        self._most = most
        self._waiting: deque[Made] = deque()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    @property
    def first(self) -> Made | None:
        """The one that has waited longest."""
        return self._waiting[0] if self._waiting else None

    def add(self, made: Made) -> None:
        """Let one more wait."""
        if len(self._waiting) == self._most:
            self._waiting.popleft()
            self._counters.count("manifests_dropped")
        self._waiting.append(made)

    def sealed_first(self) -> None:
        """Let the first one go: it is sealed."""
        self._waiting.popleft()
