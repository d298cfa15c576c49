from random import Random

from hypothesis import given
from hypothesis import strategies as st

from edge.delivery.retry_delay import RetryDelay


@given(st.integers(), st.integers(min_value=0, max_value=100))
def test_delays_double_up_to_the_longest_and_are_spread_over_their_upper_half(
    seed: int, failures: int
) -> None:
    delay = RetryDelay(first_s=0.5, longest_s=10.0, chance=Random(seed))  # noqa: S311
    for number in range(failures + 1):
        full = min(0.5 * 2**number, 10.0)
        assert full / 2 <= delay.next_delay() <= full


def test_two_boxes_do_not_march_in_step() -> None:
    one, other = (RetryDelay(0.5, 10.0, Random(seed)) for seed in (1, 2))  # noqa: S311
    assert [one.next_delay() for _ in range(5)] != [other.next_delay() for _ in range(5)]


def test_a_success_brings_the_short_delay_back() -> None:
    delay = RetryDelay(first_s=0.5, longest_s=10.0)
    for _ in range(10):
        delay.next_delay()
    delay.reset()
    assert delay.next_delay() <= 0.5
