"""Rows of a source left out: its classes only, and only those that another source shows."""

import pytest

from hazard_library.evaluation.evaluate import ClassResult, Evaluation, Scores
from hazard_library.evaluation.intervals import Figure
from hazard_library.evaluation.left_out import rows, table


def scores(ap: float, boxes: int) -> Scores:
    figure = Figure(value=ap, low=ap - 0.1, high=ap + 0.1)
    return Scores(
        pictures=3,
        boxes=boxes,
        ap50=figure,
        ap30=figure,
        ap50_95=figure,
        precision=figure,
        recall=figure,
    )


def result(by_source: dict[str, tuple[float, int]]) -> ClassResult:
    return ClassResult(
        threshold=0.5,
        overlap=0.5,
        all=scores(0.5, 9),
        by_source={name: scores(*said) for name, said in by_source.items()},
        by_size={},
        pictures_without=0,
        false_alarms=0,
    )


def evaluation(**classes: dict[str, tuple[float, int]]) -> Evaluation:
    return Evaluation.model_construct(
        classes={label: result(by_source) for label, by_source in classes.items()}
    )


@pytest.fixture
def base() -> Evaluation:
    return evaluation(
        person={"yard": (0.8, 5), "hall": (0.6, 4), "empty": (0.0, 0)}, fire={"yard": (0.7, 3)}
    )


def test_a_source_left_out_is_compared_class_by_class(base: Evaluation) -> None:
    without = evaluation(
        person={"yard": (0.5, 5), "hall": (0.6, 4), "empty": (0.0, 0)}, fire={"yard": (0.1, 3)}
    )
    (row,) = rows(base, without, ["yard", "empty"])
    assert (row.label, row.left_out, row.n) == ("person", "yard", 5)
    assert row.drop == pytest.approx(0.3)
    assert row.ap_without_interval == (0.4, 0.6)
    assert "| person | yard | 5 | 0.800 (0.700–0.900) | 0.500 (0.400–0.600) | -0.300 |" in table(
        [row]
    )


def test_nothing_left_out_gives_no_row(base: Evaluation) -> None:
    assert rows(base, base, []) == []


def test_a_class_of_one_source_cannot_be_measured(base: Evaluation) -> None:
    assert {row.label for row in rows(base, base, ["yard"])} == {"person"}
