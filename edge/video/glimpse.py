"""A short look at one source: its next picture and what it sends, before anything runs on it."""

import threading
from dataclasses import dataclass, replace

from edge.errors import SourceError, Stalled, Undecodable, Unreachable
from edge.ports import Clock, Frame, Pixels
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderLimits, ReaderOutlets
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.device import CameraCondition

_RING_BYTES = 16_000_000
_RING_S = 10.0

_FAULTS: dict[CameraCondition, type[SourceError]] = {
    CameraCondition.OFFLINE: Unreachable,
    CameraCondition.NO_FRAMES: Stalled,
    CameraCondition.UNDECODABLE: Undecodable,
}


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a source gave.

    pixels: the last picture of the look; fps: None after a look too short to tell.
    worry: what is wrong with the picture itself (dark, covered, frozen), or empty.
    """

    pixels: Pixels
    codec: str
    fps: float | None
    worry: str


def glimpse(
    spec: SourceSpec, clock: Clock, for_s: float = 0.0, limits: ReaderLimits | None = None
) -> Glimpse:
    """Read a source until it has shown `for_s` seconds; with 0 its first picture is enough.

    Raises:
        SourceError: it gives none; the message says why and what to do.
    """
    look = _Look(spec, clock, for_s, limits)
    return look.run()


class _Look:
    """One reading, ended by its first fault or by having seen enough."""

    def __init__(
        self, spec: SourceSpec, clock: Clock, for_s: float, limits: ReaderLimits | None
    ) -> None:
        # A film is read as fast as it goes; nobody waits for a whole one.
        mode = Mode.REPLAY if isinstance(spec.address, FileAddress) else Mode.LIVE
        self._spec = replace(spec, mode=mode, loop=False, sample_fps=None)
        self._for_s = for_s
        self._ring = PacketRing(_RING_S, _RING_BYTES)
        outlets = ReaderOutlets(self._ring, self._take, self._hear)
        self._reader = CameraReader(self._spec, clock, outlets, limits)
        self._stop = threading.Event()
        self._first: Frame | None = None
        self._last: Frame | None = None
        self._worry = ""
        self._fault: SourceError | None = None

    def run(self) -> Glimpse:
        """Read on this thread."""
        self._reader.run(self._stop)
        if self._fault is not None and self._last is None:
            raise self._fault
        if self._first is None or self._last is None:
            raise Stalled(
                f"camera {self._spec.camera}: gave no picture; restart it, then try again"
            )
        shown_s = self._last.at.mono - self._first.at.mono
        pictures = self._last.number - self._first.number
        packets = self._ring.span(float("-inf"), float("inf"))
        return Glimpse(
            pixels=self._last.pixels,
            codec=packets[-1].format.codec if packets else "",
            fps=pictures / shown_s if pictures and shown_s > 0 else None,
            worry=self._worry,
        )

    def _take(self, frame: Frame) -> None:
        self._first = self._first or frame
        self._last = frame
        if frame.at.mono - self._first.at.mono >= self._for_s:
            self._stop.set()

    def _hear(self, condition: CameraCondition, detail: str) -> None:
        if condition in _FAULTS:
            self._fault = _FAULTS[condition](detail)
            self._stop.set()
        elif condition is not CameraCondition.FINISHED:
            self._worry = detail
