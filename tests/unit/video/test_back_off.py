"""How often a reader knocks at a camera that does not answer, on a clock that takes no time."""

import random
from collections.abc import Callable

import pytest
from readings import GATE, Reading

from edge.testing.fake_clock import FakeClock
from edge.video.back_off import BackOff, BackOffLimits
from edge.video.source import RtspAddress, SourceSpec
from hazard_library.contract.device import CameraCondition


def knocks(back_off: BackOff, clock: FakeClock, seconds: float, attempt: Callable[[], None]) -> int:
    until, count = clock.now().mono + seconds, 0
    while clock.now().mono < until:
        back_off.opened()
        attempt()
        count += 1
        clock.wait(back_off.next_pause_s())
    return count


def new(seed: int) -> tuple[BackOff, FakeClock]:
    return BackOff(BackOffLimits(), random.Random(seed)), FakeClock()  # noqa: S311 - spreads retries


@pytest.mark.parametrize("seed", range(5))
def test_a_camera_that_refuses_at_once_is_asked_at_most_a_hundred_times_in_ten_minutes(
    seed: int,
) -> None:
    back_off, clock = new(seed)
    assert 60 <= knocks(back_off, clock, 600, lambda: None) <= 100


@pytest.mark.parametrize("seed", range(5))
def test_a_camera_that_gives_one_picture_and_breaks_off_is_no_success(seed: int) -> None:
    back_off, clock = new(seed)

    def one_picture() -> None:
        back_off.picture_came(clock.now().mono)

    assert knocks(back_off, clock, 600, one_picture) <= 100


def test_pauses_lie_between_half_a_second_and_ten_and_no_two_cameras_knock_together() -> None:
    first, second = new(1)[0], new(2)[0]
    pauses = [(first.next_pause_s(), second.next_pause_s()) for _ in range(60)]
    assert all(0.5 <= pause <= 10.0 for pair in pauses for pause in pair)
    assert sum(one == other for one, other in pauses) < 15
    assert pauses[0][0] < 0.6
    assert pauses[-1][0] > 8.0


def test_after_an_outage_of_twelve_seconds_the_next_try_is_less_than_three_seconds_away() -> None:
    back_off, clock = new(3)
    until = clock.now().mono + 12
    pause = 0.0
    while clock.now().mono < until:
        pause = back_off.next_pause_s()
        clock.wait(pause)
    assert pause < 3.0


def test_pictures_that_go_on_for_a_while_make_the_next_pause_short_again() -> None:
    back_off, clock = new(4)
    knocks(back_off, clock, 600, lambda: None)
    back_off.opened()
    for _ in range(25):
        back_off.picture_came(clock.now().mono)
        clock.wait(0.1)
    assert back_off.next_pause_s() < 0.6


def test_a_reader_whose_camera_is_away_for_ten_minutes_knocks_seldom_and_says_it_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = Reading(SourceSpec(GATE, RtspAddress("127.0.0.1", 9)))
    began = one.clock.now().mono
    while one.clock.now().mono - began < 600:
        one.reader.step()
    assert 50 <= one.reader.stats.reconnects <= 100
    assert one.said() == [CameraCondition.OFFLINE]
    assert capsys.readouterr().out.count("source_failed") == 1


def test_a_camera_that_breaks_off_thirty_times_a_minute_is_read_for_most_of_the_time() -> None:
    back_off, clock = new(5)

    def two_seconds_of_pictures() -> None:
        for _ in range(11):
            back_off.picture_came(clock.now().mono)
            clock.wait(0.2)

    # It is read for as much of the time as it can be: a steady stretch makes the pause short.
    assert knocks(back_off, clock, 60, two_seconds_of_pictures) >= 20
