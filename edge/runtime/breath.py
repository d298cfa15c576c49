"""Whether one camera's pipeline moves: written by its thread, read by whoever watches."""

from edge.core.moment import Moment

#: So long nothing of ours takes, on the slowest disk.
STUCK_AFTER_S = 60.0


class Breath:
    """When the pipeline last moved, and since when a picture waits for its look."""

    def __init__(self) -> None:
        self._moved_mono = 0.0
        self._waits_since: float | None = None

    def taken(self, now: Moment, *, waiting: bool) -> None:
        """Remember that the pipeline moves; waiting: a picture is under way and has not come."""
        self._moved_mono = now.mono
        if not waiting:
            self._waits_since = None
        elif self._waits_since is None:
            self._waits_since = now.mono

    def is_stuck(self, mono: float) -> bool:
        """Whether it has not moved for too long."""
        return mono - self._moved_mono > STUCK_AFTER_S

    def is_kept_waiting(self, mono: float) -> bool | None:
        """Whether a picture waits far too long for its look; None when none waits."""
        since = self._waits_since
        return None if since is None else mono - since > STUCK_AFTER_S
