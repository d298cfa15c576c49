"""The box's clock against the server's: from question and answer, whatever the way between."""

from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from edge.core.moment import Moment
from edge.fleet.box_clock import ClockReading
from edge.fleet.server_clock import ServerClock
from edge.testing.fake_clock import START
from hazard_library.contract.ids import MessageId

KERNEL = ClockReading(synchronised=True, offset_ms=None, max_error_ms=40.0)


def state(number: int) -> MessageId:
    return MessageId(UUID(int=number))


def at(seconds: float, stepped: float = 0.0) -> Moment:
    """The box's moment, seconds after the start; stepped: what its clock was moved by."""
    return Moment(100.0 + seconds, START + timedelta(seconds=seconds + stepped))


def compare(clock: ServerClock, number: int, ahead_s: float, way_s: float, begun: float) -> None:
    clock.asked(state(number), at(begun))
    server = at(begun + way_s / 2).utc - timedelta(seconds=ahead_s)
    clock.answered(state(number), server, at(begun + way_s))


def offset_s(clock: ServerClock) -> float | None:
    found = clock.read().offset_ms
    return None if found is None else found / 1e3


def test_before_any_answer_only_the_kernel_speaks() -> None:
    assert ServerClock(lambda: KERNEL).read() == KERNEL


@pytest.mark.parametrize("ahead_s", [0.0, 3.5, -86_400.0])
def test_an_answer_tells_how_far_the_clock_is_ahead(ahead_s: float) -> None:
    clock = ServerClock(ClockReading)
    compare(clock, 1, ahead_s, way_s=0.4, begun=0.0)
    assert offset_s(clock) == pytest.approx(ahead_s)
    assert clock.read().max_error_ms == pytest.approx(200)


def test_the_shortest_way_is_believed() -> None:
    clock = ServerClock(ClockReading)
    compare(clock, 1, 1.00, way_s=0.1, begun=0.0)
    compare(clock, 2, 1.05, way_s=1.0, begun=30.0)
    assert offset_s(clock) == pytest.approx(1.0)
    compare(clock, 3, 1.02, way_s=0.05, begun=60.0)
    assert offset_s(clock) == pytest.approx(1.02)


def test_a_clock_that_was_set_is_noticed_at_once() -> None:
    clock = ServerClock(ClockReading)
    compare(clock, 1, 60.0, way_s=0.1, begun=0.0)
    compare(clock, 2, 0.0, way_s=0.5, begun=30.0)
    assert offset_s(clock) == pytest.approx(0.0)


def test_what_tells_nothing_is_not_believed() -> None:
    clock = ServerClock(ClockReading)
    clock.answered(state(9), START, at(1.0))
    compare(clock, 1, 1.0, way_s=6.0, begun=0.0)
    clock.asked(state(2), at(0.0))
    clock.answered(state(2), START, at(0.2, stepped=3600.0))
    assert offset_s(clock) is None


def test_a_kernel_that_knows_better_is_asked_first() -> None:
    steered = ClockReading(synchronised=True, offset_ms=0.2, max_error_ms=5.0)
    clock = ServerClock(lambda: steered)
    compare(clock, 1, 9.0, way_s=0.1, begun=0.0)
    assert clock.read() == steered


def test_a_clock_that_is_off_is_said_once_until_it_is_right_again() -> None:
    clock = ServerClock(ClockReading)
    with capture_logs() as logs:
        for number, ahead in enumerate([5.0, 5.0, 0.0, -7.0]):
            compare(clock, number, ahead, way_s=0.1, begun=30.0 * number)
    assert [one["ahead_s"] for one in logs] == [5.0, -7.0]
