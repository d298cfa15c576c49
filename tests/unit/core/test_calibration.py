"""From points of the picture to metres, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.calibration import Measured, calibrated
from edge.core.scene import Point
from edge.errors import ConfigError
from edge.testing.grounds import PoleCamera, overhead

POLE = PoleCamera()
AREA: tuple[Point, ...] = ((-3.0, 7.0), (3.0, 7.0), (4.0, 16.0), (-4.0, 16.0))


def measured(*places: Point, camera: PoleCamera = POLE) -> list[Measured]:
    return [Measured(camera.seen(*place), place) for place in places]


@given(
    x=st.floats(-6, 6),
    y=st.floats(5, 20),
    height_m=st.floats(3, 12),
    down_deg=st.floats(15, 60),
)
def test_every_point_of_the_ground_is_found_again(
    x: float, y: float, height_m: float, down_deg: float
) -> None:
    camera = PoleCamera(height_m, down_deg)
    place = camera.ground().place(camera.seen(x, y))
    assert place == pytest.approx((x, y), abs=0.01)


def test_a_point_above_the_horizon_is_not_judged() -> None:
    ground = PoleCamera(down_deg=15).ground()
    assert ground.place((0.5, 0.0)) is None
    assert ground.spread((0.5, 0.0), 0.01) is None


def test_a_point_so_far_away_that_a_foot_means_nothing_is_not_judged() -> None:
    ground = POLE.ground()
    assert ground.place(POLE.seen(0.0, 30.0)) is not None
    assert ground.place(POLE.seen(0.0, 500.0)) is None


def test_a_shift_means_more_metres_the_farther_away_it_is() -> None:
    ground = POLE.ground()
    near, far = (ground.spread(POLE.seen(0.0, y), 0.01) for y in (7.0, 20.0))
    assert near is not None
    assert far is not None
    assert far > 3 * near


def test_straight_above_every_place_is_as_certain() -> None:
    ground = overhead()
    assert ground.place((0.5, 0.5)) == pytest.approx((7.68, 5.76))
    assert ground.spread((0.1, 0.1), 0.01) == pytest.approx(0.1536)


MIXED = [
    Measured(a.picture, b.ground)
    for a, b in zip(measured(*AREA), measured(AREA[1], AREA[0], AREA[2], AREA[3]), strict=True)
]
MIRRORED = [Measured(one.picture, (-one.ground[0], one.ground[1])) for one in measured(*AREA)]
IN_A_ROW = measured((-3.0, 7.0), (-1.0, 7.0), (1.0, 7.0), (3.0, 12.0))
TWICE = measured(AREA[0], AREA[0], AREA[1], AREA[2])
FAR = measured(*AREA[:2], (4.0, 300.0), (-4.0, 300.0))
ONE_OFF = [*measured(*AREA, (0.0, 11.0), (1.0, 9.0)), Measured(POLE.seen(0.0, 9.0), (-1.5, 9.0))]


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (measured(*AREA[:3]), "3 points; measure at least 4"),
        (IN_A_ROW, "in the picture three of every four points lie on one line"),
        (TWICE, "in the picture three of every four points lie on one line or at one place"),
        (MIRRORED, "the ground is mirrored"),
        (MIXED, "the points are mixed up"),
        (FAR, "point 3 lies above the horizon or too near to it"),
        (ONE_OFF, "from where the other points say it is; measure it again"),
    ],
)
def test_points_that_say_nothing_are_refused(points: list[Measured], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        calibrated(points)


def test_further_points_on_one_line_do_no_harm() -> None:
    ground = calibrated(measured(*AREA, (0.0, 7.0), (-3.5, 11.5)))
    assert ground.place(POLE.seen(1.0, 10.0)) == pytest.approx((1.0, 10.0), abs=0.01)


def test_a_sloppy_measurement_is_taken_as_it_is() -> None:
    sloppy = [
        Measured((one.picture[0] + by, one.picture[1] - by), one.ground)
        for one, by in zip(
            measured(*AREA, (0.0, 11.0), (2.0, 9.0)),
            (0.002, -0.002, 0.001, -0.001, 0.002, -0.002),
            strict=True,
        )
    ]
    assert calibrated(sloppy).place(POLE.seen(0.0, 10.0)) == pytest.approx((0.0, 10.0), abs=0.3)
