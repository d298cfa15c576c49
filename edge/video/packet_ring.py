"""The last seconds of a stream, as received: what clips are cut from."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from edge.core.moment import Moment
from edge.video.packet import Packet, StreamFormat

_MIB = 1024 * 1024
_LATE_S = 0.5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one stream that begins on a key frame; empty when nothing was kept.

    cut_short: why it is shorter than asked for, or None. Of a camera with two streams also: which
    of them it is, a note why, and the size (width, height) of the pictures that were looked at,
    where these are not its own.
    """

    packets: tuple[Packet, ...]
    cut_short: str | None = None
    stream: Literal["main", "sub"] | None = None
    note: str | None = None
    looked_at: tuple[int, int] | None = None

    @property
    def size_bytes(self) -> int:
        """Bytes of all packets."""
        return sum(len(packet.data) for packet in self.packets)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is asked for, on the stream's monotonic line."""

    from_mono: float
    trigger_mono: float
    to_mono: float

    @property
    def before_s(self) -> float:
        """Seconds asked for before the trigger."""
        return self.trigger_mono - self.from_mono

    @property
    def after_s(self) -> float:
        """Seconds asked for after the trigger."""
        return self.to_mono - self.trigger_mono

    @classmethod
    def around(cls, trigger: Moment, before_s: float, after_s: float) -> "Stretch":
        """Return the stretch around a moment."""
        return cls(trigger.mono - before_s, trigger.mono, trigger.mono + after_s)


@dataclass(slots=True)
class RingCounters:
    """What came, and what was let go of before it was old enough."""

    packets: int = 0
    dropped_before_keyframe: int = 0
    dropped_for_size: int = 0


@dataclass(slots=True, eq=False)
class _Reservation:
    stretch: Stretch
    ready: Callable[[Span], None]
    max_bytes: int
    epoch: int
    began_late: str | None
    packets: list[Packet] = field(default_factory=list)
    size: int = 0
    outcome: str | None = None
    """Why it is complete: a reason for being cut short, or "" when nothing is missing."""

    def offer(self, packet: Packet) -> None:
        """Take the next packet of the stream, or notice that the stretch is over."""
        if packet.format.epoch != self.epoch:
            self.outcome = "the stream began anew"
        elif packet.decode_mono > self.stretch.to_mono:
            self.outcome = ""
        elif self.size + len(packet.data) > self.max_bytes:
            self.outcome = f"the clip would exceed {self.max_bytes // _MIB} MiB"
        else:
            self.packets.append(packet)
            self.size += len(packet.data)

    def cut_before(self, first: Packet, reason: str) -> None:
        """Give back the packets from `first` on: they belong to another picture size."""
        for index, packet in enumerate(self.packets):
            if packet is first:
                del self.packets[index:]
                self.outcome = reason
                return

    def hand_over(self) -> None:
        """Tell the one who asked."""
        self.ready(Span(tuple(self.packets), self.outcome or self.began_late))


class PacketRing:
    """Bounded in seconds and bytes; starts on a key frame; keeps the pre-roll and its whole GOP.

    The reader adds; anyone asks. A reservation takes what is kept at once and what comes later as
    it arrives, so its outcome depends on the stream alone and not on which thread is faster.
    """

    def __init__(self, seconds: float = 15.0, max_bytes: int = 32 * _MIB) -> None:
        """Keep `seconds` back to the key frame before them, but never more than `max_bytes`."""
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._packets: deque[Packet] = deque()
        self._key_monos: deque[float] = deque()
        self._bytes = 0
        self._reservations: list[_Reservation] = []
        self._ended: str | None = None
        self._epoch = 0
        self._lock = threading.Lock()
        self.counters = RingCounters()

    @property
    def size_bytes(self) -> int:
        """Bytes of packets kept now."""
        with self._lock:
            return self._bytes

    def latest_size(self) -> tuple[int, int] | None:
        """Return width and height of the newest picture, or None."""
        with self._lock:
            form = self._packets[-1].format if self._packets else None
        return None if form is None else (form.width, form.height)

    def next_epoch(self) -> int:
        """Return a number that no packet kept here has carried: for a stream that begins anew."""
        with self._lock:
            self._epoch += 1
            return self._epoch

    def add(self, packet: Packet) -> None:
        """Keep a packet; hand over the reservations that it completes."""
        with self._lock:
            self._ended = None
            self.counters.packets += 1
            for reservation in self._reservations:
                reservation.offer(packet)
            done = self._take_complete()
            self._keep(packet)
        _hand_over(done)

    def change_format(self, new: StreamFormat, from_pts: int) -> None:
        """Say that the picture changed its size at the key frame that `from_pts` belongs to."""
        reason = f"the picture changed its size to {new.width}x{new.height}"
        with self._lock:
            first = _key_frame_shown_by(self._packets, from_pts)
            if first is None:
                return
            boundary = self._packets[first]
            for reservation in self._reservations:
                reservation.cut_before(boundary, reason)
            done = self._take_complete()
            for index in range(first, len(self._packets)):
                self._packets[index] = replace(self._packets[index], format=new)
        _hand_over(done)

    def end(self, reason: str) -> None:
        """The stream broke or ended: finish all reservations with what there is."""
        with self._lock:
            self._ended = reason
            for reservation in self._reservations:
                reservation.outcome = reason
            done = self._take_complete()
        _hand_over(done)

    def span(self, from_mono: float, to_mono: float) -> tuple[Packet, ...]:
        """Return packets from the last key frame at or before `from_mono` to `to_mono`."""
        with self._lock:
            kept = tuple(self._packets)
        start = _key_frame_before(kept, from_mono)
        return tuple(packet for packet in kept[start:] if packet.decode_mono <= to_mono)

    def reserve(self, stretch: Stretch, ready: Callable[[Span], None]) -> None:
        """Ask for a stretch; `ready` is called once, on whichever thread completes it."""
        with self._lock:
            reservation = self._new_reservation(stretch, ready)
            if reservation.outcome is None:
                self._reservations.append(reservation)
                return
        reservation.hand_over()

    def _new_reservation(self, stretch: Stretch, ready: Callable[[Span], None]) -> _Reservation:
        kept = _same_stream(tuple(self._packets), stretch.trigger_mono)
        if not kept:
            none = _Reservation(stretch, ready, self._max_bytes, epoch=-1, began_late=None)
            none.outcome = "no key frame before the trigger was kept"
            return none
        start = _key_frame_before(kept, stretch.from_mono)
        late_s = kept[start].at.mono - stretch.from_mono
        before_s = stretch.trigger_mono - kept[start].at.mono
        began_late = f"the stream began {before_s:.1f} s before the trigger"
        reservation = _Reservation(
            stretch,
            ready,
            self._max_bytes,
            epoch=kept[0].format.epoch,
            began_late=began_late if late_s > _LATE_S else None,
        )
        for packet in (*kept[start:], *_after(self._packets, kept[-1])):
            if reservation.outcome is None:
                reservation.offer(packet)
        if reservation.outcome is None:
            reservation.outcome = self._ended
        return reservation

    def _keep(self, packet: Packet) -> None:
        fresh = not self._packets or self._packets[-1].format.epoch != packet.format.epoch
        if fresh and not packet.is_keyframe:
            self.counters.dropped_before_keyframe += 1
            return
        self._packets.append(packet)
        self._bytes += len(packet.data)
        if packet.is_keyframe:
            self._key_monos.append(packet.at.mono)
        oldest_needed = packet.decode_mono - self._seconds
        while len(self._key_monos) > 1 and self._key_monos[1] <= oldest_needed:
            self._drop_group()
        while self._bytes > self._max_bytes:
            self.counters.dropped_for_size += self._drop_group()

    def _drop_group(self) -> int:
        """Let go of the oldest key frame and what depends on it; return how many packets."""
        dropped = 0
        while self._packets and (dropped == 0 or not self._packets[0].is_keyframe):
            self._bytes -= len(self._packets.popleft().data)
            dropped += 1
        self._key_monos.popleft()
        return dropped

    def _take_complete(self) -> list[_Reservation]:
        done = [r for r in self._reservations if r.outcome is not None]
        self._reservations = [r for r in self._reservations if r.outcome is None]
        return done


def _hand_over(done: Sequence[_Reservation]) -> None:
    for reservation in done:
        reservation.hand_over()


def _key_frame_before(packets: Sequence[Packet], mono: float) -> int:
    """Index of the last key frame at or before `mono`, or of the first packet."""
    found = 0
    for index, packet in enumerate(packets):
        if packet.is_keyframe and packet.at.mono <= mono:
            found = index
    return found


def _key_frame_shown_by(packets: Sequence[Packet], pts: int) -> int | None:
    """Index of the last key frame of the newest epoch that is shown no later than `pts`."""
    for index in range(len(packets) - 1, -1, -1):
        packet = packets[index]
        if packet.format.epoch != packets[-1].format.epoch:
            return None
        if packet.is_keyframe and packet.pts <= pts:
            return index
    return None


def _same_stream(packets: Sequence[Packet], trigger_mono: float) -> tuple[Packet, ...]:
    """Return the packets that fit in one clip with the one that was due at the trigger."""
    due = [p for p in packets if p.decode_mono <= trigger_mono]
    if not due:
        return ()
    return tuple(p for p in packets if p.format.epoch == due[-1].format.epoch)


def _after(packets: Sequence[Packet], last: Packet) -> tuple[Packet, ...]:
    """Return at most the one packet that follows `last`: it shows that another stream began."""
    found = False
    for packet in packets:
        if found:
            return (packet,)
        found = packet is last
    return ()
