"""Under overload rates go down evenly, the gravest keep theirs, and nobody is given up."""

import threading
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from edge.core.moment import Moment
from edge.inference.lane import Lane, Waiting
from edge.inference.sharing import LONGEST_WAIT_S, Claim, Share, next_of
from edge.inference.workers import Workers
from edge.ports import Frame
from edge.testing.scripted_backend import NOTHING
from edge.testing.tally import Tally
from hazard_library.contract.ids import CameraId

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _served(shares: list[Share], capacity: float, seconds: int) -> list[float]:
    """Let cameras send at their rates to workers that look `capacity` times a second.

    The workers' own lanes, driven by hand on a made-up clock; returns looks a second.
    """
    workers = Workers(1, Tally())
    lanes = [
        workers.open_lane(CameraId(f"c{n}"), Waiting.NEWEST, lambda _: NOTHING, share)
        for n, share in enumerate(shares)
    ]
    looks: Counter[CameraId] = Counter()
    sent = [0] * len(lanes)
    for tick in range(round(seconds * capacity)):
        now = tick / capacity
        for n, lane in enumerate(lanes):
            while sent[n] / shares[n].rate <= now:
                _offer(lane, sent[n] / shares[n].rate)
                sent[n] += 1
        with workers._turn:
            ticket = workers._take(workers._lanes)
        if ticket is not None:
            looks[ticket.lane.camera] += 1
            workers._look(ticket)
            assert ticket.lane.next_looked(0) is not None
    assert all(
        lane.dropped >= s - looks[lane.camera] - 1 for lane, s in zip(lanes, sent, strict=True)
    )
    return [looks[lane.camera] / seconds for lane in lanes]


def _offer(lane: Lane, second: float) -> None:
    at = Moment(second, _EPOCH)
    lane.offer(Frame(lane.camera, 1, at, np.zeros((1, 1, 3), np.uint8)))


def test_with_enough_time_everybody_gets_their_rate() -> None:
    assert _served([Share(5), Share(5), Share(10)], 40, 20) == pytest.approx([5, 5, 10], rel=0.02)


def test_under_overload_all_rates_go_down_by_the_same_factor() -> None:
    served = _served([Share(4), Share(8), Share(16)], 14, 40)
    assert served == pytest.approx([2, 4, 8], rel=0.1)


def test_cameras_that_watch_for_the_gravest_hazards_keep_their_rates() -> None:
    shares = [Share(5), Share(5), Share(5), Share(5, is_severe=True)]
    served = _served(shares, 11, 40)
    assert served[3] == pytest.approx(5, rel=0.03)
    assert served[:3] == pytest.approx([2, 2, 2], rel=0.1)


def test_when_even_the_gravest_are_too_many_they_share_evenly_and_nobody_is_given_up() -> None:
    shares = [Share(10, is_severe=True), Share(10, is_severe=True), Share(5), Share(5)]
    served = _served(shares, 8, 40)
    assert served[0] == pytest.approx(served[1], rel=0.1)
    for ordinary in served[2:]:
        assert ordinary >= 0.9 / LONGEST_WAIT_S
    assert sum(served) == pytest.approx(8, rel=0.02)


def test_a_camera_that_was_idle_does_not_claim_the_past() -> None:
    workers = Workers(1, Tally())
    steady, idle = (
        workers.open_lane(CameraId(name), Waiting.NEWEST, lambda _: NOTHING, Share(5))
        for name in ("steady", "idle")
    )
    _offer(idle, 0)
    taken: list[str] = []
    for number in range(60):
        _offer(steady, number / 5)
        if number >= 40:
            _offer(idle, 0.1 + number / 1000)
        with workers._turn:
            ticket = workers._take(workers._lanes)
        assert ticket is not None
        workers._look(ticket)
        ticket.lane.next_looked(0)
        taken.append(ticket.lane.camera)
    assert taken[41:].count("idle") == pytest.approx(len(taken[41:]) / 2, abs=2)


def test_who_waited_too_long_goes_first_the_longest_before_the_others() -> None:
    claims = [
        Claim(Share(is_severe=True), 0.0, 0.1),
        Claim(Share(), 5.0, LONGEST_WAIT_S),
        Claim(Share(), 9.0, LONGEST_WAIT_S + 1),
    ]
    assert next_of(claims) == 2
    assert next_of(claims[:2]) == 1
    assert next_of(claims[:1]) == 0


def test_threads_that_share_lanes_serve_each_camera() -> None:
    workers = Workers(3, Tally())
    lanes = [
        workers.open_lane(CameraId(f"c{n}"), Waiting.EVERY, lambda _: NOTHING, Share(1 + n))
        for n in range(4)
    ]
    workers.start()

    def feed(lane: Lane) -> None:
        for number in range(50):
            _offer(lane, float(number))
        lane.finish()

    feeders = [threading.Thread(target=feed, args=(lane,), daemon=True) for lane in lanes]
    for feeder in feeders:
        feeder.start()
    for lane in lanes:
        seen = 0
        while not lane.is_over:
            seen += lane.next_looked(20.0) is not None
        assert (seen, lane.dropped) == (50, 0)
    workers.stop()
