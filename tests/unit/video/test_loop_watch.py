"""Whether a recording that is played to the box is found, and a living scene never is."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from av.video.frame import VideoFrame

from edge.core.moment import Moment
from edge.testing.fake_clock import START
from edge.video.loop_watch import LoopLimits, LoopWatch, Points, points_of

FPS = 10


def yard(number: int, sigma: float = 1.5) -> Points:
    """A still yard: nothing but the sensor's noise, and it never comes back."""
    chance = np.random.default_rng(number)
    base = np.linspace(60, 200, 240)
    return np.clip(base + chance.normal(0, sigma, 240), 0, 255).astype(np.uint8)


def machine(number: int, sigma: float) -> Points:
    """A press that goes up and down every six seconds, to the picture."""
    points = yard(number, sigma).astype(np.int16)
    points[(number * 4) % 240 : (number * 4) % 240 + 40] = 20
    return np.clip(points, 0, 255).astype(np.uint8)


def watch(seconds: float, picture: Callable[[int], Points]) -> list[tuple[float, float | None]]:
    one, changes, was = LoopWatch(), [], None
    for number in range(round(seconds * FPS)):
        at = Moment(number / FPS, START + timedelta(seconds=number / FPS))
        now = one.take(at, picture(number))
        if now != was:
            changes.append((number / FPS, now))
        was = now
    return changes


@pytest.mark.parametrize("turn_s", [6, 20, 90])
def test_a_recording_played_again_is_found_within_a_quarter_of_a_minute(turn_s: int) -> None:
    changes = watch(60 + turn_s * 2, lambda n: yard(n if n < 300 else 300 + n % (turn_s * FPS)))
    [(when, found)] = changes
    assert found == pytest.approx(turn_s, abs=0.2)
    assert when <= 30 + turn_s + 15


def test_the_scene_is_believed_again_within_five_seconds_of_its_return() -> None:
    changes = watch(120, lambda n: yard(n if n < 100 or n > 900 else 100 + n % 100))
    assert changes[-1][1] is None
    assert changes[-1][0] <= 90 + 5


@pytest.mark.parametrize("sigma", [0.6, 1.5, 4.0])
def test_a_still_yard_with_a_sensors_noise_is_no_recording(sigma: float) -> None:
    assert watch(300, lambda n: yard(n, sigma)) == []


@pytest.mark.parametrize("sigma", [0.8, 1.5])
def test_a_machine_that_repeats_its_work_is_no_recording(sigma: float) -> None:
    assert watch(180, lambda n: machine(n, sigma)) == []


def test_a_frozen_picture_and_what_an_encoder_makes_of_it_are_no_recording() -> None:
    assert watch(60, lambda _: yard(1)) == []
    ripples = [np.random.default_rng(n).integers(0, 2, 240, np.uint8) for n in range(20)]
    assert watch(60, lambda n: yard(1) + ripples[n % 20]) == []


def test_a_recording_coded_anew_is_not_claimed() -> None:
    def coded_anew(number: int) -> Points:
        ripple = np.random.default_rng(10_000 + number).integers(-2, 3, 240)
        return np.clip(yard(number % 150).astype(np.int16) + ripple, 0, 255).astype(np.uint8)

    assert watch(60, coded_anew) == []


def test_memory_is_bounded_and_the_newest_turn_is_still_found_when_it_is_full() -> None:
    one, found = LoopWatch(LoopLimits(most_pictures=400)), []
    for number in range(2000):
        at = Moment(number / FPS, START + timedelta(seconds=number / FPS))
        found.append(one.take(at, yard(number if number < 1500 else 1500 + number % 80)))
    assert one.pictures_kept <= 400
    assert found[-1] == pytest.approx(8.0, abs=0.2)
    assert set(found[:1500]) == {None}


def test_points_are_luma_of_fixed_places_and_unknown_formats_give_none() -> None:
    pixels = np.zeros((120, 160, 3), np.uint8)
    pixels[:, 80:] = 255
    points = points_of(VideoFrame.from_ndarray(pixels, format="bgr24").reformat(format="yuv420p"))
    assert points is not None
    assert points.reshape(12, 20)[:, :10].max() <= 16
    assert points.reshape(12, 20)[:, 10:].min() >= 230
    assert points_of(VideoFrame.from_ndarray(pixels, format="bgr24")) is None
