"""One camera's reader: packets into the ring, pictures to the pipeline, troubles by name."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from edge.core.moment import Moment
from edge.errors import SourceError, Stalled, Undecodable, Unreachable
from edge.ports import Clock, Frame
from edge.video import faults
from edge.video.back_off import BackOff, BackOffLimits
from edge.video.bgr import BgrConverter
from edge.video.decoded_picture import DecodedPicture
from edge.video.looks import Looker, step_of
from edge.video.loop_watch import points_of
from edge.video.opening import Deadlines, Opening, VideoPacket
from edge.video.packet_ring import PacketRing
from edge.video.picture_health import PictureHealth
from edge.video.session import Picture, Session
from edge.video.source import Mode, SourceSpec, shown_url
from edge.video.stream_clock import ArrivalClock, FileClock, StreamClock
from hazard_library.contract.device import CameraCondition

_log = structlog.get_logger(__name__)

_SLICE_S = 0.2
_EARLY_S = 1.0
_EARLY_SHARE = 0.02


@dataclass(slots=True)
class ReaderStats:
    """What a reader did so far.

    seconds: stream time covered, from the first picture to the end of the last one.
    decode_s: time that decoding took. reconnects: attempts after the first opening.
    ended_early: why a file is thought truncated.
    """

    packets: int = 0
    frames_decoded: int = 0
    frames_delivered: int = 0
    decode_errors: int = 0
    seconds: float = 0.0
    decode_s: float = 0.0
    reconnects: int = 0
    ended_early: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """Deadlines and pauses of a reader, in seconds."""

    connect_s: float = 10.0
    read_s: float = 5.0
    picture_s: float = 8.0
    back_off: BackOffLimits = field(default_factory=BackOffLimits)


@dataclass(frozen=True, slots=True)
class ReaderOutlets:
    """Where a reader's products go. Called on the reader's thread; in replay `on_frame` may block.

    A condition is said before the first picture that it applies to.
    """

    ring: PacketRing
    on_frame: Callable[[Frame], None]
    on_condition: Callable[[CameraCondition, str], None]


class CameraReader:
    """Reads one source until told to stop; a file that is not looped also ends by itself.

    `failure` is set when a replay could not be read at all: its sentence is for the user.
    """

    def __init__(
        self,
        spec: SourceSpec,
        clock: Clock,
        outlets: ReaderOutlets,
        limits: ReaderLimits | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._spec = spec
        self._clock = clock
        self._outlets = outlets
        self._limits = limits or ReaderLimits()
        chance = chance or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._back_off = BackOff(self._limits.back_off, chance)
        self._stop = threading.Event()
        self._stream_clock: StreamClock = (
            FileClock(spec.start_at) if spec.mode is Mode.REPLAY else ArrivalClock(clock)
        )
        self._health = PictureHealth(spec.watch)
        self._looker = Looker()
        self._converter = BgrConverter()
        self._said: tuple[CameraCondition, str] | None = None
        self._next_due = float("-inf")
        self._last_mono = float("-inf")
        self._finished = False
        self._is_film = False
        self.stats = ReaderStats()
        self.failure: SourceError | None = None

    def run(self, stop: threading.Event) -> None:
        """Read until `stop` is set or a file has ended for good; the body of a thread."""
        self._stop = stop
        self._say(CameraCondition.STARTING, "")
        while not stop.is_set() and not self._finished:
            self.step()

    def step(self) -> None:
        """Open the source once and read it until it ends, fails, or the reader is stopped."""
        try:
            self._read_once()
        except SourceError as fault:
            self._outlets.ring.end(str(fault))
            self._after_fault(fault)

    def _read_once(self) -> None:
        limits = self._limits
        deadlines = Deadlines(limits.connect_s, limits.read_s, lambda: self._clock.now().mono)
        opening = Opening(self._spec, deadlines)
        if self._spec.mode is Mode.REPLAY and not opening.is_film:
            opening.close()
            raise faults.has_no_end(self._spec)
        self._back_off.opened()
        self._stream_clock.restart(has_times=opening.has_times)
        self._health.restart()
        session = Session(opening, self._stream_clock, self._outlets.ring.next_epoch)
        covered_before, errors_before = self.stats.seconds, self.stats.decode_errors
        try:
            self._read_packets(session)
        finally:
            self.stats.seconds = covered_before + session.covered_s
            self.stats.decode_errors = errors_before + session.decode_errors
            opening.close()
        if not self._stop.is_set():
            self._after_end(session)

    def _read_packets(self, session: Session) -> None:
        """Take packets in stream order: keep, decode, hand on."""
        started = last_picture = self._clock.now().mono
        is_film = self._is_film = session.opening.is_film
        for raw in session.opening.packets():
            if is_film and self._spec.mode is Mode.LIVE:
                self._await_due(started + session.elapsed_s(raw))
            if self._stop.is_set():
                return
            had = session.decoded
            self._take(session, raw)
            now = self._clock.now().mono
            if session.decoded > had:
                last_picture = now
            elif now - last_picture > self._limits.picture_s and not is_film:
                raise faults.no_picture(self._spec, now - last_picture)

    def _take(self, session: Session, raw: VideoPacket) -> None:
        packet = session.packet(raw)
        if packet is not None:
            self.stats.packets += 1
            self._outlets.ring.add(packet)
        began = self._clock.now().mono
        pictures = session.pictures(raw)
        self.stats.decode_s += self._clock.now().mono - began
        for picture in pictures:
            self.stats.frames_decoded += 1
            change = session.change_of_size(picture)
            if change is not None:
                self._outlets.ring.change_format(change.new, change.from_pts)
            self._hand_on(picture)

    def _hand_on(self, picture: Picture) -> None:
        """Give a picture to the pipeline if its time has come."""
        self._back_off.picture_came(self._clock.now().mono)
        at = self._later_than_the_last(picture.at)
        self._look_for_loops(at, picture)
        is_sampled = self._is_due(at)
        if not is_sampled and not self._health.is_due(at, is_at_hand=False):
            return
        masks = self._spec.masks
        decoded = DecodedPicture(picture.image, self._converter, masks)
        if self._health.is_due(at, is_at_hand=True):
            self._health.judge(self._looker.look(at, decoded.open_grey(step_of(decoded.size[0]))))
        self._say(self._health.condition, self._health.detail)
        if not is_sampled:
            return
        self.stats.frames_delivered += 1
        condition = self._health.condition
        frame = Frame(self._spec.camera, picture.number, at, decoded, masks, condition)
        self._outlets.on_frame(frame)

    def _look_for_loops(self, at: Moment, picture: Picture) -> None:
        """A film is no camera: whoever plays one again and again means to."""
        if self._is_film or not self._health.wants_points:
            return
        points = points_of(picture.image)
        if points is not None:
            self._health.take_points(at, points)

    def _is_due(self, at: Moment) -> bool:
        if self._spec.sample_fps is None:
            return True
        if at.mono < self._next_due - 1e-6:
            return False
        every = 1 / self._spec.sample_fps
        self._next_due = max(self._next_due + every, at.mono + every / 2)
        return True

    def _later_than_the_last(self, at: Moment) -> Moment:
        """Pictures of one camera never share a moment, whatever the stream says."""
        if at.mono <= self._last_mono:
            late = self._last_mono + 0.001 - at.mono
            at = replace(at, mono=at.mono + late, utc=at.utc + timedelta(seconds=late))
        self._last_mono = at.mono
        return at

    def _await_due(self, due: float) -> None:
        """Keep a live file to its own pace."""
        while not self._stop.is_set() and (left := due - self._clock.now().mono) > 0:
            self._clock.wait(min(left, _SLICE_S))

    def _after_end(self, session: Session) -> None:
        if not session.opening.is_film:
            raise Unreachable(
                f"camera {self._spec.camera}: {shown_url(self._spec.address)} ended the stream; "
                "it is tried again"
            )
        if session.decoded == 0:
            raise faults.nothing_decoded(self._spec)
        self._outlets.ring.end("the film ended")
        self.stats.ended_early = _early_end(session)
        if self._spec.loop and self._spec.mode is Mode.LIVE:
            return
        self._finish(self.stats.ended_early)

    def _after_fault(self, fault: SourceError) -> None:
        if self._spec.mode is Mode.REPLAY:
            self._end_replay(fault)
            return
        self._say_fault(fault)
        self.stats.reconnects += 1
        self._await_due(self._clock.now().mono + self._back_off.next_pause_s())

    def _end_replay(self, fault: SourceError) -> None:
        """A film that breaks off is played as far as it goes; one that never began has failed."""
        if self.stats.frames_decoded:
            self.stats.ended_early = str(fault)
            self._finish(str(fault))
            return
        self.failure = fault
        self._finished = True
        self._say_fault(fault)

    def _finish(self, ended_early: str | None) -> None:
        self._finished = True
        if ended_early is not None:
            _log.warning("source_ended_early", camera=self._spec.camera, reason=ended_early)
        self._say(CameraCondition.FINISHED, ended_early or "")

    def _say_fault(self, fault: SourceError) -> None:
        """Say a fault once, however often it is met again before something else happens."""
        if self._said != (_condition(fault), str(fault)):
            _log.warning("source_failed", camera=self._spec.camera, fault=str(fault))
        self._say(_condition(fault), str(fault))

    def _say(self, condition: CameraCondition, detail: str) -> None:
        if self._said == (condition, detail):
            return
        self._said = (condition, detail)
        _log.info("camera_condition_changed", camera=self._spec.camera, condition=condition.value)
        self._outlets.on_condition(condition, detail)


def _condition(fault: SourceError) -> CameraCondition:
    match fault:
        case Undecodable():
            return CameraCondition.UNDECODABLE
        case Stalled():
            return CameraCondition.NO_FRAMES
        case _:
            return CameraCondition.OFFLINE


def _early_end(session: Session) -> str | None:
    """Say that a file holds less than it declares."""
    opening = session.opening
    declared = opening.declared_s
    covered = session.covered_s
    if opening.is_cut_off:
        of = ""
    elif declared is None or covered >= declared - max(_EARLY_S, _EARLY_SHARE * declared):
        return None
    else:
        of = f" of {declared:.1f} s"
    return (
        f"{shown_url(opening.spec.address)}: ended after {covered:.1f} s{of}: "
        "the file is truncated; what is there was analysed, copy it again"
    )
