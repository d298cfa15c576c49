"""What one camera did, what it cost and what it lost: counted from its parts, told to the board."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from edge.core.moment import Moment
from edge.fleet.status_board import StatusBoard
from edge.inference.lane import Lane
from edge.runtime.main_unit import MainUnit
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderStats
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId

_log = structlog.get_logger(__name__)

_TOLD_EVERY_S = 5.0
#: A camera that gets so much of its rate is held.
_HELD = 0.95
_OVERLOADED = (
    "only {share:.0%} of its pictures are analysed: the box is overloaded; lower sample_fps, "
    "take cameras off it, or run patrol edge tune"
)


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What one camera did so far.

    undecodable: packets that gave no picture; first_at: the first picture; failure: why it ended
    badly.
    """

    packets: int
    frames: int
    seconds: float
    dropped: int
    undecodable: int
    first_at: datetime | None
    ended_early: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class UnitWork:
    """What one camera costs and loses, since the unit began.

    fps_*: pictures per second of the last seconds. *_seconds: sums. drops: by reason.
    """

    fps_in: float
    fps_out: float
    queue_length: int
    frames_in: int
    frames_out: int
    decode_seconds: float
    inference_seconds: float
    inferences: int
    reconnects: int
    drops: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """The parts of one camera that count for themselves, and where the box's counters stand.

    unwatched: conditions of its picture that are not looked for.
    """

    camera: CameraId
    lane: Lane
    ring: PacketRing
    main: MainUnit
    board: StatusBoard
    unwatched: frozenset[CameraCondition] = frozenset()


class _Read(NamedTuple):
    """What readers did."""

    packets: int = 0
    frames: int = 0
    undecodable: int = 0
    reconnects: int = 0
    decode_s: float = 0.0

    def and_by(self, stats: ReaderStats) -> "_Read":
        """Add what one more reader did."""
        return _Read(
            self.packets + stats.packets,
            self.frames + stats.frames_decoded,
            self.undecodable + stats.decode_errors,
            self.reconnects + stats.reconnects,
            self.decode_s + stats.decode_s,
        )


class UnitAccount:
    """Kept by a unit's own threads, asked by any.

    behind: says that the box is overloaded while this camera gets less than its rate; else empty.
    """

    def __init__(self, counted: Counted, reader: CameraReader) -> None:
        self._counted = counted
        #: What readers before this one did, and the one that reads: replaced together.
        self._reading = (_Read(), reader)
        self._first_at: datetime | None = None
        self._judged = 0
        self._judged_when_told = 0
        self._frames_when_told = 0
        self._told_mono = float("-inf")
        self._told: dict[str, int] = {}
        self._rates = (0.0, 0.0)
        self.behind = ""

    def go_on_with(self, reader: CameraReader) -> None:
        """Count another reader too; what the one before counted stays counted."""
        before, gone = self._reading
        self._reading = (before.and_by(gone.stats), reader)

    def picture_came(self, at: datetime) -> None:
        """Remember when the first picture was taken."""
        self._first_at = self._first_at or at

    def picture_judged(self) -> None:
        """Count one picture that was analysed."""
        self._judged += 1

    def figures(self, failure: str | None) -> UnitFigures:
        """Say what the camera did so far. failure: of the unit, if it has one."""
        read, reader = self._read, self._reading[1]
        unread = None if reader.failure is None else str(reader.failure)
        return UnitFigures(
            packets=read.packets,
            frames=read.frames,
            seconds=reader.stats.seconds,
            dropped=self._counted.lane.dropped,
            undecodable=read.undecodable,
            first_at=self._first_at,
            ended_early=reader.stats.ended_early,
            failure=failure or unread,
        )

    @property
    def work(self) -> UnitWork:
        """What the camera costs and loses."""
        read, ring, lane = self._read, self._counted.ring.counters, self._counted.lane
        seconds, looks = lane.spent
        return UnitWork(
            fps_in=self._rates[0],
            fps_out=self._rates[1],
            queue_length=lane.waiting,
            frames_in=read.frames,
            frames_out=self._judged,
            decode_seconds=read.decode_s,
            inference_seconds=seconds,
            inferences=looks,
            reconnects=read.reconnects,
            drops={
                "too_late": lane.dropped,
                "undecodable": read.undecodable,
                "ring_before_key_frame": ring.dropped_before_keyframe,
                "ring_too_large": ring.dropped_for_size,
            },
        )

    def tell_when_due(self, now: Moment) -> None:
        """Tell the board the rates and counts of the last seconds, every so often."""
        elapsed = now.mono - self._told_mono
        if elapsed < _TOLD_EVERY_S:
            return
        frames, judged = self._read.frames, self._judged
        if self._told_mono > float("-inf"):
            fps_in = round((frames - self._frames_when_told) / elapsed, 2)
            self._rates = (fps_in, round((judged - self._judged_when_told) / elapsed, 2))
            shed = self._notice_overload(judged - self._judged_when_told)
            one = self._counted
            one.board.show_work(one.camera, self._rates[1], shed, one.unwatched)
        self._judged_when_told, self._frames_when_told = judged, frames
        self._told_mono = now.mono
        self.tell_counts()

    def tell_counts(self) -> None:
        """Add what was dropped or went wrong since the last time to the box's counters."""
        read, ring = self._read, self._counted.ring.counters
        counts = {
            "frames_dropped": self._counted.lane.dropped,
            "frames_undecodable": read.undecodable,
            "camera_reconnects": read.reconnects,
            "main_stream_reconnects": self._counted.main.reconnects,
            "ring_packets_dropped": ring.dropped_before_keyframe + ring.dropped_for_size,
        }
        for name, count in counts.items():
            self._counted.board.count(name, count - self._told.get(name, 0))
        self._told = counts

    @property
    def _read(self) -> _Read:
        before, reader = self._reading
        return before.and_by(reader.stats)

    def _notice_overload(self, judged: int) -> float:
        """Say so while pictures are dropped because the models are busy; return their share."""
        dropped = self._counted.lane.dropped - self._told.get("frames_dropped", 0)
        due = judged + dropped
        # Where nothing comes nothing is let go: a camera that is away overloads nobody.
        share = judged / due if due else 1.0
        behind = ""
        if share < _HELD:
            # In steps of ten, so that the state does not change with every look at it.
            behind = _OVERLOADED.format(share=round(share, 1))
        if bool(behind) != bool(self.behind):
            _log.warning(
                "camera_below_its_rate" if behind else "camera_at_its_rate_again",
                camera=self._counted.camera,
                share=round(share, 2),
            )
        self.behind = behind
        return round(1 - share, 2)
