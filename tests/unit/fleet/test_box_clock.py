from edge.core.moment import Moment
from edge.fleet.box_clock import ClockReading, interpreted, read_kernel_clock, state_of
from edge.testing.fake_clock import START

UNSYNC, PLL_NANO = 0x0040, 0x2001


def test_a_kernel_that_nobody_disciplines_says_so_and_how_far_off_it_may_be() -> None:
    assert interpreted(5, UNSYNC, 0, 16_000_000) == ClockReading(
        synchronised=False, offset_ms=None, max_error_ms=16_000.0
    )


def test_a_kernel_that_steers_by_itself_tells_what_is_still_missing() -> None:
    reading = interpreted(0, PLL_NANO, 400_000, 20_000)
    assert reading == ClockReading(synchronised=True, offset_ms=-0.4, max_error_ms=20.0)
    assert interpreted(0, 0x0001, 400, 20_000) == reading


def test_a_kernel_that_is_steered_from_outside_has_no_offset_to_tell() -> None:
    assert interpreted(0, 0, 0, 20_000).offset_ms is None


def test_this_kernel_answers_or_nothing_is_claimed() -> None:
    reading = read_kernel_clock()
    assert (reading.synchronised is None) == (reading.max_error_ms is None)


def test_times_by_arrival_carry_the_box_clocks_error_and_those_of_a_file_do_not() -> None:
    at = Moment(1.0, START, uncertainty_s=0.05)
    read = lambda: ClockReading(synchronised=True, offset_ms=1.0, max_error_ms=20.0)  # noqa: E731
    live, film = state_of("arrival", at, read), state_of("file", at, read)
    assert (live.synchronised, live.offset_ms, live.uncertainty_ms) == (True, 1.0, 70.0)
    assert (film.synchronised, film.offset_ms, film.uncertainty_ms) == (None, None, 50.0)


def test_a_clock_that_says_nothing_is_unknown_not_good() -> None:
    state = state_of("arrival", Moment(1.0, START, 0.05), ClockReading)
    assert state.synchronised is None
    assert state.uncertainty_ms == 50.0
