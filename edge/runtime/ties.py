"""A process that never outlives the one that started it, however that one ends."""

import ctypes
import os
import signal
from collections.abc import Mapping

#: Names the parent to a child: its number tells a parent that is gone from one that is process 1.
VARIABLE = "PATROL_PARENT"
_SET_PARENT_DEATH_SIGNAL = 1


def environment() -> dict[str, str]:
    """Return what tells a child whose it is."""
    return {VARIABLE: str(os.getpid())}


def parent_of(environment: Mapping[str, str]) -> int:
    """Return the parent that the environment names; whoever started this process if it does not."""
    named = environment.get(VARIABLE, "")
    return int(named) if named.isdigit() else os.getppid()


def die_with(parent: int) -> bool:
    """Let the kernel end this process when its parent ends; False: it has gone already.

    What the kernel waits for is the end of the thread that started this process. It still holds
    when the process becomes another program.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    return os.getppid() == parent
