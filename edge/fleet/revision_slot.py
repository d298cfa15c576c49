"""Where a configuration from the server waits for the one who applies it."""

from threading import Lock

from edge.ports import Counters


class RevisionSlot:
    """Holds the newest; an older one that nobody took yet is let go and counted."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._lock = Lock()
        self._waiting: bytes | None = None

    def put(self, payload: bytes) -> None:
        """Take what came; returns at once, as the link's thread must."""
        with self._lock:
            if self._waiting is not None:
                self._counters.count("config_revisions_superseded")
            self._waiting = payload

    def clear(self) -> None:
        """Let go what waits: the server has withdrawn it."""
        with self._lock:
            if self._waiting is not None:
                self._counters.count("config_revisions_withdrawn")
            self._waiting = None

    def take(self) -> bytes | None:
        """Return what waits, once."""
        with self._lock:
            payload, self._waiting = self._waiting, None
            return payload
