"""Average precision by hand-worked cases, and the way from network output to boxes."""

import numpy as np
import pytest

from hazard_library.datasets.version import Box, DatasetVersion, Picture
from hazard_library.evaluation.boxes import (
    Curve,
    Judged,
    Rows,
    average_precision,
    false_alarms,
    judge,
    lowest_threshold,
    overlaps,
)
from hazard_library.evaluation.detector import Found, decode, letterbox, suppress
from hazard_library.evaluation.score import Aim, choose_thresholds, judged_by_class, metrics
from hazard_library.evaluation.self_test import differences, rendered_scene


def rows(*values: tuple[float, ...], width: int = 4) -> Rows:
    return np.array(values, np.float64).reshape(-1, width)


def picture(found: Rows, true: Rows, unsure: Rows | None = None) -> Judged:
    return Judged(found=found, true=true, unsure=rows() if unsure is None else unsure)


def curve(found: str, true_boxes: int) -> Curve:
    """Read `found` by falling score: + is right, - is wrong."""
    scores = np.linspace(0.9, 0.1, len(found))
    hits = np.array([mark == "+" for mark in found], np.bool_)
    return Curve(scores=scores, hits=hits, true_boxes=true_boxes)


def test_half_overlapping_squares_share_a_third() -> None:
    table = overlaps(rows((0, 0, 10, 10)), rows((5, 0, 15, 10), (20, 20, 30, 30)))
    assert table == pytest.approx(np.array([[1 / 3, 0.0]]))


def test_every_box_found_and_nothing_else_is_a_precision_of_one() -> None:
    assert average_precision(curve("++", true_boxes=2)) == 1.0


def test_a_mistake_between_two_hits_costs_half_of_the_second_step() -> None:
    # Recall 1/2 at precision 1, recall 1 at precision 2/3.
    value = average_precision(curve("+-+", true_boxes=2))
    assert value == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_a_missed_box_caps_the_figure() -> None:
    assert average_precision(curve("+", true_boxes=4)) == pytest.approx(0.25)


def test_nothing_to_find_is_zero_not_an_error() -> None:
    assert average_precision(curve("", true_boxes=0)) == 0.0


def test_a_second_box_on_the_same_thing_is_a_mistake() -> None:
    found = rows((0.9, 0, 0, 10, 10), (0.8, 0, 0, 10, 10), width=5)
    assert judge([picture(found, rows((0, 0, 10, 10)))], 0.5).hits.tolist() == [True, False]


def test_a_wrong_box_in_a_region_of_doubt_does_not_count() -> None:
    found = rows((0.9, 0, 0, 10, 10), (0.8, 50, 50, 60, 60), width=5)
    judged = picture(found, rows(), rows((0, 0, 20, 20)))
    assert judge([judged], 0.5).scores.tolist() == [0.8]


def test_boxes_of_all_pictures_are_ranked_together() -> None:
    weak = picture(rows((0.3, 0, 0, 10, 10), width=5), rows((0, 0, 10, 10)))
    strong = picture(rows((0.7, 0, 0, 10, 10), width=5), rows((40, 40, 50, 50)))
    result = judge([weak, strong], 0.5)
    assert (result.hits.tolist(), result.true_boxes) == ([False, True], 2)


def test_precision_and_recall_at_a_threshold() -> None:
    assert curve("+-+", true_boxes=4).at(0.5) == (0.5, 0.25)
    assert curve("+", true_boxes=1).at(0.95) == (1.0, 0.0)


def test_the_threshold_is_the_lowest_score_in_hundredths_that_will_do() -> None:
    assert lowest_threshold(lambda score: score > 0.4, (0.3, 0.8)) == 0.41
    assert lowest_threshold(lambda _: True, (0.3, 0.8)) == 0.3
    assert lowest_threshold(lambda _: False, (0.3, 0.8)) == 0.8


def test_a_precise_class_needs_right_boxes_and_a_loose_one_only_quiet_pictures() -> None:
    beside = picture(rows((0.5, 0, 0, 10, 10), width=5), rows((30, 30, 40, 40)))
    quiet = picture(rows((0.35, 0, 0, 10, 10), width=5), rows())
    aim = Aim(precision=0.8, false_alarm_share=0.0, bounds=(0.3, 0.8))
    judged = {"person": [beside, quiet], "fire": [beside, quiet]}
    assert choose_thresholds(judged, aim, ["fire"]) == {"person": 0.51, "fire": 0.36}


def test_a_false_alarm_is_a_picture_without_the_class_that_shows_a_box() -> None:
    empty = picture(rows((0.5, 0, 0, 9, 9), (0.6, 5, 5, 9, 9), width=5), rows())
    shown = picture(rows((0.9, 0, 0, 9, 9), width=5), rows((20, 20, 30, 30)))
    assert false_alarms([empty, shown], 0.5) == (1, 1)
    assert false_alarms([empty, shown], 0.7) == (0, 1)


def test_a_box_in_a_region_of_doubt_is_no_false_alarm() -> None:
    doubtful = picture(rows((0.5, 0, 0, 9, 9), width=5), rows(), rows((0, 0, 20, 20)))
    assert false_alarms([doubtful], 0.5) == (0, 1)


def test_a_class_is_scored_only_on_pictures_that_know_it() -> None:
    def shown(name: str, known: tuple[str, ...]) -> Picture:
        box = Box(label="fire", cx=0.5, cy=0.5, w=0.2, h=0.2)
        return Picture(
            file=name,
            sha256="",
            source="",
            licence="",
            split="val",
            width=100,
            height=100,
            known=known,
            boxes=(box,) if "fire" in known else (),
        )

    version = DatasetVersion(
        labels=("person", "fire"), pictures=(shown("a", ("fire",)), shown("b", ("person",)))
    )
    everywhere = Found(np.array([1]), np.array([0.9]), rows((40, 40, 60, 60)))
    thresholds = {"person": 0.5, "fire": 0.5}
    scored = metrics(judged_by_class(version, lambda _: everywhere), thresholds, ())
    assert (scored["fire"].ap50, scored["fire"].pictures) == (1.0, 1)
    assert (scored["person"].boxes, scored["person"].pictures) == (0, 1)


def test_a_wide_picture_lies_in_the_middle_of_the_square() -> None:
    canvas, fit = letterbox(np.zeros((50, 100, 3), np.uint8), 64)
    assert (fit.scale, fit.left, fit.top) == (0.64, 0, 16)
    assert canvas[0, 0, 0] == 114
    assert canvas[32, 32, 0] == 0


def test_output_columns_become_corners_with_their_best_class() -> None:
    output = np.array([[[50, 10], [40, 10], [20, 4], [10, 4], [0.1, 0.0], [0.8, 0.2]]], np.float32)
    classes, scores, corners = decode(output, 0.5)
    assert classes.tolist() == [1]
    assert scores == pytest.approx([0.8])
    assert corners.tolist() == [[40, 35, 60, 45]]


def test_suppression_keeps_the_best_of_a_class_and_lets_classes_overlap() -> None:
    corners = rows((0, 0, 10, 10), (1, 0, 11, 10), (0, 0, 10, 10))
    kept = suppress(np.array([0, 0, 1]), np.array([0.9, 0.8, 0.7]), corners, 0.5)
    assert kept.tolist() == [0, 2]


def test_suppression_of_nothing_is_nothing() -> None:
    assert suppress(np.zeros(0, np.int64), np.zeros(0), rows(), 0.5).tolist() == []


def test_the_rendered_scene_is_the_same_each_time() -> None:
    assert np.array_equal(rendered_scene(), rendered_scene())


def test_another_class_is_an_infinite_difference() -> None:
    one = Found(np.array([1]), np.array([0.9]), rows((0, 0, 10, 10)))
    near = Found(np.array([1]), np.array([0.8]), rows((0, 0, 10, 12)))
    other = Found(np.array([0]), np.array([0.9]), rows((0, 0, 10, 10)))
    assert differences(one, near) == pytest.approx((2.0, 0.1))
    assert differences(one, other) == (float("inf"), float("inf"))
