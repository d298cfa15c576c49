"""The scores from which boxes count are the lowest that meet the aim."""

import numpy as np

from hazard_library.datasets.version import Box, Picture
from hazard_library.evaluation.boxes import Rows
from hazard_library.evaluation.looking import Look
from hazard_library.evaluation.thresholds import Aim, choose_thresholds, lowest_threshold


def rows(*values: tuple[float, ...], width: int = 5) -> Rows:
    return np.array(values, np.float64).reshape(-1, width)


def seen(found: dict[str, Rows], shows: tuple[str, ...] = ()) -> Look:
    """Return a look at a picture of 100 x 100; what it shows fills 10..20."""
    boxes = tuple(Box(label=label, cx=0.15, cy=0.15, w=0.1, h=0.1) for label in shows)
    picture = Picture(
        file="a.png",
        sha256="",
        source="own",
        licence="CC0-1.0",
        split="val",
        width=100,
        height=100,
        known=tuple(found),
        boxes=boxes,
    )
    return Look(picture, found)


def at(score: float) -> Rows:
    """Return a box that is right where something is shown."""
    return rows((score, 10, 10, 20, 20))


NOTHING = rows()


def test_the_lowest_score_that_will_do_is_taken() -> None:
    assert lowest_threshold(lambda score: score >= 0.42, (0.25, 0.6)) == 0.42
    assert lowest_threshold(lambda _: True, (0.25, 0.6)) == 0.25


def test_if_none_will_do_the_upper_bound_is_taken() -> None:
    assert lowest_threshold(lambda _: False, (0.25, 0.6)) == 0.6


def test_a_precise_class_needs_right_boxes_and_a_loose_one_only_quiet_pictures() -> None:
    beside = rows((0.5, 70, 70, 90, 90))
    looks = [
        seen({"person": beside, "fire": beside}, ("person", "fire")),
        seen({"person": at(0.35), "fire": at(0.35)}),
    ]
    aim = Aim(precision=0.8, false_alarm_share=0.0, bounds=(0.3, 0.8))
    chosen = choose_thresholds(looks, ["person", "fire"], aim, ["fire"])
    assert chosen == {"person": 0.51, "fire": 0.36}


POOLED = Aim(precision=0.0, false_alarm_share=1.0, bounds=(0.2, 0.8), pooled_alarm_share=0.25)


def test_alarming_classes_share_what_may_ring_and_take_the_best_recall() -> None:
    # Of four quiet pictures one may ring. Both classes have real boxes at 0.3; the smoke that is
    # found wrongly is the cheaper one to live with, since it costs one picture and fire two.
    quiet = [
        seen({"fire": at(0.5), "smoke": NOTHING}),
        seen({"fire": at(0.4), "smoke": NOTHING}),
        seen({"fire": NOTHING, "smoke": at(0.6)}),
        seen({"fire": NOTHING, "smoke": NOTHING}),
    ]
    real = [seen({"fire": at(0.3), "smoke": at(0.3)}, ("fire", "smoke"))]
    chosen = choose_thresholds([*quiet, *real], ["fire", "smoke"], POOLED, ["fire", "smoke"])
    assert chosen == {"fire": 0.8, "smoke": 0.3}


def test_a_picture_in_which_both_ring_counts_once() -> None:
    quiet = [seen({"fire": at(0.5), "smoke": at(0.5)})]
    quiet += [seen({"fire": NOTHING, "smoke": NOTHING}) for _ in range(3)]
    real = [seen({"fire": at(0.3), "smoke": at(0.3)}, ("fire", "smoke"))]
    chosen = choose_thresholds([*quiet, *real], ["fire", "smoke"], POOLED, ["fire", "smoke"])
    assert chosen == {"fire": 0.3, "smoke": 0.3}


def test_where_nothing_is_quiet_enough_the_upper_bound_is_taken() -> None:
    loud = [seen({"fire": at(0.9), "smoke": NOTHING}) for _ in range(2)]
    chosen = choose_thresholds(loud, ["fire", "smoke"], POOLED, ["fire", "smoke"])
    assert chosen == {"fire": 0.8, "smoke": 0.8}
