"""Average precision of boxes, in plain numpy.

Grounds: Everingham et al., The PASCAL Visual Object Classes Challenge: A Retrospective (IJCV 2015):
found boxes are taken by falling score, each matches the free true box it overlaps most, and the
figure is the area under the precision envelope over all recall steps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """One class in one picture.

    Attributes:
        found: float64 (n, 5): score, x1, y1, x2, y2.
        true: float64 (m, 4): corners of the true boxes.
        unsure: float64 (k, 4): regions in which a found box is neither right nor wrong.
    """

    found: Rows
    true: Rows
    unsure: Rows


@dataclass(frozen=True, slots=True)
class Curve:
    """What happens as the score threshold falls, one entry a found box, by falling score.

    Attributes:
        scores: float64 (n,).
        hits: bool (n,): whether the box is right.
        true_boxes: how many there were to find.
    """

    scores: npt.NDArray[np.float64]
    hits: npt.NDArray[np.bool_]
    true_boxes: int

    def precision(self) -> npt.NDArray[np.float64]:
        """Return the share of right boxes among those at or above each score."""
        return np.cumsum(self.hits) / np.arange(1, len(self.hits) + 1)

    def recall(self) -> npt.NDArray[np.float64]:
        """Return the share of true boxes found at or above each score."""
        return np.cumsum(self.hits) / max(self.true_boxes, 1)

    def at(self, threshold: float) -> tuple[float, float]:
        """Return (precision, recall) when boxes count from `threshold`; precision 1 for none."""
        counted = self.hits[self.scores >= threshold]
        right = int(counted.sum())
        precision = right / len(counted) if len(counted) else 1.0
        return precision, right / max(self.true_boxes, 1)


def overlaps(one: Rows, other: Rows) -> Rows:
    """Return the intersection over union of boxes (n, 4) and (m, 4), as (n, m)."""
    top_left = np.maximum(one[:, None, :2], other[None, :, :2])
    bottom_right = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(bottom_right - top_left, 0, None).prod(2)
    areas = (one[:, 2:] - one[:, :2]).prod(1)[:, None] + (other[:, 2:] - other[:, :2]).prod(1)
    return np.asarray(shared / np.maximum(areas - shared, 1e-9))


def judge(pictures: Sequence[Judged], overlap: float) -> Curve:
    """Match found boxes with true ones, picture by picture.

    Args:
        pictures: one entry a picture in which the class is labelled throughout.
        overlap: the IoU from which a found box is right.
    """
    scores: list[float] = []
    hits: list[bool] = []
    for picture in pictures:
        found = picture.found[np.argsort(-picture.found[:, 0], kind="stable")]
        for row, hit in zip(found, _match(found[:, 1:], picture.true, overlap), strict=True):
            if hit or not _inside(row[1:], picture.unsure):
                scores.append(float(row[0]))
                hits.append(hit)
    order = np.argsort(-np.array(scores), kind="stable")
    return Curve(
        scores=np.array(scores, np.float64)[order],
        hits=np.array(hits, np.bool_)[order],
        true_boxes=sum(len(picture.true) for picture in pictures),
    )


def _match(found: Rows, true: Rows, overlap: float) -> list[bool]:
    """Give each found box, best score first, the free true box it overlaps most."""
    free = np.ones(len(true), np.bool_)
    table = overlaps(found, true)
    hits = []
    for row in table:
        candidates = np.where(free, row, -1.0)
        best = int(candidates.argmax()) if len(candidates) else -1
        hit = best >= 0 and bool(candidates[best] >= overlap)
        if hit:
            free[best] = False
        hits.append(hit)
    return hits


def _inside(box: npt.NDArray[np.float64], regions: Rows) -> bool:
    """Tell whether the centre of a box lies in one of the regions."""
    centre = (box[:2] + box[2:]) / 2
    within = (centre >= regions[:, :2]) & (centre <= regions[:, 2:])
    return bool(within.all(1).any())


def average_precision(curve: Curve) -> float:
    """Return the area under the precision envelope; 0 if there was nothing to find."""
    if not curve.true_boxes or not len(curve.hits):
        return 0.0
    envelope = np.maximum.accumulate(curve.precision()[::-1])[::-1]
    return float(envelope[curve.hits].sum() / curve.true_boxes)


def lowest_threshold(is_acceptable: Callable[[float], bool], bounds: tuple[float, float]) -> float:
    """Return the lowest score in `bounds`, in hundredths, that will do; else the upper bound.

    A threshold must not sit on a lucky run of few boxes, hence the bounds.
    """
    floor, ceiling = bounds
    for step in range(round((ceiling - floor) * 100)):
        threshold = round(floor + step / 100, 2)
        if is_acceptable(threshold):
            return threshold
    return ceiling


def false_alarms(pictures: Sequence[Judged], threshold: float) -> tuple[int, int]:
    """Return (pictures without the class in which a box counts, pictures without the class)."""
    without = [picture for picture in pictures if not len(picture.true)]
    wrong = sum(
        any(not _inside(row[1:], picture.unsure) for row in picture.found if row[0] >= threshold)
        for picture in without
    )
    return wrong, len(without)
