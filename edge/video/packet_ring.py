"""The last seconds of a stream, as received: what clips are cut from."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from edge.core.moment import Moment

from edge.video.packet import Packet, StreamFormat

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one stream that begins on a key frame; empty when nothing was kept.

    cut_short: why it is shorter than asked for, or None.
    """

    packets: tuple[Packet, ...]
    cut_short: str | None = None


@dataclass(slots=True)
class RingCounters:
    """What the ring let go of before it was old enough, and what it handed out."""

    packets: int = 0
    dropped_before_keyframe: int = 0
    dropped_for_size: int = 0
    spans: int = 0


@dataclass(slots=True)
class _Reservation:
    trigger_mono: float
    to_mono: float
    ready: Callable[[Span], None]
    epoch: int
    began_late: str | None
    packets: list[Packet] = field(default_factory=list)
    size: int = 0


class PacketRing:
    """Bounded in seconds and bytes; starts on a key frame; keeps the pre-roll and its whole GOP.

    The reader adds; anyone asks for spans. A reservation takes what is kept at once and what comes
    later as it arrives, so its outcome depends on the stream alone and not on who is faster.
    """

    def __init__(self, seconds: float = 15.0, max_bytes: int = 32 * _MIB) -> None:
        """Keep at least `seconds` (more, to the key frame before), but never over `max_bytes`."""
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._packets: deque[Packet] = deque()
        self._bytes = 0
        self._reservations: list[_Reservation] = []
        self._lock = threading.Lock()
        self.counters = RingCounters()

    @property
    def size_bytes(self) -> int:
        """Bytes of packets kept now."""
        return self._bytes

    def add(self, packet: Packet) -> None:
        """Keep a packet; hand over the reservations that it completes."""
        with self._lock:
            self.counters.packets += 1
            done = self._give_to_reservations(packet)
            self._keep(packet)
        _hand_over(done)

    def change_format(self, new: StreamFormat, from_pts: int) -> None:
        """Say that packets from the key frame at or before `from_pts` on have another format."""
        with self._lock:
            first = _keyframe_before_pts(self._packets, from_pts, new.epoch - 1)
            for index in range(first, len(self._packets)):
                self._packets[index] = replace(self._packets[index], format=new)
            moved = {id(r): [p for p in r.packets if p.pts >= from_pts] for r in self._reservations}
            done = [r for r in self._reservations if moved[id(r)] and r.epoch != new.epoch]
            for reservation in done:
                kept = len(reservation.packets) - len(moved[id(reservation)])
                del reservation.packets[kept:]
            self._reservations = [r for r in self._reservations if r not in done]
        _hand_over([(r, "the picture changed its size") for r in done])

    def end(self, reason: str) -> None:
        """The stream broke or ended: finish all reservations with what there is."""
        with self._lock:
            done = [(r, reason) for r in self._reservations]
            self._reservations = []
        _hand_over(done)

    def span(self, from_mono: float, to_mono: float) -> tuple[Packet, ...]:
        """Return packets from the last key frame at or before `from_mono` to `to_mono`."""
        with self._lock:
            kept = list(self._packets)
        first = _keyframe_before(kept, from_mono)
        return tuple(p for p in kept[first:] if p.decode_mono <= to_mono)

    def reserve(
        self, from_mono: float, trigger: Moment, to_mono: float, ready: Callable[[Span], None]
    ) -> None:
        """Ask for the stretch around a trigger; `ready` is called once, from whichever thread."""
        raise NotImplementedError
