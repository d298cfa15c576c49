"""The child's pulse: a byte through a pipe for every look at an engine that is not stuck."""

import os
from collections.abc import Mapping
from contextlib import suppress

#: Names the pipe's end to the child.
VARIABLE = "PATROL_PULSE"
_AT_ONCE = 4096


class Pulse:
    """The parent's end. Never blocks; beats that nobody reads in time are dropped, not queued."""

    def __init__(self) -> None:
        self._read, self.write_end = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self.write_end, False)

    def has_beaten(self) -> bool:
        """Whether the child gave a sign since the last time this was asked."""
        try:
            return bool(os.read(self._read, _AT_ONCE))
        except BlockingIOError:
            return False

    def environment(self) -> dict[str, str]:
        """Return what tells the child where to beat."""
        return {VARIABLE: str(self.write_end)}

    def close(self) -> None:
        """Let go of both ends."""
        os.close(self._read)
        os.close(self.write_end)


class Heart:
    """The child's end; one without a parent that listens beats for nobody."""

    def __init__(self, end: int | None) -> None:
        self._end = end

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Heart":
        """Return the end that the environment names."""
        end = environment.get(VARIABLE, "")
        return cls(int(end) if end.isdigit() else None)

    def beat(self) -> None:
        """Give one sign of life."""
        if self._end is not None:
            # A full pipe holds signs enough; a parent that is gone takes this process with it.
            with suppress(OSError):
                os.write(self._end, b".")
