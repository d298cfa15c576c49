"""Whether the box's own clock can be trusted, as the kernel says; honestly unknown otherwise."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from edge.core.moment import Moment
from hazard_library.contract.clock import ClockState

_TIME_ERROR = 5
_STA_PLL, _STA_UNSYNC, _STA_NANO = 0x0001, 0x0040, 0x2000


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the kernel says of its clock. None: it did not say.

    offset_ms: box minus reference. max_error_ms: how far it may be off at most.
    """

    synchronised: bool | None = None
    offset_ms: float | None = None
    max_error_ms: float | None = None


#: Asks the box's clock; never fails and takes microseconds.
ReadClock = Callable[[], ClockReading]


class _Timex(ctypes.Structure):
    """The head of `struct timex` of adjtimex(2), and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def read_kernel_clock() -> ClockReading:
    """Ask the kernel (adjtimex, which changes nothing); unknown where it does not answer."""
    answer = _Timex()
    try:
        code = int(ctypes.CDLL(None).adjtimex(ctypes.byref(answer)))
    except (AttributeError, OSError):
        return ClockReading()
    if code < 0:
        return ClockReading()
    return interpreted(code, answer.status, answer.offset, answer.maxerror)


def interpreted(code: int, status: int, offset: int, max_error_us: int) -> ClockReading:
    """Put adjtimex's answer into words.

    `offset` is what is still to be added to the clock, in nanoseconds or microseconds as `status`
    says; only a kernel that steers by itself fills it in.
    """
    synchronised = code != _TIME_ERROR and not status & _STA_UNSYNC
    offset_ms: float | None = None
    if synchronised and status & _STA_PLL:
        offset_ms = -offset / (1e6 if status & _STA_NANO else 1e3)
    return ClockReading(synchronised, offset_ms, max_error_us / 1e3)


def state_of(
    source: Literal["stream", "arrival", "file"], at: Moment, read: ReadClock
) -> ClockState:
    """Say how far a capture time can be trusted. A file's times are its own, not the box's."""
    uncertainty_ms = at.uncertainty_s * 1e3
    if source == "file":
        return ClockState(source=source, synchronised=None, uncertainty_ms=uncertainty_ms)
    box = read()
    return ClockState(
        source=source,
        synchronised=box.synchronised,
        offset_ms=box.offset_ms,
        uncertainty_ms=uncertainty_ms + (box.max_error_ms or 0.0),
    )
