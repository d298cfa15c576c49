"""Whether a camera that looks elsewhere is noticed, and one that looks at a busy yard is not."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from scenes import Grey, by_infra_red, noisy, place, view, with_people

from edge.core.moment import Moment
from edge.testing.fake_clock import START
from edge.video.view_watch import ViewWatch

YARD, STREET = place(1), place(7)
EVERY_S = 0.5


class Turned:
    """A camera under watch: shows pictures, remembers when it counted as moved."""

    def __init__(self, reference: Grey | None = None) -> None:
        self._watch = ViewWatch(reference)
        self._number = 0
        self.changes: list[tuple[float, str | None]] = []

    @property
    def seconds(self) -> float:
        return self._number * EVERY_S

    @property
    def moved(self) -> str | None:
        return self._watch.moved

    def show(self, seconds: float, picture: Callable[[int], Grey]) -> "Turned":
        for _ in range(round(seconds / EVERY_S)):
            at = Moment(self.seconds, START + timedelta(seconds=self.seconds))
            before = self._watch.moved
            after = self._watch.judge(at, picture(self._number))
            if after != before:
                self.changes.append((self.seconds, after))
            self._number += 1
        return self

    def reconnect(self) -> None:
        self._watch.restart()


def yard(right: float = 0.0, down: float = 0.0, turn: float = 0.0) -> Callable[[int], Grey]:
    seen = view(YARD, right, down, turn)
    return lambda number: noisy(with_people(seen, number), number)


@pytest.mark.parametrize(
    ("right", "down", "word"),
    [
        (0.06, 0.0, "6% of the width to the left"),
        (-0.1, 0.0, "10% of the width to the right"),
        (0.0, 0.08, "8% of the height up"),
        (0.25, -0.1, "10% of the height down"),
    ],
)
def test_a_camera_that_was_turned_says_so_within_ten_seconds_and_how_far(
    right: float, down: float, word: str
) -> None:
    camera = Turned().show(20, yard()).show(15, yard(right, down))
    [(when, moved)] = camera.changes
    assert 20 < when <= 30
    assert moved is not None
    assert word in moved


@pytest.mark.parametrize("turn", [-10.0, 8.0])
def test_a_camera_that_was_tilted_on_its_axis_says_so(turn: float) -> None:
    camera = Turned().show(20, yard()).show(15, yard(turn=turn))
    assert camera.moved is not None
    assert "degrees" in camera.moved


def test_a_camera_that_shows_another_place_altogether_says_so_within_thirty_seconds() -> None:
    street = view(STREET)
    camera = Turned().show(20, yard()).show(40, lambda number: noisy(street, number))
    [(when, moved)] = camera.changes
    assert when <= 20 + 30
    assert moved is not None
    assert "nothing of the former view" in moved


def test_a_camera_that_was_turned_back_is_well_within_five_seconds() -> None:
    camera = Turned().show(20, yard()).show(15, yard(0.1)).show(10, yard())
    assert camera.moved is None
    assert camera.changes[-1][0] - 35 <= 5


def test_people_walking_through_move_nothing() -> None:
    seen = view(YARD)
    camera = Turned().show(120, lambda number: noisy(with_people(seen, 3 * number, 9), number, 4.0))
    assert camera.changes == []


@pytest.mark.parametrize(
    "light",
    [
        pytest.param(by_infra_red, id="infra-red"),
        pytest.param(lambda grey: (grey * 0.25).astype(np.uint8), id="dusk"),
        pytest.param(lambda grey: np.clip(grey * 1.7, 0, 255).astype(np.uint8), id="glare"),
    ],
)
def test_another_light_moves_nothing_and_a_turn_in_that_light_is_still_noticed(
    light: Callable[[Grey], Grey],
) -> None:
    def lit(right: float) -> Callable[[int], Grey]:
        seen = light(view(YARD, right))
        return lambda number: noisy(with_people(seen, number), number, 3.0)

    camera = Turned().show(20, yard()).show(90, lit(0.0)).show(20, yard())
    assert camera.changes == []
    camera.show(30, lit(0.12))
    assert camera.moved is not None


def test_a_mount_that_shakes_in_the_wind_is_not_moved() -> None:
    seen = [view(YARD, 0.01 * np.sin(number), 0.01 * np.cos(number)) for number in range(12)]
    camera = Turned().show(60, lambda number: noisy(seen[number % 12], number))
    assert camera.changes == []


def test_a_mount_that_gives_way_slowly_is_noticed() -> None:
    camera = Turned().show(20, yard())
    for step in range(1, 11):
        camera.show(20, yard(down=0.012 * step))
    assert camera.moved is not None


def test_a_lorry_that_passes_before_the_lens_does_not_move_the_camera() -> None:
    side = view(place(5))

    def lorry(number: int) -> Grey:
        return noisy(np.roll(side, 40 * number, 1), number)

    camera = Turned()
    for _ in range(3):
        camera.show(20, yard()).show(12, lorry)
    assert camera.changes == []


def test_a_lorry_parked_over_half_the_view_does_not_move_the_camera() -> None:
    seen, side = view(YARD), view(place(5))
    half = seen.copy()
    half[:, 150:] = side[:, 150:]
    camera = Turned().show(20, yard()).show(60, lambda number: noisy(half, number))
    assert camera.changes == []


def test_a_blank_wall_is_no_reference() -> None:
    def wall(number: int) -> Grey:
        return noisy(np.full((180, 320), 120, np.uint8), number)

    assert Turned().show(40, wall).show(60, yard()).changes == []


def test_a_new_connection_does_not_make_a_turned_camera_well() -> None:
    camera = Turned().show(20, yard())
    camera.reconnect()
    camera.show(15, yard(0.1))
    assert camera.moved is not None
    camera.reconnect()
    camera.show(5, yard(0.1))
    assert camera.moved is not None


def test_a_given_reference_counts_from_the_first_picture_on() -> None:
    camera = Turned(view(YARD)).show(15, yard(0.1))
    assert camera.moved is not None
    assert "10% of the width to the left" in camera.moved


def test_a_picture_of_another_shape_is_learnt_anew() -> None:
    wide = view(YARD)
    camera = Turned().show(20, yard()).show(60, lambda number: noisy(wide[:, 40:280], number))
    assert camera.changes == []
