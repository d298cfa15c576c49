"""Wait for a condition with a deadline; tests never sleep."""

import time
from collections.abc import Callable
from threading import Event

_LOOK_EVERY_S = 0.01


def wait_until(holds: Callable[[], bool], within_s: float = 10.0, what: str = "") -> None:
    """Return as soon as the condition holds.

    Raises:
        AssertionError: it does not hold within the time.
    """
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what or holds}")
        Event().wait(_LOOK_EVERY_S)
