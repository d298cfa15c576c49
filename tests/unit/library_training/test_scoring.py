"""The way from network output to boxes, and what a class is judged on."""

import numpy as np
import pytest

from hazard_library.datasets.version import Box, Picture
from hazard_library.evaluation.boxes import Rows
from hazard_library.evaluation.detector import Found, decode, letterbox, suppress
from hazard_library.evaluation.looking import alarm_labels, hazard_free, known, look
from hazard_library.evaluation.self_test import differences, rendered_scene


def rows(*values: tuple[float, ...], width: int = 4) -> Rows:
    return np.array(values, np.float64).reshape(-1, width)


def picture(known_labels: tuple[str, ...], boxes: tuple[Box, ...] = ()) -> Picture:
    return Picture(
        file="a.png",
        sha256="",
        source="own",
        licence="CC0-1.0",
        split="val",
        width=100,
        height=50,
        known=known_labels,
        boxes=boxes,
    )


FIRE = Box(label="fire", cx=0.5, cy=0.5, w=0.2, h=0.4)
EVERYWHERE = Found(np.array([1]), np.array([0.9]), rows((40, 15, 60, 35)))
LABELS = ("person", "fire")


def test_a_class_is_judged_only_on_pictures_that_know_it() -> None:
    pictures = [picture(("fire",), (FIRE,)), picture(("person",))]
    looks = look(pictures, lambda _: EVERYWHERE, LABELS, LABELS)
    assert [one.picture for one in known(looks, "fire")] == pictures[:1]
    judged = looks[0].judged("fire")
    assert judged.true.tolist() == [[40, 15, 60, 35]]
    assert judged.found.tolist() == [[0.9, 40, 15, 60, 35]]
    assert judged.scale == 6.4


def test_a_box_in_a_region_of_doubt_is_no_alarm() -> None:
    doubtful = picture(("fire",)).model_copy(update={"unsure": (FIRE,)})
    (one,) = look([doubtful], lambda _: EVERYWHERE, LABELS, LABELS)
    assert one.top_score("fire") == 0.0
    (sure,) = look([picture(("fire",))], lambda _: EVERYWHERE, LABELS, LABELS)
    assert sure.top_score("fire") == 0.9


def test_a_picture_is_hazard_free_only_where_every_alarming_class_is_known_absent() -> None:
    pictures = [
        picture(("fire", "smoke")),
        picture(("fire",)),
        picture(("fire", "smoke"), (FIRE,)),
        picture(("fire", "smoke")).model_copy(update={"unsure": (FIRE,)}),
    ]
    labels = ("fire", "smoke")
    looks = look(pictures, lambda _: EVERYWHERE, labels, labels)
    assert [one.picture for one in hazard_free(looks, labels)] == pictures[:1]


def test_only_classes_that_are_a_hazard_by_themselves_alarm() -> None:
    assert alarm_labels(("person", "helmet", "no_helmet")) == ("no_helmet",)
    assert alarm_labels(("person", "forklift")) == ("person", "forklift")


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


def test_a_suppressed_box_suppresses_nothing() -> None:
    corners = rows((0, 0, 10, 10), (3, 0, 13, 10), (6, 0, 16, 10))
    kept = suppress(np.zeros(3, np.int64), np.array([0.9, 0.8, 0.7]), corners, 0.5)
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
