from threading import Thread

import pytest
from waiting import wait_until

from edge.errors import DeliveryError
from edge.fleet.box_clock import ClockReading
from edge.fleet.device_report import DeviceReport
from edge.fleet.heartbeat import EVERY_S, Heartbeat
from edge.fleet.status_board import StatusBoard
from edge.fleet.system_clock import SystemClock
from edge.ports import Backlog
from edge.testing.conformance.outbox import accepted, append
from edge.testing.events import BOX, GATE, happenings
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_link import MemoryLink
from edge.testing.memory_outbox import MemoryOutbox
from hazard_library.contract.device import CameraCondition, DeviceState, EvidenceRoom, InferenceUsed
from hazard_library.contract.message import parse
from hazard_library.contract.topics import Channel

CLOCK = ClockReading(synchronised=False, max_error_ms=16_000.0)


class Box:
    """A heartbeat with everything around it; it listens to the link itself."""

    def __init__(self, outbox: MemoryOutbox | None = None) -> None:
        self.board = StatusBoard()
        self.outbox = outbox or MemoryOutbox()
        self.clock = FakeClock()
        self.link = MemoryLink()
        self.report = DeviceReport(
            BOX, "hazard-patrol 0.1.0", self.board, self.outbox, self.clock, lambda: CLOCK
        )
        self.heartbeat = Heartbeat(self.report, self.link, self.clock, self.board)
        self.board.call_on_change(self.heartbeat.wake)

    def connected(self) -> None:
        self.heartbeat.wake()

    def received(self, channel: Channel, payload: bytes) -> None:
        raise AssertionError((channel, payload))

    def pass_time(self, seconds: float) -> None:
        """Step as often as the heartbeat asks for, until the time is over."""
        end = self.clock.now().mono + seconds
        while self.clock.now().mono < end:
            left = end - self.clock.now().mono
            self.clock.wait(max(0.001, min(left, self.heartbeat.step())))
        self.heartbeat.step()

    def states(self) -> list[DeviceState]:
        assert {channel for channel, _ in self.link.published} <= {Channel.STATE}
        return [parse(DeviceState, payload) for _, payload in self.link.published]


@pytest.fixture
def box() -> Box:
    made = Box()
    made.link.start(made)
    return made


def test_what_the_models_run_on_is_told(box: Box) -> None:
    box.board.show_inference(InferenceUsed(backend="openvino", workers=2))
    box.heartbeat.step()
    assert box.states()[-1].inference == InferenceUsed(backend="openvino", workers=2)


def test_the_state_of_the_boxs_clock_and_of_its_evidence_is_told(box: Box) -> None:
    room = EvidenceRoom(
        level="warning_80",
        quota_bytes=100,
        used_bytes=90,
        waiting_bytes=85,
        disk_free_bytes=1000,
        lost_files=2,
    )
    box.board.show_evidence(room)
    box.heartbeat.step()
    state = box.states()[-1]
    assert state.clock is not None
    assert (state.clock.synchronised, state.clock.uncertainty_ms) == (False, 16_000.0)
    assert state.evidence == room


def test_the_birth_is_told_at_once_and_then_every_half_minute(box: Box) -> None:
    box.heartbeat.step()
    assert [one.status for one in box.states()] == ["online"]
    box.pass_time(10 * EVERY_S)
    assert len(box.states()) == 11


def test_a_camera_that_changes_is_told_at_once(box: Box) -> None:
    box.pass_time(5)
    box.board.show_camera(GATE, CameraCondition.FROZEN, START, "same picture for 10 s")
    box.heartbeat.step()
    assert [one.cameras for one in box.states()][-1][0].condition is CameraCondition.FROZEN
    assert len(box.states()) == 2


def test_a_flapping_camera_does_not_flood_and_its_last_word_is_told(box: Box) -> None:
    box.heartbeat.step()
    conditions = [CameraCondition.OK, CameraCondition.OFFLINE] * 50
    for condition in conditions:
        box.board.show_camera(GATE, condition, START)
        box.heartbeat.step()
        box.clock.wait(0.01)
    box.pass_time(1)
    assert len(box.states()) <= 5
    assert box.states()[-1].cameras[0].condition is CameraCondition.OFFLINE


def test_what_could_not_be_told_is_told_when_the_broker_is_back(box: Box) -> None:
    box.pass_time(5)
    box.link.lose_broker()
    box.board.show_camera(GATE, CameraCondition.OFFLINE, START)
    box.pass_time(100)
    assert len(box.states()) == 1
    box.link.find_broker()
    box.heartbeat.step()
    assert box.states()[-1].cameras[0].condition is CameraCondition.OFFLINE


def test_the_state_says_what_waits_and_what_was_dropped(box: Box) -> None:
    first, _ = append(box.outbox, happenings(2))
    box.outbox.settle(accepted(first.id), START)
    box.board.count("frames_dropped", 7)
    box.board.show_config("1" * 64, "site.yaml:3: unknown key `zonse`")
    box.heartbeat.step()
    state = box.states()[0]
    assert (state.boot, state.outbox_pending, state.last_message_no) == (box.outbox.boot, 1, 2)
    assert state.counters == {"frames_dropped": 7}
    assert state.config_error == "site.yaml:3: unknown key `zonse`"
    assert (state.sent_at, state.device) == (START, BOX)


def test_a_box_that_is_about_to_leave_says_so(box: Box) -> None:
    box.board.show_draining()
    box.heartbeat.step()
    assert box.states()[-1].status == "draining"


def test_the_last_will_says_offline_of_this_very_boot(box: Box) -> None:
    will = parse(DeviceState, box.report.last_will())
    assert (will.status, will.boot, will.device) == ("offline", box.outbox.boot, BOX)


class FullDisk(MemoryOutbox):
    """An outbox that fails once."""

    failed = False

    def backlog(self) -> Backlog:
        if not self.failed:
            self.failed = True
            raise DeliveryError("outbox.db: database or disk is full; make room")
        return super().backlog()


def test_a_heartbeat_outlives_an_outbox_that_fails() -> None:
    box = Box(FullDisk())
    box.link.start(box)
    assert box.heartbeat._step_or_wait() >= 0.5
    box.heartbeat._step_or_wait()
    assert box.states()[0].counters == {"heartbeat_failures": 1}


def test_the_thread_tells_a_change_when_woken_and_leaves_when_told() -> None:
    box = Box()
    box.link.start(box)
    heartbeat = Heartbeat(box.report, box.link, SystemClock(), box.board)
    box.board.call_on_change(heartbeat.wake)
    thread = Thread(target=heartbeat.run)
    thread.start()
    wait_until(lambda: len(box.states()) == 1)
    box.board.show_camera(GATE, CameraCondition.OK, START)
    wait_until(lambda: len(box.states()) == 2, within_s=5)
    heartbeat.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_whoever_compares_clocks_learns_which_state_left_and_when() -> None:
    box, told = Box(), []
    box.heartbeat.call_on_publish(lambda state, at: told.append((state, at)))
    box.link.start(box)
    box.heartbeat.step()
    (published,) = [parse(DeviceState, payload) for _, payload in box.link.published]
    assert told == [(published.id, box.clock.now())]
