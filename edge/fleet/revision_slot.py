"""Where a configuration from the server waits for the one who applies it."""

from threading import Lock

from edge.ports import Counters


class RevisionSlot:
    """Holds the newest; an older one that nobody took yet is let go and counted.

    A box that was away is handed everything at once: a revision, and the word that it is withdrawn.
    So nothing is given out at the first look after it came, only at the next.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._lock = Lock()
        self._waiting: bytes | None = None
        self._has_rested = False

    def put(self, payload: bytes) -> None:
        """Take what came; returns at once, as the link's thread must."""
        with self._lock:
            if self._waiting is not None:
                self._counters.count("config_revisions_superseded")
            self._waiting, self._has_rested = payload, False

    def clear(self) -> None:
        """Let go what waits: the server has withdrawn it."""
        with self._lock:
            if self._waiting is not None:
                self._counters.count("config_revisions_withdrawn")
            self._waiting = None

    def take(self) -> bytes | None:
        """Return what waited at the last look already, once."""
        with self._lock:
            if not self._has_rested:
                self._has_rested = True
                return None
            payload, self._waiting = self._waiting, None
            return payload
