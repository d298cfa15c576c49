"""A camera's main stream: its packets are kept for evidence, and no picture of it is decoded."""

import random
import threading

import structlog

from edge.errors import SourceError, Unreachable
from edge.ports import Clock
from edge.video.back_off import BackOff
from edge.video.opening import Deadlines, Opening
from edge.video.packet_ring import PacketRing
from edge.video.reader import ReaderLimits
from edge.video.session import Session
from edge.video.source import Mode, SourceSpec, shown_url
from edge.video.stream_clock import ArrivalClock

_log = structlog.get_logger(__name__)

_SLICE_S = 0.2


class MainStream:
    """Reads one main stream into its ring until told to stop; one thread runs it.

    `trouble` says why it is away, or is None; it is said once in the log. Analysis does not
    notice: it has the sub-stream.
    """

    def __init__(
        self,
        spec: SourceSpec,
        clock: Clock,
        ring: PacketRing,
        limits: ReaderLimits | None = None,
        chance: random.Random | None = None,
    ) -> None:
        """Prepare. spec: its address is the main stream's."""
        self._spec = spec
        self._clock = clock
        self._ring = ring
        self._limits = limits or ReaderLimits()
        chance = chance or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._back_off = BackOff(self._limits.back_off, chance)
        self._times = ArrivalClock(clock)
        self.trouble: str | None = None
        self.reconnects = 0

    @property
    def ring(self) -> PacketRing:
        """Where its packets are kept."""
        return self._ring

    def run(self, stop: threading.Event) -> None:
        """Read until `stop` is set; the body of a thread. Ends with its ring finished."""
        try:
            while not stop.is_set():
                try:
                    self._read_once(stop)
                except SourceError as fault:
                    self._ring.end(str(fault))
                    self._say(str(fault))
                    self.reconnects += 1
                    self._wait(stop, self._back_off.next_pause_s())
        finally:
            self._ring.end("the camera was let go of")

    def _read_once(self, stop: threading.Event) -> None:
        limits = self._limits
        deadlines = Deadlines(limits.connect_s, limits.read_s, lambda: self._clock.now().mono)
        opening = Opening(self._spec, deadlines)
        try:
            self._back_off.opened()
            self._times.restart(has_times=opening.has_times)
            session = Session(opening, self._times, self._ring.next_epoch)
            self._read_packets(stop, session)
        finally:
            opening.close()
        if not stop.is_set() and not self._spec.loop:
            raise Unreachable(
                f"camera {self._spec.camera}: {shown_url(self._spec.address)} ended the stream; "
                "it is tried again"
            )

    def _read_packets(self, stop: threading.Event, session: Session) -> None:
        is_paced = session.opening.is_film and self._spec.mode is Mode.LIVE
        began = self._clock.now().mono
        for raw in session.opening.packets():
            if is_paced:
                self._wait(stop, began + session.elapsed_s(raw) - self._clock.now().mono)
            if stop.is_set():
                return
            packet = session.packet(raw)
            if packet is not None:
                self._ring.add(packet)
                self._back_off.picture_came(self._clock.now().mono)
                self._say(None)

    def _say(self, trouble: str | None) -> None:
        if trouble == self.trouble:
            return
        self.trouble = trouble
        if trouble is None:
            _log.info("main_stream_here", camera=self._spec.camera)
        else:
            _log.warning("main_stream_away", camera=self._spec.camera, fault=trouble)

    def _wait(self, stop: threading.Event, seconds: float) -> None:
        until = self._clock.now().mono + seconds
        while not stop.is_set() and (left := until - self._clock.now().mono) > 0:
            self._clock.wait(min(left, _SLICE_S))
