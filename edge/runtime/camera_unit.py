"""One camera alive: a thread that reads and one that judges; their failures stay its own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from edge.core.looking_gate import Decision, LookingGate
from edge.core.moment import Moment
from edge.fleet.status_board import StatusBoard
from edge.inference.lane import Lane, Looked
from edge.inference.small_grey import small_grey
from edge.ports import Clock, Frame
from edge.runtime.breath import Breath
from edge.runtime.camera_pipeline import CameraPipeline
from edge.runtime.main_unit import MainUnit
from edge.runtime.restart_budget import RestartBudget
from edge.runtime.unit_work import UnitWork
from edge.video.main_stream import MainStream
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderOutlets
from edge.video.source import Mode, SourceSpec
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId

_log = structlog.get_logger(__name__)

_IDLE_S = 0.5
#: A frame that waits longer for its result means that analysis has quietly stopped.
_NOT_ANALYSED_AFTER_S = 8.0
_FIGURES_EVERY_S = 5.0
#: A camera that gets so much of its rate is held.
_HELD = 0.95
_OVERLOADED = (
    "only {share:.0%} of its pictures are analysed: the box is overloaded; lower sample_fps, "
    "take cameras off it, or run patrol edge tune"
)
_BLIND = {CameraCondition.FROZEN, CameraCondition.DARK_OR_COVERED, CameraCondition.LOOPED}
_AWAY = {CameraCondition.OFFLINE, CameraCondition.NO_FRAMES, CameraCondition.UNDECODABLE}


@dataclass(frozen=True, slots=True)
class UnitParts:
    """What a camera is made of.

    new_pipeline: makes one that goes on with what was open before.
    give_up: told once, with the reason, when a camera is lost for this run.
    gate: says which pictures need no look; None: every picture is looked at.
    main: reads the stream that clips are cut from, at a camera with two; its failure is a note.
    """

    spec: SourceSpec
    ring: PacketRing
    lane: Lane
    new_pipeline: Callable[[], CameraPipeline]
    give_up: Callable[[str], None]
    board: StatusBoard
    clock: Clock
    gate: LookingGate | None = None
    main: MainStream | None = None


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


class CameraUnit:
    """Starts and ends with the engine; its failures stay its own."""

    def __init__(self, parts: UnitParts) -> None:
        self._parts = parts
        self._camera: CameraId = parts.spec.camera
        self._stop = threading.Event()
        self._main = MainUnit(parts.spec.camera, parts.main, parts.board)
        self._condition = CameraCondition.STARTING
        self._detail = ""
        self._first_at: datetime | None = None
        self._failure: str | None = None
        self._told: dict[str, int] = {}
        self._figures_mono = float("-inf")
        self._looked = 0
        self._judged = 0
        #: Pictures decoded and judged per second, and how many were decoded when that was told.
        self._rates = (0.0, 0.0)
        self._decoded = 0
        self._budget = RestartBudget()
        self._behind = ""
        self._new_pipeline = parts.new_pipeline
        self._gate = parts.gate
        self._pipeline: CameraPipeline | None = None
        #: From which moment of the stream on another pipeline judges.
        self._turn_mono: float | None = None
        self._reader = self._new_reader()
        self._earlier = (0, 0)
        self.breath = Breath()
        bodies = {"reader": self._read, "pipeline": self._judge}
        if parts.main is not None:
            bodies["main-stream"] = self._main.run
        self._threads = tuple(
            threading.Thread(target=body, name=f"{name}-{self._camera}", daemon=True)
            for name, body in bodies.items()
        )

    @property
    def camera(self) -> CameraId:
        """The camera's id."""
        return self._camera

    @property
    def is_over(self) -> bool:
        """Whether all threads have left."""
        return all(thread.ident is not None and not thread.is_alive() for thread in self._threads)

    @property
    def figures(self) -> UnitFigures:
        """What it did so far."""
        stats = self._reader.stats
        return UnitFigures(
            packets=self._earlier[0] + stats.packets,
            frames=self._earlier[1] + stats.frames_decoded,
            seconds=stats.seconds,
            dropped=self._parts.lane.dropped,
            undecodable=stats.decode_errors,
            first_at=self._first_at,
            ended_early=stats.ended_early,
            failure=self._failure or _sentence(self._reader),
        )

    @property
    def spec(self) -> SourceSpec:
        """Where its pictures come from."""
        return self._parts.spec

    @property
    def lane(self) -> Lane:
        """Its way through the workers."""
        return self._parts.lane

    def rejudge(
        self, new_pipeline: Callable[[], CameraPipeline], gate: LookingGate | None = None
    ) -> None:
        """Judge by other rules from now on, without losing a picture or what is open.

        Pictures on their way belong to the pipeline that they were read for.
        """
        self._new_pipeline = new_pipeline
        self._gate = gate
        self._turn_mono = self._parts.clock.now().mono

    def adopt_configuration(self, sha256: str) -> None:
        """Name another configuration in what is told from now on."""
        if self._pipeline is not None:
            self._pipeline.adopt_configuration(sha256)

    def close_open_incidents(self, reason: str) -> None:
        """Close what is open, after the unit has ended: nobody else will."""
        self._new_pipeline().finish(reason)

    @property
    def work(self) -> UnitWork:
        """What it costs and loses; asked from any thread."""
        stats, ring = self._reader.stats, self._parts.ring.counters
        seconds, looks = self._parts.lane.spent
        return UnitWork(
            fps_in=self._rates[0],
            fps_out=self._rates[1],
            queue_length=self._parts.lane.waiting,
            frames_in=self._earlier[1] + stats.frames_decoded,
            frames_out=self._judged,
            decode_seconds=stats.decode_s,
            inference_seconds=seconds,
            inferences=looks,
            reconnects=stats.reconnects,
            drops={
                "too_late": self._parts.lane.dropped,
                "undecodable": stats.decode_errors,
                "ring_before_key_frame": ring.dropped_before_keyframe,
                "ring_too_large": ring.dropped_for_size,
            },
        )

    def is_stuck(self, mono: float) -> bool:
        """Whether its pipeline has not moved for too long; a dead one says so otherwise."""
        return self._threads[1].is_alive() and self.breath.is_stuck(mono)

    def start(self) -> None:
        """Start all threads."""
        self.breath.taken(self._parts.clock.now(), waiting=False)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask all to leave; frames under way are judged first."""
        self._stop.set()
        self._main.stop()

    def join(self, timeout_s: float) -> bool:
        """Wait for them; False when one did not leave in time."""
        for thread in self._threads:
            thread.join(timeout_s)
        return self.is_over

    def _new_reader(self) -> CameraReader:
        outlets = ReaderOutlets(self._parts.ring, self._take, self._say)
        return CameraReader(self._parts.spec, self._parts.clock, outlets)

    def _take(self, frame: Frame) -> None:
        if self._first_at is None:
            self._first_at = frame.at.utc
        if frame.condition in _BLIND:
            self._parts.lane.offer(frame, self._detail)
            return
        decision = self._decided(frame)
        if decision is Decision.WAIT:
            self._parts.board.count("frames_gated")
            return
        self._parts.lane.offer(frame, is_still=decision is Decision.STILL)

    def _decided(self, frame: Frame) -> Decision:
        gate, pipeline = self._gate, self._pipeline
        if gate is None:
            return Decision.LOOK
        judged = None if pipeline is None else pipeline.judged
        return gate.decide(small_grey(frame.pixels), frame.at, judged)

    def _say(self, condition: CameraCondition, detail: str) -> None:
        self._condition, self._detail = condition, detail
        now = self._parts.clock.now().utc
        self._parts.board.show_camera(self._camera, condition, now, detail)

    def _read(self) -> None:
        try:
            while not self._stop.is_set():
                if self._survives("reader_crashed", lambda: self._reader.run(self._stop)):
                    break
                self._earlier = (self.figures.packets, self.figures.frames)
                self._reader = self._new_reader()
        finally:
            self._main.stop()
            self._parts.lane.finish()

    def _judge(self) -> None:
        while not self._survives("pipeline_crashed", self._judge_all):
            pass
        # What was dropped since the last time is told too.
        self._tell_counts()
        if self._failure is not None:
            self._parts.give_up(self._failure)

    def _judge_all(self) -> None:
        pipeline = self._pipeline = self._new_pipeline()
        last_mono = self._parts.clock.now().mono
        while not self._parts.lane.is_over:
            looked = self._parts.lane.next_looked(_IDLE_S)
            now = self._parts.clock.now()
            self.breath.taken(now, waiting=looked is None and self._parts.lane.is_busy)
            pipeline = self._turned(pipeline, now if looked is None else looked.frame.at)
            if looked is None:
                self._idle(pipeline, now, last_mono)
            else:
                last_mono = now.mono
                self._step(pipeline, looked)
            self._tell_figures(now)
        if not self._stop.is_set() and self._condition is CameraCondition.FINISHED:
            pipeline.finish(self._detail or "the film ended")
        if pipeline.untold:
            self._failure = f"{pipeline.untold} events could not be kept; look at the disk"

    def _turned(self, pipeline: CameraPipeline, at: Moment) -> CameraPipeline:
        """Return who judges from this moment on."""
        if self._turn_mono is None or at.mono <= self._turn_mono:
            return pipeline
        self._turn_mono = None
        following = self._new_pipeline()
        pipeline.hand_over(following)
        self._pipeline = following
        return following

    def _step(self, pipeline: CameraPipeline, looked: Looked) -> None:
        pipeline.step(looked)
        self._looked += 1
        self._judged += 1
        if looked.fault is not None:
            self._show_not_analysed(looked.fault)
        elif self._condition is not CameraCondition.FINISHED:
            now = self._parts.clock.now().utc
            detail = self._detail or self._main.note or self._behind
            self._parts.board.show_camera(self._camera, self._condition, now, detail)

    def _idle(self, pipeline: CameraPipeline, now: Moment, last_mono: float) -> None:
        """Nothing came: a live camera's open incidents must not wait for its next picture."""
        if self._parts.spec.mode is Mode.REPLAY:
            return
        if self._condition in _AWAY:
            pipeline.unseen(now, self._detail, self._condition)
        elif self._parts.lane.is_busy and now.mono - last_mono > _NOT_ANALYSED_AFTER_S:
            self._show_not_analysed("no result of the model; is the box overloaded?")
            pipeline.unseen(now, "not analysed", self._condition)

    def _show_not_analysed(self, detail: str) -> None:
        now = self._parts.clock.now().utc
        self._parts.board.show_camera(self._camera, CameraCondition.NOT_ANALYSED, now, detail)

    def _tell_figures(self, now: Moment) -> None:
        elapsed = now.mono - self._figures_mono
        if elapsed < _FIGURES_EVERY_S:
            return
        if self._figures_mono > float("-inf"):
            self._rates = (
                max(0.0, round((self.figures.frames - self._decoded) / elapsed, 2)),
                round(self._looked / elapsed, 2),
            )
            self._parts.board.show_fps(self._camera, self._rates[1])
            self._notice_overload()
        self._looked = 0
        self._decoded = self.figures.frames
        self._figures_mono = now.mono
        self._tell_counts()

    def _notice_overload(self) -> None:
        """Say so while pictures are dropped because the models are busy with others."""
        dropped = self._parts.lane.dropped - self._told.get("frames_dropped", 0)
        share = self._looked / max(self._looked + dropped, 1)
        behind = ""
        if share < _HELD:
            # In steps of ten, so that the state does not change with every look at it.
            behind = _OVERLOADED.format(share=round(share, 1))
        if bool(behind) != bool(self._behind):
            _log.warning(
                "camera_below_its_rate" if behind else "camera_at_its_rate_again",
                camera=self._camera,
                share=round(share, 2),
            )
        self._behind = behind

    def _tell_counts(self) -> None:
        """Add what was dropped or went wrong since the last time to the box's counters."""
        stats, ring = self._reader.stats, self._parts.ring.counters
        counts = {
            "frames_dropped": self._parts.lane.dropped,
            "frames_undecodable": stats.decode_errors,
            "camera_reconnects": stats.reconnects,
            "main_stream_reconnects": self._main.reconnects,
            "ring_packets_dropped": ring.dropped_before_keyframe + ring.dropped_for_size,
        }
        for name, count in counts.items():
            # A reader that was begun anew counts from 0 again.
            told = self._told.get(name, 0)
            self._parts.board.count(name, count - told if count >= told else count)
        self._told = counts

    def _survives(self, event: str, body: Callable[[], None]) -> bool:
        """Run a thread's body; False: it crashed and shall begin anew within the budget."""
        try:
            body()
        except Exception as fault:  # noqa: BLE001 - outermost: told, counted, begun anew
            _log.exception(event, camera=self._camera)
            self._parts.board.count(event)
            self._show_not_analysed(f"{type(fault).__name__}: {fault}")
            if self._is_lost():
                self._failure = f"{event}: {type(fault).__name__}: {fault}"
                self._parts.lane.close()
                return True
            return False
        return True

    def _is_lost(self) -> bool:
        """A replay that crashed cannot be exact any more; a live camera may try a few times."""
        if self._parts.spec.mode is Mode.REPLAY:
            return True
        return not self._budget.allows(self._parts.clock.now())


def _sentence(reader: CameraReader) -> str | None:
    return None if reader.failure is None else str(reader.failure)
