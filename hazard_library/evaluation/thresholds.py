"""Choosing, on validation pictures, the score from which a box counts."""

from collections.abc import Callable, Collection, Sequence
from itertools import product

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from hazard_library.evaluation.boxes import LOOSE_OVERLAP, OVERLAP, Curve, judge
from hazard_library.evaluation.looking import Look, alarm_labels, hazard_free, known
from hazard_library.registry.card import Share


class Aim(BaseModel):
    """What thresholds must reach on the validation pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    precision: Share = Field(description="Share of counted boxes that must be right")
    false_alarm_share: Share = Field(
        description="Share of the pictures without the class that may show a counted box"
    )
    bounds: tuple[Share, Share] = Field(description="Scores between which to choose")
    pooled_alarm_share: Share | None = Field(
        default=None,
        description="Share of all hazard-free pictures that may show a counted box of any "
        "alarming class; chosen together, for the best mean recall",
    )


def choose_thresholds(
    looks: Sequence[Look], labels: Sequence[str], aim: Aim, loose: Collection[str]
) -> dict[str, float]:
    """Return for each class the score from which its boxes count."""
    chosen = {}
    for label in labels:
        pictures = known(looks, label)
        curve = judge([one.judged(label) for one in pictures]).at(OVERLAP)
        without = [one for one in pictures if not _shows(one, label)]
        tops = np.array([one.top_score(label) for one in without])
        chosen[label] = _choose(curve, tops, aim, precise=label not in loose)
    if aim.pooled_alarm_share is not None:
        chosen |= _choose_together(looks, labels, aim, loose)
    return chosen


def overlap_of(label: str, loose: Collection[str]) -> float:
    """Return the IoU from which a box of a class is right: less for what has no firm outline."""
    return LOOSE_OVERLAP if label in loose else OVERLAP


def lowest_threshold(is_acceptable: Callable[[float], bool], bounds: tuple[float, float]) -> float:
    """Return the lowest score in `bounds`, in hundredths, that will do; else the upper bound.

    A threshold must not sit on a lucky run of few boxes, hence the bounds.
    """
    for threshold in _candidates(bounds)[:-1]:
        if is_acceptable(threshold):
            return threshold
    return bounds[1]


def _candidates(bounds: tuple[float, float]) -> list[float]:
    """Return the scores to choose from: the bounds and every hundredth between them."""
    steps = round((bounds[1] - bounds[0]) * 100)
    return [round(bounds[0] + step / 100, 2) for step in range(steps)] + [bounds[1]]


def _shows(one: Look, label: str) -> bool:
    return any(box.label == label for box in one.picture.boxes)


def _choose(curve: Curve, tops: "np.ndarray", aim: Aim, *, precise: bool) -> float:
    """Return one class's lowest score at which few enough boxes and pictures are wrong.

    Where outlines are not firm, many boxes lie beside the labelled one on a real fire; only the
    pictures without any say how often the class is reported for nothing.
    """

    def is_acceptable(threshold: float) -> bool:
        is_quiet = int((tops >= threshold).sum()) <= aim.false_alarm_share * len(tops)
        return is_quiet and (not precise or curve.counted_at(threshold)[0] >= aim.precision)

    return lowest_threshold(is_acceptable, aim.bounds)


def _choose_together(
    looks: Sequence[Look], labels: Sequence[str], aim: Aim, loose: Collection[str]
) -> dict[str, float]:
    """Return the alarming classes' scores of best mean recall among those quiet enough together.

    Where no choice is quiet enough, all get the upper bound.
    """
    alarming = alarm_labels(labels)
    quiet = hazard_free(looks, labels)
    allowed = int((aim.pooled_alarm_share or 0.0) * len(quiet))
    grid = np.array(list(product(_candidates(aim.bounds), repeat=len(alarming))))
    tops = np.array([[one.top_score(label) for label in alarming] for one in quiet])
    alarms = np.zeros(len(grid), np.int64)
    for row in tops.reshape(-1, len(alarming)):
        alarms += (row[None] >= grid).any(1)
    recall = np.zeros(len(grid))
    for column, label in enumerate(alarming):
        judged = [one.judged(label) for one in known(looks, label)]
        curve = judge(judged).at(overlap_of(label, loose))
        found = np.sort(curve.scores[curve.hits])
        above = len(found) - np.searchsorted(found, grid[:, column], "left")
        recall += above / max(curve.true_boxes, 1)
    recall[alarms > allowed] = -1.0
    # Of equal recall take the highest scores: they are furthest from the next false alarm.
    order = np.lexsort((grid.sum(1), recall))
    best = grid[order[-1]] if recall.max() >= 0 else np.full(len(alarming), aim.bounds[1])
    return {label: float(score) for label, score in zip(alarming, best, strict=True)}
