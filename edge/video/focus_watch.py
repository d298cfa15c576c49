"""Whether a camera's pictures stay out of focus, by the sharpness of each."""

from dataclasses import dataclass

from edge.core.moment import Moment


@dataclass(frozen=True, slots=True)
class FocusLimits:
    """Below what sharpness a picture is blurred, above what it is sharp, and for how long."""

    blurred_below: float = 0.25
    sharp_above: float = 0.28
    blurred_after_s: float = 7.0
    sharp_after_s: float = 1.0


class FocusWatch:
    """Follows one camera's sharpness; between the two limits, and where none is known, it waits."""

    def __init__(self, limits: FocusLimits | None = None) -> None:
        self._limits = limits or FocusLimits()
        self.restart()

    def restart(self) -> None:
        """Forget what was: the stream was opened anew."""
        self._is_blurred = False
        self._other_since: Moment | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether the latest pictures were blurred, be it for a moment."""
        return self._is_blurred or self._other_since is not None

    def judge(self, at: Moment, sharpness: float | None) -> bool:
        """Take the next picture into account; return whether they are out of focus from now on."""
        if sharpness is None:
            return self._is_blurred
        limits = self._limits
        if self._is_blurred:
            is_other, after_s = sharpness > limits.sharp_above, limits.sharp_after_s
        else:
            is_other, after_s = sharpness < limits.blurred_below, limits.blurred_after_s
        if not is_other:
            self._other_since = None
            return self._is_blurred
        self._other_since = self._other_since or at
        if at.seconds_since(self._other_since) >= after_s:
            self._is_blurred = not self._is_blurred
            self._other_since = None
        return self._is_blurred
