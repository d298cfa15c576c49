"""Whether a lens out of focus is noticed, by what is painted sharp or blurred."""

from datetime import timedelta

import numpy as np
import pytest
from scenes import by_infra_red, noisy, out_of_focus, place, view

from edge.core.moment import Moment
from edge.testing.fake_clock import START
from edge.video.focus_watch import FocusWatch
from edge.video.sharpness import sharpness

SEEN = view(place(3))


@pytest.mark.parametrize("sigma", [0.0, 2.0, 6.0])
@pytest.mark.parametrize("contrast", [0.4, 1.0])
def test_neither_light_nor_noise_makes_a_sharp_picture_blurred(
    sigma: float, contrast: float
) -> None:
    dim = (SEEN * contrast).astype(np.uint8)
    for picture in (noisy(dim, 1, sigma), noisy(by_infra_red(SEEN), 1, sigma)):
        sharp = sharpness(picture)
        assert sharp is not None
        assert sharp > 0.28


@pytest.mark.parametrize("sigma", [0.0, 2.0, 6.0])
def test_noise_does_not_make_a_blurred_picture_sharp(sigma: float) -> None:
    blurred = sharpness(noisy(out_of_focus(SEEN, 3.0), 1, sigma))
    assert blurred is not None
    assert blurred < 0.25


def test_a_picture_without_edges_says_nothing() -> None:
    assert sharpness(np.full((180, 320), 90, np.uint8)) is None


def told(*stretches: tuple[float, float | None]) -> list[tuple[float, bool]]:
    """Show so many seconds of so much sharpness each; return when the answer changed."""
    watch, number, changes, was = FocusWatch(), 0, [], False
    for seconds, sharp in stretches:
        for _ in range(round(seconds / 0.2)):
            at = Moment(number * 0.2, START + timedelta(seconds=number * 0.2))
            now = watch.judge(at, sharp)
            if now is not was:
                changes.append((number * 0.2, now))
            was = now
            number += 1
    return changes


def test_a_lens_out_of_focus_is_told_within_ten_seconds_and_cleared_within_five() -> None:
    [(when, told_blurred), (until, told_sharp)] = told((5, 0.4), (20, 0.18), (10, 0.4))
    assert (told_blurred, told_sharp) == (True, False)
    assert when <= 5 + 10
    assert until <= 25 + 5


def test_a_moment_of_blur_is_not_told_and_a_moment_of_sharpness_does_not_clear() -> None:
    assert told((5, 0.4), (6, 0.18), (5, 0.4), (6, 0.18), (5, 0.4)) == []
    assert len(told((20, 0.18), (0.6, 0.4), (20, 0.18))) == 1


def test_between_the_limits_and_without_edges_what_was_said_stays() -> None:
    assert told((60, 0.265)) == []
    assert len(told((20, 0.18), (30, 0.265), (30, None))) == 1
