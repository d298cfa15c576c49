import pytest

from edge.bench.agreement import Row, agree

BOX: Row = [0, 0.9, 100, 100, 200, 300]


def _moved(by: float, score: float = 0.9, label: int = 0) -> Row:
    return [label, score, 100 + by, 100, 200 + by, 300]


def test_the_same_boxes_agree() -> None:
    found = agree([[BOX], []], [[BOX], []])
    assert found.holds
    assert (found.boxes, found.unmatched, found.max_score_difference) == (2, 0, 0.0)


def test_small_differences_agree_and_are_told() -> None:
    found = agree([[BOX]], [[_moved(3, score=0.85)]])
    assert found.holds
    assert found.max_corner_difference_px == 3
    assert found.max_score_difference == pytest.approx(0.05)


@pytest.mark.parametrize(
    "other",
    [[], [_moved(60)], [_moved(0, label=1)], [_moved(0, score=0.4)]],
    ids=["missing", "elsewhere", "another class", "another score"],
)
def test_a_box_without_its_like_does_not_agree(other: list[Row]) -> None:
    assert not agree([[BOX]], [other]).holds


def test_a_box_that_only_the_other_has_does_not_agree() -> None:
    assert not agree([[]], [[BOX]]).holds


def test_a_run_that_is_shorter_does_not_agree() -> None:
    assert not agree([[BOX]] * 10, [[BOX]] * 9).holds


def test_two_runs_that_found_nothing_prove_nothing() -> None:
    assert not agree([[]], [[]]).holds
