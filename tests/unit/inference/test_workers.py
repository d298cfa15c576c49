import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from edge.core.moment import Moment
from edge.inference.lane import Lane, Looked, Waiting
from edge.inference.workers import Workers
from edge.ports import Frame, Pixels, RawBoxes
from edge.testing.fake_clock import FakeClock
from edge.testing.scripted_backend import NOTHING, raw_boxes
from edge.testing.tally import Tally
from hazard_library.contract.ids import CameraId

DEADLINE_S = 20.0


def _frame(number: int, camera: str = "gate") -> Frame:
    pixels = np.full((2, 2, 3), number % 256, np.uint8)
    return Frame(
        CameraId(camera), number, Moment(number / 10, datetime(2026, 1, 1, tzinfo=UTC)), pixels
    )


def _all_of(lane: Lane) -> list[Looked]:
    found: list[Looked] = []
    while not lane.is_over:
        looked = lane.next_looked(DEADLINE_S)
        if looked is not None:
            found.append(looked)
    return found


def _feed(lane: Lane, numbers: range) -> threading.Thread:
    def run() -> None:
        for number in numbers:
            lane.offer(_frame(number, lane.camera))
        lane.finish()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_results_come_in_the_order_of_the_frames_when_a_later_frame_is_ready_first() -> None:
    second_is_done = threading.Event()

    def slow_first(pixels: Pixels) -> RawBoxes:
        if pixels[0, 0, 0] == 1:
            assert second_is_done.wait(DEADLINE_S)
        else:
            second_is_done.set()
        return NOTHING

    workers = Workers(2, Tally())
    lane = workers.open_lane(CameraId("gate"), Waiting.EVERY, slow_first)
    workers.start()
    _feed(lane, range(1, 3))
    assert [looked.frame.number for looked in _all_of(lane)] == [1, 2]
    workers.stop()


def test_a_replay_drops_nothing_however_slow_the_model_and_keeps_the_order() -> None:
    workers = Workers(3, Tally())
    lanes = [
        workers.open_lane(CameraId(name), Waiting.EVERY, lambda _: NOTHING)
        for name in ("gate", "yard")
    ]
    workers.start()
    for lane in lanes:
        _feed(lane, range(1, 201))
    for lane in lanes:
        assert [looked.frame.number for looked in _all_of(lane)] == list(range(1, 201))
        assert lane.dropped == 0
    workers.stop()


def test_a_live_camera_keeps_the_newest_frame_and_counts_what_it_replaced() -> None:
    gate = threading.Event()

    def wait_for_gate(_: Pixels) -> RawBoxes:
        assert gate.wait(DEADLINE_S)
        return NOTHING

    workers = Workers(1, Tally())
    lane = workers.open_lane(CameraId("gate"), Waiting.NEWEST, wait_for_gate)
    for number in range(1, 11):
        lane.offer(_frame(number))
    lane.finish()
    workers.start()
    gate.set()
    assert [looked.frame.number for looked in _all_of(lane)] == [10]
    assert lane.dropped == 9
    workers.stop()


def test_a_replay_waits_for_its_pipeline_instead_of_piling_frames_up() -> None:
    seen: list[int] = []

    def look(pixels: Pixels) -> RawBoxes:
        seen.append(int(pixels[0, 0, 0]))
        return NOTHING

    workers = Workers(1, Tally())
    lane = workers.open_lane(CameraId("gate"), Waiting.EVERY, look)
    workers.start()
    feeder = _feed(lane, range(1, 101))
    first = lane.next_looked(DEADLINE_S)
    assert first is not None
    # one is out; three may be under way and three may wait: the feeder cannot be done
    assert feeder.is_alive()
    assert len(seen) <= 1 + 3
    assert len(_all_of(lane)) == 99
    workers.stop()


def test_a_camera_whose_pipeline_hangs_does_not_stop_another() -> None:
    workers = Workers(2, Tally())
    hanging = workers.open_lane(CameraId("hangs"), Waiting.EVERY, lambda _: NOTHING)
    lane = workers.open_lane(CameraId("gate"), Waiting.EVERY, lambda _: NOTHING)
    workers.start()
    stuck = _feed(hanging, range(1, 101))
    _feed(lane, range(1, 101))
    assert len(_all_of(lane)) == 100
    assert stuck.is_alive()
    workers.stop()
    stuck.join(DEADLINE_S)
    assert not stuck.is_alive()


def test_a_picture_the_model_fails_on_comes_back_with_the_fault_and_is_counted() -> None:
    def fail_on_two(pixels: Pixels) -> RawBoxes:
        if pixels[0, 0, 0] == 2:
            raise RuntimeError("broken kernel")
        return NOTHING

    counters = Tally()
    workers = Workers(2, counters)
    lane = workers.open_lane(CameraId("gate"), Waiting.EVERY, fail_on_two)
    workers.start()
    _feed(lane, range(1, 4))
    assert [(looked.frame.number, looked.fault) for looked in _all_of(lane)] == [
        (1, None),
        (2, "the model failed: broken kernel"),
        (3, None),
    ]
    assert counters["frames_not_analysed"] == 1
    workers.stop()


def test_a_still_picture_asks_nobody_and_takes_nobodys_place() -> None:
    asked: list[int] = []

    def look(pixels: Pixels) -> RawBoxes:
        asked.append(int(pixels[0, 0, 0]))
        return NOTHING

    workers = Workers(1, Tally())
    lane = workers.open_lane(CameraId("gate"), Waiting.NEWEST, look)
    lane.offer(_frame(1))
    lane.offer(_frame(2), is_still=True)
    workers.start()
    first = lane.next_looked(DEADLINE_S)
    lane.offer(_frame(3), is_still=True)
    second = lane.next_looked(DEADLINE_S)
    workers.stop()
    assert first is not None
    assert second is not None
    assert (first.frame.number, first.is_still, first.boxes) == (1, False, NOTHING)
    assert (second.frame.number, second.is_still, second.boxes) == (3, True, None)
    assert (asked, lane.dropped) == ([1], 0)


class TakesSeveral:
    """Looks at up to three pictures in one run; a black one breaks the whole run."""

    most_pictures = 3
    key = "the same models"

    def __init__(self) -> None:
        self.runs: list[int] = []
        self.takes: Callable[[], None] = lambda: None

    def detect_all(self, pictures: Sequence[Pixels]) -> tuple[RawBoxes, ...]:
        self.runs.append(len(pictures))
        self.takes()
        if any(not pixels.any() for pixels in pictures):
            raise RuntimeError("broken kernel")
        return tuple(raw_boxes(("person", p[0, 0, 0] / 256, (0, 0, 1, 1))) for p in pictures)


def _waiting_cameras(
    numbers: Sequence[int],
) -> tuple[Workers, list[Lane], TakesSeveral, Tally, FakeClock]:
    """One camera for each number, a frame of that grey waiting at each."""
    together, counters, clock = TakesSeveral(), Tally(), FakeClock()
    workers = Workers(1, counters, clock)
    lanes = []
    for number in numbers:
        lane = workers.open_lane(CameraId(f"c{number}"), Waiting.NEWEST, lambda _: NOTHING)
        lane.together = together
        lane.offer(_frame(number, lane.camera))
        lanes.append(lane)
    return workers, lanes, together, counters, clock


def test_cameras_of_the_same_models_are_looked_at_in_one_run() -> None:
    workers, lanes, together, _, _ = _waiting_cameras(range(10, 60, 10))
    other = workers.open_lane(CameraId("other"), Waiting.NEWEST, lambda _: NOTHING)
    other.offer(_frame(1, "other"))
    workers.start()
    for number, lane in zip(range(10, 60, 10), lanes, strict=True):
        looked = lane.next_looked(DEADLINE_S)
        assert looked is not None
        assert looked.boxes is not None
        assert looked.boxes.scores[0] == np.float32(number / 256)
    assert other.next_looked(DEADLINE_S) is not None
    workers.stop()
    assert together.runs == [3, 2]


def test_a_run_of_several_pictures_is_shared_out_among_their_cameras() -> None:
    workers, lanes, together, _, clock = _waiting_cameras((10, 20, 30, 40))
    together.takes = lambda: clock.wait(6.0)
    workers.start()
    for lane in lanes:
        assert lane.next_looked(DEADLINE_S) is not None
    workers.stop()
    assert together.runs == [3], "the fourth was looked at alone, by its own look"
    assert [lane.spent for lane in lanes] == [(2.0, 1), (2.0, 1), (2.0, 1), (0.0, 1)]


def test_a_run_in_vain_is_charged_too_and_so_is_a_look_that_failed() -> None:
    workers, lanes, together, _, clock = _waiting_cameras((0, 10))
    together.takes = lambda: clock.wait(6.0)

    def fail(_: Pixels) -> RawBoxes:
        clock.wait(5.0)
        raise RuntimeError("broken kernel")

    lanes[0].look = fail
    workers.start()
    for lane in lanes:
        assert lane.next_looked(DEADLINE_S) is not None
    workers.stop()
    assert [lane.spent for lane in lanes] == [(8.0, 1), (3.0, 1)]


def test_a_picture_that_nobody_is_asked_about_costs_nothing() -> None:
    workers, (lane,), _, _, _ = _waiting_cameras((10,))
    lane.offer(_frame(11, lane.camera), "covered")
    workers.start()
    looked = lane.next_looked(DEADLINE_S)
    workers.stop()
    assert looked is not None
    assert (looked.blind, lane.spent) == ("covered", (0.0, 0))


def test_one_picture_that_breaks_a_run_does_not_cost_the_others_theirs() -> None:
    workers, lanes, together, counters, _ = _waiting_cameras((0, 10, 20))
    workers.start()
    for lane in lanes:
        looked = lane.next_looked(DEADLINE_S)
        assert looked is not None
        assert (looked.fault, looked.boxes) == (None, NOTHING)
    workers.stop()
    assert (together.runs, counters["batches_failed"]) == ([3], 1)
