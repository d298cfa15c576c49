from datetime import UTC, datetime, timedelta

import pytest

from edge.testing.fake_clock import START, FakeClock
from edge.video.stream_clock import ArrivalClock, FileClock

BEGIN = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


def test_a_film_begins_at_zero_and_at_its_configured_hour() -> None:
    at = FileClock(BEGIN).stamp(1.4, 1.4).at
    assert (at.mono, at.utc, at.uncertainty_s) == (0.0, BEGIN, 0.0)


def test_a_films_own_times_are_kept_exactly_gaps_included() -> None:
    clock = FileClock(BEGIN)
    times = [1.4, 1.48, 31.48, 31.56]
    stamps = [clock.stamp(t, t) for t in times]
    assert [s.at.mono for s in stamps] == pytest.approx([0, 0.08, 30.08, 30.16])
    assert stamps[-1].at.utc == BEGIN + timedelta(seconds=30.16)


def test_two_replays_of_a_film_give_the_same_moments() -> None:
    def replay() -> list[object]:
        clock = FileClock(BEGIN)
        return [clock.stamp(n / 29.97, n / 29.97) for n in range(300)]

    assert replay() == replay()


def test_films_joined_into_one_file_run_on() -> None:
    clock = FileClock(BEGIN)
    times = [1.4, 1.5, 1.6, 1.4, 1.5]
    assert [clock.stamp(t, t).at.mono for t in [*times]][:3] == pytest.approx([0, 0.1, 0.2])
    clock = FileClock(BEGIN)
    monos = [clock.stamp(t, t).at.mono for t in [10.0, 10.1, 20.0, 1.0, 1.1]]
    assert monos == pytest.approx([0, 0.1, 10.0, 19.9, 20.0])


def test_decoding_times_never_fall_when_pictures_are_reordered() -> None:
    clock = FileClock(BEGIN)
    order = [(0.0, -0.2), (0.3, -0.1), (0.1, 0.0), (0.2, 0.1)]
    decodes = [clock.stamp(pts, dts).decode_mono for pts, dts in order]
    assert decodes == sorted(decodes)


def stamped(
    clock: FakeClock, stream: ArrivalClock, *, seconds: float, claimed: float, real: float
) -> float:
    """Let packets come at a real rate that claim another; return the last error in seconds."""
    error = 0.0
    for number in range(round(seconds * real)):
        pts = number / claimed
        at = stream.stamp(pts, pts).at
        error = clock.now().mono - at.mono
        clock.wait(1 / real)
    return error


def test_a_camera_that_claims_25_and_sends_21_is_right_after_ten_minutes() -> None:
    clock = FakeClock()
    assert abs(stamped(clock, ArrivalClock(clock), seconds=600, claimed=25, real=21)) < 0.3


def test_a_camera_that_claims_21_and_sends_25_is_right_after_ten_minutes() -> None:
    clock = FakeClock()
    assert abs(stamped(clock, ArrivalClock(clock), seconds=600, claimed=21, real=25)) < 0.3


def test_a_late_packet_does_not_stretch_the_time_between_pictures() -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    stream.stamp(0.0, 0.0)
    clock.wait(0.1 + 0.25)
    late = stream.stamp(0.1, 0.1).at
    assert late.mono - 1000.0 == pytest.approx(0.1, abs=0.1)


def test_a_leap_in_the_streams_times_anchors_anew_at_arrival() -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    stream.stamp(0.0, 0.0)
    clock.wait(0.1)
    leap = stream.stamp(95_443.7, 95_443.7)
    assert leap.at.mono == pytest.approx(clock.now().mono)
    clock.wait(0.1)
    assert stream.stamp(0.2, 0.2).at.mono == pytest.approx(clock.now().mono)


def test_moments_never_lie_in_the_future_nor_run_backwards() -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    last = float("-inf")
    for number, wait in enumerate([0.0, 0.5, 0.0, 0.0, 0.0, 0.3, 0.1, 0.0, 0.0, 0.2] * 10):
        clock.wait(wait)
        stamp = stream.stamp(number * 0.1, number * 0.1)
        assert last <= stamp.decode_mono <= clock.now().mono
        last = stamp.decode_mono


def test_a_step_of_the_wall_clock_moves_names_and_not_durations() -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    first = stream.stamp(0.0, 0.0).at
    clock.wait(0.1)
    clock.step_utc(timedelta(hours=-1))
    second = stream.stamp(0.1, 0.1).at
    assert second.seconds_since(first) == pytest.approx(0.1)
    assert second.utc == START - timedelta(hours=1) + timedelta(seconds=0.1)


@pytest.mark.parametrize(("claimed", "real"), [(25, 5), (25, 8), (30, 15), (5, 25), (12, 25)])
def test_a_camera_whose_clock_is_none_is_right_by_arrival(claimed: float, real: float) -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    assert abs(stamped(clock, stream, seconds=60, claimed=claimed, real=real)) < 0.3
    assert not stream.follows_stream


def test_what_was_learnt_of_a_cameras_clock_outlasts_its_connection() -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    stamped(clock, stream, seconds=60, claimed=25, real=5)
    stream.restart()
    clock.wait(3)
    assert stream.stamp(0.04, 0.04).at.mono == clock.now().mono


def test_packets_held_up_by_the_network_do_not_make_a_clock_wrong() -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    for number in range(25 * 120):
        stream.stamp(number / 25, number / 25)
        held_up = number % (25 * 20) == 25 * 10
        caught_up = number % (25 * 20) > 25 * 10 and number % (25 * 20) <= 25 * 14
        clock.wait(4.0 if held_up else 0.0 if caught_up else 0.04)
    assert stream.follows_stream


def test_a_stream_without_times_of_its_own_is_named_by_arrival() -> None:
    clock = FakeClock()
    stream = ArrivalClock(clock)
    stream.restart(has_times=False)
    for _ in range(20):
        clock.wait(0.21)
        stamp = stream.stamp(0.0, 0.0)
        assert stamp.at.mono == stamp.decode_mono == clock.now().mono
