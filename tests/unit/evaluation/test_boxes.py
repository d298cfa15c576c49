"""Which boxes are right, by hand-worked cases, and average precision with its intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazard_library.evaluation.boxes import OVERLAPS, Curve, Judged, Rows, judge, overlaps
from hazard_library.evaluation.intervals import (
    average_precisions,
    drawings,
    figure,
    mean,
    precisions_recalls,
    share,
)

ONCE = np.ones((1, 1))


def rows(*values: tuple[float, ...], width: int = 4) -> Rows:
    return np.array(values, np.float64).reshape(-1, width)


def picture(found: Rows, true: Rows, unsure: Rows | None = None) -> Judged:
    return Judged(found=found, true=true, unsure=rows() if unsure is None else unsure)


def curve(found: str, true_boxes: int) -> Curve:
    """Read `found` by falling score, all in one picture: + is right, - is wrong."""
    return Curve(
        picture=np.zeros(len(found), np.int64),
        scores=np.linspace(0.9, 0.1, len(found)),
        hits=np.array([mark == "+" for mark in found], np.bool_),
        true_picture=np.zeros(true_boxes, np.int64),
    )


def precision_of(one: Curve) -> float:
    return float(average_precisions(one, ONCE)[0])


def test_half_overlapping_squares_share_a_third() -> None:
    table = overlaps(rows((0, 0, 10, 10)), rows((5, 0, 15, 10), (20, 20, 30, 30)))
    assert table == pytest.approx(np.array([[1 / 3, 0.0]]))


def test_every_box_found_and_nothing_else_is_a_precision_of_one() -> None:
    assert precision_of(curve("++", true_boxes=2)) == 1.0


def test_a_mistake_between_two_hits_costs_half_of_the_second_step() -> None:
    # Recall 1/2 at precision 1, recall 1 at precision 2/3.
    assert precision_of(curve("+-+", 2)) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_a_later_better_precision_lifts_an_earlier_step() -> None:
    # After the second box precision is 1/2, after the fourth 3/4: the envelope takes the latter.
    assert precision_of(curve("-+++", 3)) == pytest.approx(3 / 4)


def test_a_missed_box_caps_the_figure() -> None:
    assert precision_of(curve("+", true_boxes=4)) == pytest.approx(0.25)


def test_nothing_to_find_has_no_figure() -> None:
    assert figure(average_precisions(curve("-", true_boxes=0), ONCE)).value is None
    assert precision_of(curve("", true_boxes=3)) == 0.0


def test_a_second_box_on_the_same_thing_is_a_mistake() -> None:
    found = rows((0.9, 0, 0, 10, 10), (0.8, 0, 0, 10, 10), width=5)
    assert judge([picture(found, rows((0, 0, 10, 10)))]).at(0.5).hits.tolist() == [True, False]


def test_each_overlap_is_judged_by_itself() -> None:
    outcomes = judge([picture(rows((0.9, 0, 0, 10, 10), width=5), rows((0, 0, 10, 16)))])
    right = [overlap for overlap in OVERLAPS if outcomes.at(overlap).hits.any()]
    assert right == [0.3, 0.5, 0.55, 0.6]


def test_boxes_of_several_pictures_are_sorted_by_score() -> None:
    one = picture(rows((0.4, 0, 0, 10, 10), width=5), rows((0, 0, 10, 10)))
    other = picture(rows((0.8, 0, 0, 10, 10), width=5), rows((50, 50, 60, 60)))
    found = judge([one, other]).at(0.5)
    assert found.scores.tolist() == [0.8, 0.4]
    assert found.hits.tolist() == [False, True]
    assert found.picture.tolist() == [1, 0]
    assert found.true_boxes == 2


def test_a_wrong_box_in_a_region_of_doubt_counts_neither_way() -> None:
    doubtful = rows((0, 0, 20, 20))
    inside = rows((0.9, 5, 5, 15, 15), width=5)
    assert len(judge([picture(inside, rows(), doubtful)]).at(0.5).hits) == 0
    right = judge([picture(inside, rows((5, 5, 15, 15)), doubtful)]).at(0.5)
    assert right.hits.tolist() == [True]


def test_a_size_counts_its_own_boxes_and_what_was_taken_for_them() -> None:
    small, large = (0.0, 32.0), (32.0, np.inf)
    found = rows((0.9, 0, 0, 40, 40), (0.8, 100, 100, 110, 110), width=5)
    outcomes = judge([picture(found, rows((0, 0, 28, 36)))])
    # A large box found on a small thing is a hit of the small ones, and no mistake of the large.
    assert outcomes.at(0.5, small).hits.tolist() == [True, False]
    assert outcomes.at(0.5, large).hits.tolist() == []
    assert (outcomes.at(0.5, small).true_boxes, outcomes.at(0.5, large).true_boxes) == (1, 0)


def test_precision_and_recall_at_a_threshold() -> None:
    weights = np.ones((1, 1))
    assert curve("+-+", 4).counted_at(0.5) == (0.5, 0.25)
    precision, recall = precisions_recalls(curve("+-+", 4), 0.5, weights)
    assert (precision[0], recall[0]) == (0.5, 0.25)
    assert curve("+", 4).counted_at(0.95) == (1.0, 0.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30), st.integers(1, 9))
def test_a_picture_drawn_twice_is_the_same_as_the_picture_there_twice(
    found: list[tuple[int, bool]], true_boxes: int
) -> None:
    true = np.arange(true_boxes) % 6
    places = np.array([place for place, _ in found], np.int64)
    hits = np.array([hit for _, hit in found], np.bool_)
    scores = np.linspace(0.9, 0.1, len(found)) if found else np.zeros(0)
    one = Curve(places, scores, hits, true)
    # Picture 0 twice, written out: its boxes stand beside their copies.
    copies = np.where(places == 0, 2, 1)
    true_copies = np.where(true == 0, 2, 1)
    written = Curve(
        np.zeros(copies.sum(), np.int64),
        np.repeat(scores, copies),
        np.repeat(hits, copies),
        np.zeros(true_copies.sum(), np.int64),
    )
    weights = np.array([[2.0, 1, 1, 1, 1, 1]])
    drawn = average_precisions(one, weights)[0]
    assert drawn == pytest.approx(average_precisions(written, ONCE)[0])


def test_the_interval_holds_the_figure_and_narrows_with_more_pictures() -> None:
    def interval(pictures: int) -> float:
        places = np.arange(pictures)
        one = Curve(places, np.linspace(0.9, 0.1, pictures), places % 3 > 0, places)
        said = figure(average_precisions(one, drawings(np.ones(pictures, np.bool_), 300, 7)))
        assert said.value is not None
        assert said.low is not None
        assert said.high is not None
        assert said.low <= said.value <= said.high
        return said.high - said.low

    assert interval(400) < interval(40) / 2


def test_the_same_seed_draws_the_same_and_only_from_the_chosen() -> None:
    among = np.array([True, False, True])
    assert np.array_equal(drawings(among, 9, 1), drawings(among, 9, 1))
    assert drawings(among, 9, 1)[:, 1].sum() == 0
    assert drawings(among, 9, 1).sum(1).tolist() == [2.0] * 10


def test_the_mean_leaves_out_classes_with_nothing_to_find() -> None:
    columns = [np.array([0.4, np.nan]), np.array([0.6, 0.8]), np.array([np.nan, np.nan])]
    assert mean(columns).tolist() == [0.5, 0.8]


def test_a_share_of_nothing_has_no_figure_and_none_of_many_still_has_an_upper_bound() -> None:
    assert share(0, 0).value is None
    none = share(0, 200)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.0188, abs=1e-4)
    # Wilson's own textbook case: 1 of 10.
    assert share(1, 10).low == pytest.approx(0.0179, abs=1e-4)
    assert share(1, 10).high == pytest.approx(0.4042, abs=1e-4)
