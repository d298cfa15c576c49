"""How long something has held is measured in scene time, whatever the sampling."""

from hypothesis import given
from hypothesis import strategies as st

from edge.core.rules.held_window import Held, HeldWindow


def judged(looks: list[tuple[float, bool]], lasting_s: float, ratio: float = 0.7) -> list[float]:
    """Return the moments at which the condition is complete."""
    window, complete = HeldWindow(), []
    for at, agrees in looks:
        window = window.with_look(at, agrees=agrees, lasting_s=lasting_s)
        if agrees and window.held(at, lasting_s=lasting_s, ratio=ratio).complete:
            complete.append(at)
    return complete


def held(looks: list[tuple[float, bool]], lasting_s: float) -> Held:
    window = HeldWindow()
    for at, agrees in looks:
        window = window.with_look(at, agrees=agrees, lasting_s=lasting_s)
    return window.held(looks[-1][0], lasting_s=lasting_s, ratio=0.7)


def test_a_condition_completes_when_it_has_held_for_the_whole_time_and_not_before() -> None:
    looks = [(number * 0.5, number >= 4) for number in range(20)]
    assert judged(looks, 5.0)[0] == 7.0


def test_steps_that_are_not_exact_in_binary_cost_no_look() -> None:
    looks = [(number * 0.1, True) for number in range(40)]
    assert judged(looks, 0.3)[0] == 3 * 0.1


def test_without_a_duration_every_look_that_agrees_completes_by_itself() -> None:
    assert judged([(0.0, False), (1.0, True), (2.0, False), (3.0, True)], 0.0) == [1.0, 3.0]


def test_single_misses_are_forgiven_up_to_the_wanted_share() -> None:
    three_of_four = [(number * 0.25, number % 4 != 1) for number in range(40)]
    one_of_two = [(number * 0.25, number % 2 == 0) for number in range(40)]
    assert judged(three_of_four, 4.0)
    assert not judged(one_of_two, 4.0)


def test_a_miss_right_at_the_start_does_not_begin_everything_anew() -> None:
    looks = [(number * 0.5, number != 1) for number in range(20)]
    assert judged(looks, 5.0)[0] == 5.0


def test_a_condition_that_comes_back_after_its_whole_duration_begins_anew() -> None:
    looks = [(0.0, True), *((1.0 + n, False) for n in range(6)), (8.0, True)]
    assert held(looks, 5.0) == Held(since=8.0, share=1.0, complete=False)


def test_a_long_pause_of_the_condition_is_not_counted_as_holding() -> None:
    """It held for 3 s, was away for 4, and is back: 5 s have not been held in one."""
    looks = [(n * 0.5, n <= 6 or n >= 14) for n in range(16)]
    assert judged(looks, 5.0) == []


@given(
    st.lists(st.tuples(st.floats(0.05, 1.0), st.booleans()), min_size=1, max_size=120),
    st.sampled_from([0.0, 1.0, 5.0]),
)
def test_nothing_completes_without_a_look_that_agreed_so_long_ago(
    steps: list[tuple[float, bool]], lasting_s: float
) -> None:
    looks, at = [], 0.0
    for step, agrees in steps:
        at += step
        looks.append((at, agrees))
    for done in judged(looks, lasting_s):
        assert any(agrees and when <= done - lasting_s + 1e-5 for when, agrees in looks)


@given(st.lists(st.booleans(), min_size=1, max_size=400), st.sampled_from([0.01, 0.05, 0.4]))
def test_memory_stays_small_and_begins_with_a_look_that_agreed(
    answers: list[bool], step_s: float
) -> None:
    window = HeldWindow()
    for number, agrees in enumerate(answers):
        window = window.with_look(number * step_s, agrees=agrees, lasting_s=2.0)
        assert len(window.stretches) <= 130
        assert not window.stretches or window.stretches[0].agreed > 0
