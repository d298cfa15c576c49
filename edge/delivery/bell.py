"""How a working thread sleeps until there is something to do, and leaves when it is told to."""

from threading import Event


class Bell:
    """Rung by whoever has work; `stop` is a last ring that never fades."""

    def __init__(self) -> None:
        self._rung = Event()
        self._stopped = Event()

    def ring(self) -> None:
        """Wake the sleeper, or keep it from falling asleep once."""
        self._rung.set()

    def stop(self) -> None:
        """Wake the sleeper for good."""
        self._stopped.set()
        self._rung.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the thread shall leave."""
        return self._stopped.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep until it rings, but no longer than this."""
        self._rung.wait(seconds)
        self._rung.clear()
