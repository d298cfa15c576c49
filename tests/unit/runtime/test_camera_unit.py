from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
from waiting import wait_until

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.detections import Detections
from edge.core.looking_gate import GateSettings, LookingGate
from edge.core.moment import Moment
from edge.errors import NothingToLookFor
from edge.fleet.box_clock import ClockReading, state_of
from edge.fleet.status_board import StatusBoard
from edge.fleet.system_clock import SystemClock
from edge.inference.lane import Waiting
from edge.inference.workers import Workers
from edge.ports import Pixels, RawBoxes
from edge.runtime.breath import STUCK_AFTER_S
from edge.runtime.camera_pipeline import CameraPipeline, PipelineParts
from edge.runtime.camera_unit import CameraUnit, UnitParts
from edge.runtime.events import EventFacts
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.memory_recorder import MemoryRecorder
from edge.testing.painted_film import write_film
from edge.testing.scripted_backend import NOTHING
from edge.video.main_stream import MainStream
from edge.video.packet_ring import PacketRing
from edge.video.source import FileAddress, Mode, RtspAddress, SourceSpec
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId, DeviceId

WITHIN_S = 30.0


@dataclass
class Site:
    """Cameras on one set of workers; everything else in memory."""

    film: Path
    look: Callable[[Pixels], RawBoxes] = lambda _: NOTHING
    board: StatusBoard = field(default_factory=StatusBoard)
    recorder: MemoryRecorder = field(default_factory=MemoryRecorder)
    clock: SystemClock = field(default_factory=SystemClock)
    units: list[CameraUnit] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.workers = Workers(2, self.board)

    def add(
        self,
        name: str,
        mode: Mode,
        crashes: int = 0,
        gate: LookingGate | None = None,
        main: MainStream | None = None,
    ) -> CameraUnit:
        camera = CameraId(name)
        left = [crashes]

        def new_pipeline() -> CameraPipeline:
            if left[0] > 0:
                left[0] -= 1
                raise RuntimeError("a mistake of ours")
            outbox = MemoryOutbox()
            facts = EventFacts(
                device=DeviceId("box-1"),
                boot=outbox.boot,
                models={},
                severities={},
                catalogue_sha256="a" * 64,
                config_sha256="b" * 64,
                clock=lambda at: state_of("arrival", at, ClockReading),
            )
            parts = PipelineParts(self.recorder, outbox, self.clock, self.board)
            core = CameraCore(CoreSpec(facts.device, camera, ()))
            return CameraPipeline(camera, core, facts, parts)

        spec = SourceSpec(camera, FileAddress(self.film), mode, loop=mode is Mode.LIVE)
        waiting = Waiting.NEWEST if mode is Mode.LIVE else Waiting.EVERY
        look = lambda pixels: self.look(pixels)  # noqa: E731, PLW0108 - tests change it on the way
        lane = self.workers.open_lane(camera, waiting, look)
        unit = CameraUnit(
            UnitParts(
                spec=spec,
                ring=PacketRing(),
                lane=lane,
                new_pipeline=new_pipeline,
                give_up=self.given_up.append,
                board=self.board,
                clock=self.clock,
                gate=gate,
                main=main,
            )
        )
        self.units.append(unit)
        return unit

    def start(self) -> None:
        self.workers.start()
        for unit in self.units:
            unit.start()

    def stop(self) -> None:
        for unit in self.units:
            unit.stop()
        for unit in self.units:
            assert unit.join(WITHIN_S)
        self.workers.stop()

    def condition(self, name: str) -> CameraCondition | None:
        cameras = self.board.snapshot().cameras
        return next((one.condition for one in cameras if one.camera == name), None)

    def detail(self, name: str) -> str:
        cameras = self.board.snapshot().cameras
        return next((one.detail for one in cameras if one.camera == name), "")

    def shed(self, name: str) -> float | None:
        cameras = self.board.snapshot().cameras
        return next((one.shed for one in cameras if one.camera == name), None)

    def looks(self, name: str) -> int:
        return sum(camera == name for camera, _, _ in list(self.recorder.observed))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(write_film(tmp_path / "film.mp4", 2))
    yield made
    made.stop()


def test_a_replay_ends_by_itself_and_its_clips_may_end_too(site: Site) -> None:
    unit = site.add("gate", Mode.REPLAY)
    site.start()
    wait_until(lambda: unit.is_over, WITHIN_S, "the end of the film")
    assert unit.figures.frames == 20
    assert site.looks("gate") == 20
    assert [camera for camera, _ in site.recorder.ended] == ["gate"]
    assert site.condition("gate") is CameraCondition.FINISHED


def test_a_camera_whose_pipeline_crashes_stays_down_alone_and_says_so(site: Site) -> None:
    broken = site.add("broken", Mode.LIVE, crashes=99)
    site.add("gate", Mode.LIVE)
    site.start()
    wait_until(lambda: broken.figures.failure is not None, WITHIN_S, "giving up")
    before = site.looks("gate")
    wait_until(lambda: site.looks("gate") > before + 5, WITHIN_S, "the other camera going on")
    assert broken.figures.failure == "pipeline_crashed: RuntimeError: a mistake of ours"
    assert site.board.counters()["pipeline_crashed"] == 6
    assert site.condition("broken") is CameraCondition.NOT_ANALYSED
    wait_until(lambda: bool(site.given_up), WITHIN_S, "its clips being let go")


def test_a_pipeline_that_crashed_twice_goes_on(site: Site) -> None:
    site.add("gate", Mode.LIVE, crashes=2)
    site.start()
    wait_until(lambda: site.looks("gate") > 5, WITHIN_S, "looks after the crashes")
    wait_until(lambda: site.condition("gate") is CameraCondition.OK, WITHIN_S, "being well")
    assert site.board.counters()["pipeline_crashed"] == 2


def test_a_replay_that_crashed_has_failed_because_it_would_not_be_exact(site: Site) -> None:
    unit = site.add("gate", Mode.REPLAY, crashes=1)
    site.start()
    wait_until(lambda: unit.is_over, WITHIN_S, "the end")
    assert unit.figures.failure is not None
    assert site.given_up == [unit.figures.failure]


def test_a_model_that_fails_shows_the_camera_as_not_analysed_until_it_works_again(
    site: Site,
) -> None:
    works = Event()

    def look(_: Pixels) -> RawBoxes:
        if not works.is_set():
            raise RuntimeError("broken kernel")
        return NOTHING

    site.look = look
    site.add("gate", Mode.LIVE)
    site.start()
    wait_until(
        lambda: site.condition("gate") is CameraCondition.NOT_ANALYSED, WITHIN_S, "being told"
    )
    works.set()
    wait_until(lambda: site.condition("gate") is CameraCondition.OK, WITHIN_S, "being well")


def test_a_camera_that_no_model_looks_at_says_so_and_why(site: Site) -> None:
    def look(_: Pixels) -> RawBoxes:
        raise NothingToLookFor("nothing is looked for: ppe was refused")

    site.look = look
    site.add("gate", Mode.LIVE)
    site.start()
    wait_until(
        lambda: site.condition("gate") is CameraCondition.NOT_ANALYSED, WITHIN_S, "being told"
    )
    (state,) = site.board.snapshot().cameras
    assert state.detail == "nothing is looked for: ppe was refused"
    assert site.board.counters()["frames_not_analysed"] > 0


def test_frames_that_a_live_camera_drops_are_counted_on_the_board(site: Site) -> None:
    slow = Event()

    def look(_: Pixels) -> RawBoxes:
        slow.wait(0.3)  # slower than the film: some pictures are kept and some let go all the time
        return NOTHING

    site.look = look
    unit = site.add("gate", Mode.LIVE)
    site.start()
    wait_until(lambda: unit.figures.dropped >= 3, WITHIN_S, "drops")
    wait_until(lambda: site.board.counters().get("frames_dropped", 0) >= 3, WITHIN_S, "the counter")
    wait_until(lambda: 0 < (site.shed("gate") or 0) < 1, WITHIN_S, "the share that was let go")


def test_what_was_dropped_shortly_before_the_end_is_counted_too(site: Site) -> None:
    gate = Event()

    def look(_: Pixels) -> RawBoxes:
        gate.wait(WITHIN_S)
        return NOTHING

    site.look = look
    unit = site.add("gate", Mode.LIVE)
    site.start()
    wait_until(lambda: site.board.counters().get("frames_dropped", 0) > 0, WITHIN_S, "a count")
    told = site.board.counters()["frames_dropped"]
    wait_until(lambda: unit.figures.dropped > told, WITHIN_S, "another drop")
    unit.stop()
    gate.set()
    assert unit.join(WITHIN_S)
    assert site.board.counters()["frames_dropped"] == unit.figures.dropped


def test_a_camera_that_is_judged_anew_loses_no_picture(site: Site) -> None:
    unit = site.add("gate", Mode.LIVE)
    site.start()
    for number in range(1, 4):
        wait_until(lambda n=number: site.looks("gate") >= 8 * n, WITHIN_S, "some looks")
        unit.rejudge(unit._parts.new_pipeline)
    wait_until(lambda: site.looks("gate") >= 32, WITHIN_S, "looks after the last change")
    unit.stop()
    assert unit.join(WITHIN_S)
    assert site.looks("gate") + unit.figures.dropped == unit.figures.frames
    moments = [at.mono for camera, at, _ in site.recorder.observed if camera == "gate"]
    assert moments == sorted(set(moments))


def test_who_judges_after_a_change_names_the_configuration_of_that_change(site: Site) -> None:
    unit = site.add("gate", Mode.LIVE)
    made: list[CameraPipeline] = []

    def another() -> CameraPipeline:
        made.append(unit._parts.new_pipeline())
        return made[-1]

    site.start()
    wait_until(lambda: site.looks("gate") >= 3, WITHIN_S, "some looks")
    unit.rejudge(another)
    wait_until(lambda: bool(made) and unit._pipeline is made[0], WITHIN_S, "the turn")
    unit.adopt_configuration("c" * 64)
    assert made[0]._facts.config_sha256 == "c" * 64


def test_a_still_camera_is_judged_at_its_rate_and_its_rested_pictures_are_counted(
    site: Site,
) -> None:
    looks: list[int] = []

    def look(_: Pixels) -> RawBoxes:
        looks.append(1)
        return NOTHING

    site.look = look
    blind_to_change = GateSettings(full_look_every_s=1e9, near=1e3, far=1e3)
    site.add("gate", Mode.LIVE, gate=LookingGate(blind_to_change))
    site.start()
    wait_until(lambda: site.looks("gate") > 10, WITHIN_S, "pictures being judged")
    wait_until(lambda: site.board.counters().get("frames_gated", 0) >= 10, WITHIN_S, "the counter")
    # The film is opened anew at its end: nothing else than its first picture needs a look.
    assert len(looks) == site.board.counters()["frames_looked_at"] == 1


class StuckRecorder(MemoryRecorder):
    """A recorder whose disk does not answer until the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = Event()

    def observe(self, camera: CameraId, at: Moment, detections: Detections) -> None:
        self.answers.wait(WITHIN_S)
        super().observe(camera, at, detections)


def test_a_pipeline_that_is_stuck_breathes_no_more(site: Site) -> None:
    disk = StuckRecorder()
    site.recorder = disk
    unit = site.add("gate", Mode.LIVE)
    site.start()
    began = site.clock.now().mono
    wait_until(lambda: unit.lane.is_busy, WITHIN_S, "pictures that wait")
    Event().wait(1.5)
    assert unit.is_stuck(began + STUCK_AFTER_S + 1.5)
    disk.answers.set()
    wait_until(lambda: not unit.is_stuck(began + STUCK_AFTER_S + 1.5), WITHIN_S, "its breath")


def test_a_main_stream_that_is_away_is_a_note_at_a_camera_that_is_well(site: Site) -> None:
    gate = CameraId("gate")
    nowhere = SourceSpec(gate, RtspAddress("127.0.0.1", 9, "/main"))
    site.add("gate", Mode.LIVE, main=MainStream(nowhere, site.clock, PacketRing()))
    site.start()
    wait_until(lambda: "clips are cut from the sub-stream" in site.detail("gate"))
    assert site.condition("gate") is CameraCondition.OK
    assert "refuses the connection" in site.detail("gate")


def test_a_main_stream_that_crashes_leaves_its_camera_alone(site: Site) -> None:
    class Crashing(MainStream):
        """Has a mistake of ours."""

        def run(self, stop: Event) -> None:
            """Crash."""
            raise RuntimeError(f"a mistake of ours, {stop.is_set()=}")

    nowhere = SourceSpec(CameraId("gate"), RtspAddress("127.0.0.1", 9, "/main"))
    site.add("gate", Mode.LIVE, main=Crashing(nowhere, site.clock, PacketRing()))
    site.start()
    wait_until(lambda: site.board.counters().get("main_stream_crashed", 0) >= 1)
    had = site.looks("gate")
    wait_until(lambda: site.looks("gate") > had + 5)
    assert site.given_up == []
