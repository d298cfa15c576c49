"""A place to count that tests can look at."""

from collections import Counter
from threading import Lock


class Tally:
    """Implements `edge.ports.Counters`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: Counter[str] = Counter()

    def count(self, name: str, by: int = 1) -> None:
        """Add to one counter."""
        with self._lock:
            self._counted[name] += by

    def __getitem__(self, name: str) -> int:
        """Return what one counter stands at; 0 if nothing was counted."""
        with self._lock:
            return self._counted[name]
