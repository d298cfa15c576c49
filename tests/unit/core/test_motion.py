"""Where a box should be after some seconds."""

import numpy as np
import pytest

from edge.core.motion import Motion, at_rest


def walked(seconds: float, step_s: float = 0.1, grows: float = 0.0) -> Motion:
    """Follow a box 60 × 160 that moves 50 px a second to the right, and perhaps grows."""
    motion = at_rest(box_at(0.0, grows))
    for number in range(1, round(seconds / step_s) + 1):
        motion = motion.predicted(step_s, np.array([False]))
        motion = motion.corrected([0], box_at(number * step_s, grows))
    return motion


def box_at(second: float, grows: float = 0.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    x, taller = 100 + 50 * second, grows * second
    return np.array([[x, 200 - taller, x + 60, 360 + taller]], np.float32)


@pytest.mark.parametrize("ahead_s", [0.04, 0.5, 1.3])
@pytest.mark.parametrize("step_s", [0.04, 0.1, 0.5])
def test_a_steady_walk_is_predicted_by_seconds_whatever_the_sampling(
    step_s: float, ahead_s: float
) -> None:
    expected = walked(4.0, step_s).predicted(ahead_s, np.array([True])).boxes()
    assert expected[0, 0] == pytest.approx(100 + 50 * (4.0 + ahead_s), abs=3)


def test_a_lost_box_moves_on_but_grows_no_more() -> None:
    motion = walked(3.0, grows=20.0)
    height = motion.boxes()[0, 3] - motion.boxes()[0, 1]
    lost = motion.predicted(1.5, np.array([True])).boxes()
    followed = motion.predicted(1.5, np.array([False])).boxes()
    assert lost[0, 3] - lost[0, 1] == pytest.approx(height, abs=0.01)
    assert followed[0, 3] - followed[0, 1] > height + 30


def test_the_longer_nobody_looks_the_less_is_known() -> None:
    motion = walked(2.0)
    soon, late = (motion.predicted(seconds, np.array([True])) for seconds in (0.2, 2.0))
    assert (late.state[2] > soon.state[2]).all()


def test_one_prediction_of_a_second_is_two_of_half_a_second() -> None:
    nobody = np.array([False])
    once = walked(2.0).predicted(1.0, nobody)
    twice = walked(2.0).predicted(0.5, nobody).predicted(0.5, nobody)
    assert once.state == pytest.approx(twice.state, rel=0.02)


def test_boxes_are_corrected_one_by_one() -> None:
    two = at_rest(np.array([[0, 0, 60, 160], [300, 0, 360, 160]], np.float32))
    moved = two.corrected([1], np.array([[310, 0, 370, 160]], np.float32))
    assert moved.boxes()[0].tolist() == [0, 0, 60, 160]
    assert 300 < moved.boxes()[1, 0] < 310
