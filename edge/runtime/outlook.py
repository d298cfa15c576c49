"""What looks at one camera's pictures now: changed while the workers go on."""

import threading

from edge.ports import Clock, Look, Pixels, RawBoxes


class Outlook:
    """Handed to the workers once; a picture under way is looked at by whom it began with."""

    def __init__(self, look: Look, clock: Clock) -> None:
        self._look = look
        self._clock = clock
        self._lock = threading.Lock()
        self._seconds = 0.0
        self._looks = 0

    @property
    def spent(self) -> tuple[float, int]:
        """Seconds that looking took so far, over all workers, and how many looks these were."""
        with self._lock:
            return self._seconds, self._looks

    def turn_to(self, look: Look) -> None:
        """Let another look from the next picture on."""
        self._look = look

    def detect(self, pixels: Pixels) -> RawBoxes:
        """Find objects in one picture."""
        began = self._clock.now().mono
        try:
            return self._look(pixels)
        finally:
            spent = self._clock.now().mono - began
            with self._lock:
                self._seconds += spent
                self._looks += 1
