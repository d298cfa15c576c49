import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.core.geometry import (
    area_ratio,
    centre_point,
    crossing,
    distance_to_line,
    foot_point,
    iou,
    iou_matrix,
    is_inside,
    turn,
)
from edge.core.scene import PixelBox, Point

# Shares that are exact in binary, so that a point is either on a line or clear of it.
SHARE = st.integers(0, 1024).map(lambda number: number / 1024)
POINTS = st.tuples(SHARE, SHARE)


@st.composite
def boxes(draw: st.DrawFn) -> PixelBox:
    x1, y1 = draw(st.integers(0, 600)), draw(st.integers(0, 400))
    return (x1, y1, x1 + draw(st.integers(1, 300)), y1 + draw(st.integers(1, 300)))


@st.composite
def convex_polygons(draw: st.DrawFn) -> tuple[Point, ...]:
    """Points on a circle, in order: convex whatever their number."""
    angles = sorted(set(draw(st.lists(st.integers(0, 359), min_size=3, max_size=9))))
    assume(len(angles) >= 3)
    radians = np.radians(angles)
    return tuple(
        (0.5 + 0.4 * float(np.cos(angle)), 0.5 + 0.4 * float(np.sin(angle))) for angle in radians
    )


@given(convex_polygons(), st.lists(st.floats(0.01, 1), min_size=9, max_size=9))
def test_every_mixture_of_a_convex_polygons_corners_lies_inside(
    polygon: tuple[Point, ...], shares: list[float]
) -> None:
    weights = shares[: len(polygon)]
    x = sum(w * p[0] for w, p in zip(weights, polygon, strict=True)) / sum(weights)
    y = sum(w * p[1] for w, p in zip(weights, polygon, strict=True)) / sum(weights)
    assert is_inside((x, y), polygon)


@given(convex_polygons(), POINTS)
def test_a_point_is_inside_exactly_when_no_edge_has_it_on_the_outer_side(
    polygon: tuple[Point, ...], point: Point
) -> None:
    edges = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    turns = [turn(start, end, point) for start, end in edges]
    assume(all(abs(one) > 1e-6 for one in turns))
    assert is_inside(point, polygon) == all(one > 0 for one in turns)


@given(convex_polygons(), POINTS)
def test_a_polygon_drawn_the_other_way_round_is_the_same_polygon(
    polygon: tuple[Point, ...], point: Point
) -> None:
    assert is_inside(point, polygon) == is_inside(point, tuple(reversed(polygon)))


@given(convex_polygons(), st.integers(0, 8), SHARE)
def test_the_border_belongs_to_the_polygon(
    polygon: tuple[Point, ...], number: int, share: float
) -> None:
    start = polygon[number % len(polygon)]
    end = polygon[(number + 1) % len(polygon)]
    point = (
        start[0] + share * (end[0] - start[0]),
        start[1] + share * (end[1] - start[1]),
    )
    assert is_inside(point, polygon)


def test_a_notch_is_outside() -> None:
    left = ((0.4, 0.4), (0.4, 1.0), (0.0, 1.0), (0.0, 0.0))
    horseshoe = (*left, (1.0, 0.0), (1.0, 1.0), (0.6, 1.0), (0.6, 0.4))
    assert not is_inside((0.5, 0.8), horseshoe)
    assert is_inside((0.5, 0.2), horseshoe)
    assert is_inside((0.2, 0.8), horseshoe)


def test_whoever_stands_at_the_lower_border_of_the_picture_is_in_a_zone_that_reaches_it() -> None:
    zone = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))
    assert is_inside(foot_point((10, 300, 50, 576), 768, 576), zone)


@given(boxes())
def test_points_of_a_box_are_shares_of_the_picture(box: PixelBox) -> None:
    for x, y in (foot_point(box, 700, 500), centre_point(box, 700, 500)):
        assert 0 <= x <= 1
        assert 0 <= y <= 1


@given(boxes(), boxes())
def test_overlap_is_symmetric_a_share_and_one_only_for_the_same_box(
    a: PixelBox, b: PixelBox
) -> None:
    assert iou(a, b) == iou(b, a)
    assert 0 <= iou(a, b) <= 1
    assert (iou(a, b) == 1) == (a == b)


@given(st.lists(boxes(), max_size=5), st.lists(boxes(), max_size=5))
def test_the_matrix_holds_the_overlap_of_every_pair(
    rows: list[PixelBox], columns: list[PixelBox]
) -> None:
    matrix = iou_matrix(
        np.array(rows, np.float32).reshape(-1, 4), np.array(columns, np.float32).reshape(-1, 4)
    )
    assert matrix.shape == (len(rows), len(columns))
    assert matrix.dtype == np.float32
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            assert matrix[i, j] == pytest.approx(iou(row, column), abs=1e-5)


def test_an_empty_box_overlaps_nothing_not_even_itself() -> None:
    empty = (5.0, 5.0, 5.0, 9.0)
    assert iou(empty, empty) == 0
    assert iou_matrix(np.array([empty], np.float32), np.array([empty], np.float32))[0, 0] == 0


def test_a_box_of_half_the_width_and_half_the_height_covers_a_quarter() -> None:
    assert area_ratio((0, 0, 384, 288), 768, 576) == 0.25


@given(POINTS, POINTS, POINTS, POINTS)
def test_going_back_crosses_in_the_other_direction(
    before: Point, after: Point, start: Point, end: Point
) -> None:
    there, back = crossing(before, after, start, end), crossing(after, before, start, end)
    assert (there is None) == (back is None)
    assert there is None or there != back


@given(POINTS, POINTS, POINTS, POINTS)
def test_a_line_drawn_from_its_other_end_turns_the_direction(
    before: Point, after: Point, start: Point, end: Point
) -> None:
    one, other = crossing(before, after, start, end), crossing(before, after, end, start)
    assert (one is None) == (other is None)
    assert one is None or one != other


def test_left_and_right_are_those_of_somebody_who_walks_up_the_line_on_the_picture() -> None:
    bottom, top = (0.5, 0.9), (0.5, 0.1)
    assert crossing((0.4, 0.5), (0.6, 0.5), bottom, top) == "left_to_right"
    assert crossing((0.6, 0.5), (0.4, 0.5), bottom, top) == "right_to_left"


def test_passing_beyond_the_end_of_a_line_is_no_crossing() -> None:
    bottom, top = (0.5, 0.9), (0.5, 0.4)
    assert crossing((0.4, 0.2), (0.6, 0.2), bottom, top) is None
    assert crossing((0.4, 0.5), (0.45, 0.5), bottom, top) is None


def test_the_distance_to_a_line_is_taken_at_a_right_angle() -> None:
    assert distance_to_line((0.2, 0.7), (0.5, 0.0), (0.5, 1.0)) == pytest.approx(0.3)
    assert distance_to_line((0.3, 0.4), (0.0, 0.0), (0.0, 0.0)) == pytest.approx(0.5)
