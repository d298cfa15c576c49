"""One camera's reader: packets into the ring, pictures to the pipeline, troubles by name."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from hazard_library.contract.device import CameraCondition

from edge.ports import Clock, Frame
from edge.video.packet_ring import PacketRing
from edge.video.source import SourceSpec


@dataclass(slots=True)
class ReaderStats:
    """What a reader did so far. `seconds`: stream time covered; `ended_early`: a truncated file."""

    packets: int = 0
    frames_decoded: int = 0
    frames_delivered: int = 0
    decode_errors: int = 0
    seconds: float = 0.0
    reconnects: int = 0
    ended_early: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """Deadlines and pauses of a reader, in seconds."""

    connect_s: float = 10.0
    first_frame_s: float = 10.0
    next_frame_s: float = 5.0
    retry_first_s: float = 0.5
    retry_last_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ReaderOutlets:
    """Where a reader's products go. Called on the reader's thread; in replay `on_frame` may block."""

    ring: PacketRing
    on_frame: Callable[[Frame], None]
    on_condition: Callable[[CameraCondition, str], None]


class CameraReader:
    """Reads one source until told to stop; a replayed or unlooped file also ends by itself."""

    def __init__(
        self,
        spec: SourceSpec,
        clock: Clock,
        outlets: ReaderOutlets,
        limits: ReaderLimits = ReaderLimits(),
        chance: random.Random | None = None,
    ) -> None:
        self._spec = spec
        self.stats = ReaderStats()

    def run(self, stop: threading.Event) -> None:
        """Read until `stop` is set or a file has ended for good; the body of a thread."""
        raise NotImplementedError
