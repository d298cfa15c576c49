"""One camera alive: a thread that reads and one that judges; their failures stay its own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

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
from edge.runtime.unit_account import Counted, UnitAccount, UnitFigures, UnitWork
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


class CameraUnit:
    """Starts and ends with the engine; its failures stay its own."""

    def __init__(self, parts: UnitParts) -> None:
        self._parts = parts
        self._camera: CameraId = parts.spec.camera
        self._stop = threading.Event()
        self._main = MainUnit(parts.spec.camera, parts.main, parts.board)
        self._condition = CameraCondition.STARTING
        self._detail = ""
        self._failure: str | None = None
        self._budget = RestartBudget()
        self._new_pipeline = parts.new_pipeline
        self._gate = parts.gate
        self._pipeline: CameraPipeline | None = None
        #: From which moment of the stream on another pipeline judges.
        self._turn_mono: float | None = None
        self._reader = self._new_reader()
        unwatched = parts.spec.watch.unwatched
        counted = Counted(self._camera, parts.lane, parts.ring, self._main, parts.board, unwatched)
        self._account = UnitAccount(counted, self._reader)
        self.breath = Breath()
        bodies = {"reader": self._read, "pipeline": self._judge}
        if parts.main is not None:
            bodies["main-stream"] = self._main.run
        self._threads = {
            name: threading.Thread(target=body, name=f"{name}-{self._camera}", daemon=True)
            for name, body in bodies.items()
        }

    @property
    def camera(self) -> CameraId:
        """The camera's id."""
        return self._camera

    @property
    def is_over(self) -> bool:
        """Whether all threads have left."""
        return all(
            thread.ident is not None and not thread.is_alive() for thread in self._threads.values()
        )

    @property
    def figures(self) -> UnitFigures:
        """What it did so far."""
        return self._account.figures(self._failure)

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
        return self._account.work

    def is_stuck(self, mono: float) -> bool:
        """Whether its pipeline has not moved for too long; a dead one says so otherwise."""
        return self._threads["pipeline"].is_alive() and self.breath.is_stuck(mono)

    def start(self) -> None:
        """Start all threads."""
        self.breath.taken(self._parts.clock.now(), waiting=False)
        for thread in self._threads.values():
            thread.start()

    def stop(self) -> None:
        """Ask all to leave; frames under way are judged first."""
        self._stop.set()
        self._main.stop()

    def join(self, timeout_s: float) -> bool:
        """Wait for them; False when one did not leave in time."""
        for thread in self._threads.values():
            thread.join(timeout_s)
        return self.is_over

    def _new_reader(self) -> CameraReader:
        outlets = ReaderOutlets(self._parts.ring, self._take, self._say)
        return CameraReader(self._parts.spec, self._parts.clock, outlets)

    def _take(self, frame: Frame) -> None:
        self._account.picture_came(frame.at.utc)
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
        return gate.decide(small_grey(frame), frame.at, judged)

    def _say(self, condition: CameraCondition, detail: str) -> None:
        self._condition, self._detail = condition, detail
        now = self._parts.clock.now().utc
        self._parts.board.show_camera(self._camera, condition, now, detail)

    def _read(self) -> None:
        try:
            while not self._stop.is_set():
                if self._survives("reader_crashed", lambda: self._reader.run(self._stop)):
                    break
                self._reader = self._new_reader()
                self._account.go_on_with(self._reader)
        finally:
            self._main.stop()
            self._parts.lane.finish()

    def _judge(self) -> None:
        while not self._survives("pipeline_crashed", self._judge_all):
            pass
        # What was dropped since the last time is told too.
        self._account.tell_counts()
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
            self._account.tell_when_due(now)
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
        self._account.picture_judged()
        if looked.fault is not None:
            self._show_not_analysed(looked.fault)
        elif self._condition is not CameraCondition.FINISHED:
            now = self._parts.clock.now().utc
            detail = self._detail or self._main.note or self._account.behind
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
