from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.core.moment import Moment
from edge.testing.fake_clock import START
from edge.video.looks import Looker
from edge.video.luma import grey_of
from edge.video.picture_health import PictureHealth
from hazard_library.contract.device import CameraCondition

Picture = NDArray[np.uint8]
RATE = 5.0
HEIGHT, WIDTH = 120, 160
FROZEN, COVERED, OK = CameraCondition.FROZEN, CameraCondition.DARK_OR_COVERED, CameraCondition.OK


def scene() -> Picture:
    """A yard: ground, a wall, some edges."""
    pixels = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    pixels[:45] = (150, 140, 130)
    pixels[30:90:12, 20:140:9] = (60, 70, 80)
    return pixels


def noisy(sigma: float) -> Callable[[int], Picture]:
    def at(number: int) -> Picture:
        noise = np.random.default_rng(number).normal(0, sigma, (HEIGHT, WIDTH, 3))
        return np.clip(scene() + noise, 0, 255).astype(np.uint8)

    return at


class Watch:
    """A camera under watch: shows pictures and remembers when the condition changed."""

    def __init__(self) -> None:
        self._health, self._looker = PictureHealth(), Looker()
        self._number = 0
        self.changes: list[tuple[float, CameraCondition]] = []

    @property
    def condition(self) -> CameraCondition:
        return self._health.condition

    @property
    def seconds(self) -> float:
        return self._number / RATE

    def show(self, seconds: float, picture: Callable[[int], Picture]) -> None:
        for _ in range(round(seconds * RATE)):
            at = Moment(self.seconds, START + timedelta(seconds=self.seconds))
            before = self.condition
            after = self._health.judge(self._looker.look(at, grey_of(picture(self._number), 1)))
            if after is not before:
                self.changes.append((self.seconds, after))
            self._number += 1

    def gap(self, seconds: float) -> None:
        self._number += round(seconds * RATE)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 2.0, 5.0])
def test_an_empty_yard_with_a_sensors_noise_is_not_frozen(sigma: float) -> None:
    watch = Watch()
    watch.show(60, noisy(sigma))
    assert watch.changes == []


def test_a_repeated_picture_is_frozen_within_ten_seconds_and_not_at_once() -> None:
    watch, still = Watch(), noisy(2.0)
    watch.show(5, still)
    watch.show(20, lambda _: still(7))
    [(when, condition)] = watch.changes
    assert condition is FROZEN
    assert 12.0 <= when <= 15.0


def test_a_frozen_picture_that_is_coded_again_at_every_key_frame_is_frozen() -> None:
    def coded(number: int) -> Picture:
        ripple = np.random.default_rng(number // 20).integers(0, 2, (HEIGHT, WIDTH, 3), np.uint8)
        return scene() + ripple

    watch = Watch()
    watch.show(20, coded)
    assert watch.condition is FROZEN


def test_a_frozen_picture_that_moves_again_is_well_at_once() -> None:
    watch, still = Watch(), noisy(2.0)
    watch.show(15, lambda _: still(7))
    assert watch.condition is FROZEN
    watch.show(1, still)
    assert watch.condition is OK


def test_a_clock_written_into_a_still_picture_keeps_it_from_being_frozen() -> None:
    def with_clock(number: int) -> Picture:
        pixels = scene()
        second = int(number / RATE)
        pixels[4:12, 4 + 6 * (second % 8) : 9 + 6 * (second % 8)] = 255
        return pixels

    watch = Watch()
    watch.show(60, with_clock)
    assert watch.changes == []


def test_a_still_moment_shorter_than_the_limit_is_not_frozen() -> None:
    watch, still = Watch(), noisy(2.0)
    for _ in range(5):
        watch.show(6, lambda _: still(7))
        watch.show(1, still)
    assert watch.changes == []


def test_a_gap_between_pictures_is_no_evidence_of_a_frozen_one() -> None:
    watch, still = Watch(), noisy(2.0)
    for _ in range(4):
        watch.show(5, lambda _: still(7))
        watch.gap(5)
    assert watch.changes == []


@pytest.mark.parametrize(
    "cover",
    [
        pytest.param(lambda: np.full((HEIGHT, WIDTH, 3), 8, np.uint8), id="night without light"),
        pytest.param(
            lambda: np.full((HEIGHT, WIDTH, 3), 130, np.uint8), id="a cloth over the lens"
        ),
        pytest.param(lambda: np.full((HEIGHT, WIDTH, 3), 250, np.uint8), id="a lamp into the lens"),
    ],
)
def test_a_covered_lens_is_noticed_within_thirty_seconds_and_cleared_within_five(
    cover: Callable[[], Picture],
) -> None:
    def covered(number: int) -> Picture:
        noise = np.random.default_rng(number).normal(0, 2, (HEIGHT, WIDTH, 3))
        return np.clip(cover() + noise, 0, 255).astype(np.uint8)

    watch = Watch()
    watch.show(5, noisy(2.0))
    watch.show(30, covered)
    assert watch.condition is COVERED
    uncovered_at = watch.seconds
    watch.show(10, noisy(2.0))
    assert watch.changes[-1][1] is OK
    assert watch.changes[-1][0] - uncovered_at <= 5.0


def test_somebody_passing_close_before_the_lens_does_not_cover_it() -> None:
    watch = Watch()
    for _ in range(4):
        watch.show(6, noisy(2.0))
        watch.show(4, lambda _: np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    assert watch.changes == []


def test_a_dim_yard_with_a_lamp_is_not_dark() -> None:
    def dim(number: int) -> Picture:
        noise = np.random.default_rng(number).normal(0, 2, (HEIGHT, WIDTH, 3))
        pixels = np.clip(18 + noise, 0, 255).astype(np.uint8)
        pixels[30:60, 50:100] = 170
        return pixels

    watch = Watch()
    watch.show(40, dim)
    assert watch.changes == []


def test_a_frozen_picture_that_is_coded_in_two_ways_by_turns_is_frozen() -> None:
    faces = [noisy(0.5)(seed) for seed in (1, 2)]
    watch = Watch()
    watch.show(20, lambda number: faces[number % 2])
    assert watch.condition is FROZEN


def test_a_quiet_yard_whose_noise_an_encoder_renews_every_two_seconds_is_not_frozen() -> None:
    watch = Watch()
    watch.show(60, lambda number: noisy(0.8)(number // 8))
    assert watch.changes == []
