"""Which found boxes are right: found boxes against true ones, one class at a time, in numpy.

Grounds: Everingham et al., The PASCAL Visual Object Classes Challenge: A Retrospective (IJCV 2015):
found boxes are taken by falling score, and each matches the free true box it overlaps most.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

OVERLAP, LOOSE_OVERLAP = 0.5, 0.3
OVERLAPS = (LOOSE_OVERLAP, *(round(0.5 + 0.05 * step, 2) for step in range(10)))
"""The IoUs at which right is told from wrong: 0.3 for loose boxes, then COCO's ten."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One class in one picture that is labelled throughout for it.

    Attributes:
        found: float64 (n, 5): score, x1, y1, x2, y2.
        true: float64 (m, 4): corners of the true boxes.
        unsure: float64 (k, 4): regions in which a found box is neither right nor wrong.
        scale: pixels of a picture whose longer side is `SIZED_AT` per pixel of this one.
    """

    found: Rows
    true: Rows
    unsure: Rows
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Everything found and everything to be found of one class, in flat tables.

    Attributes:
        picture: int64 (n,): the picture of each found box, as its place in what was judged.
        scores: float64 (n,), falling.
        hits: bool (n, overlaps): whether the box is right at each of `OVERLAPS`.
        met: int64 (n, overlaps): row of the true box it met, -1 for none.
        doubtful: bool (n,): whether its centre lies where the class is not known.
        sizes: float64 (n,): root of its area, in pixels of a picture `SIZED_AT` long.
        true_picture: int64 (m,): the picture of each true box.
        true_sizes: float64 (m,): as `sizes`.
        pictures: how many were judged.
    """

    picture: Numbers
    scores: Rows
    hits: Flags
    met: Numbers
    doubtful: Flags
    sizes: Rows
    true_picture: Numbers
    true_sizes: Rows
    pictures: int

    def at(self, overlap: float, sizes: tuple[float, float] = (0.0, np.inf)) -> "Curve":
        """Return what counts at one IoU, of boxes whose size lies in `sizes` (from, below).

        A found box that met a true box of another size, or met none and is of another size, is
        neither right nor wrong. So is one in a region of doubt, unless it is right.
        """
        column = OVERLAPS.index(overlap)
        hits, met = self.hits[:, column], self.met[:, column]
        size = self.sizes.copy()
        size[hits] = self.true_sizes[met[hits]]
        counts = (hits | ~self.doubtful) & _within(size, sizes)
        return Curve(
            picture=self.picture[counts],
            scores=self.scores[counts],
            hits=hits[counts],
            true_picture=self.true_picture[_within(self.true_sizes, sizes)],
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """What happens as the score threshold falls, one entry a found box, by falling score.

    Attributes:
        picture: int64 (n,): the picture of each found box.
        scores: float64 (n,).
        hits: bool (n,): whether the box is right.
        true_picture: int64 (m,): the picture of each box there was to find.
    """

    picture: Numbers
    scores: Rows
    hits: Flags
    true_picture: Numbers

    @property
    def true_boxes(self) -> int:
        """Return how many boxes there were to find."""
        return len(self.true_picture)

    def precision(self) -> Rows:
        """Return the share of right boxes among those at or above each score."""
        return np.cumsum(self.hits) / np.arange(1, len(self.hits) + 1)

    def recall(self) -> Rows:
        """Return the share of true boxes found at or above each score."""
        return np.cumsum(self.hits) / max(self.true_boxes, 1)

    def counted_at(self, threshold: float) -> tuple[float, float]:
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


def judge(pictures: Sequence[Judged]) -> Outcomes:
    """Match found boxes with true ones, picture by picture, at every IoU of `OVERLAPS`."""
    ordered = [one.found[np.argsort(-one.found[:, 0], kind="stable")] for one in pictures]
    starts = np.cumsum([0, *(len(one.true) for one in pictures)])
    met = [
        _match(overlaps(found[:, 1:], one.true), int(start))
        for found, one, start in zip(ordered, pictures, starts[:-1], strict=True)
    ]
    counts = [len(found) for found in ordered]
    scores = _joined([found[:, 0] for found in ordered])
    order = np.argsort(-scores, kind="stable")
    table = np.concatenate([np.zeros((0, len(OVERLAPS)), np.int64), *met])[order]
    doubtful = [inside(f[:, 1:], one.unsure) for f, one in zip(ordered, pictures, strict=True)]
    sizes = [_sizes(f[:, 1:]) * one.scale for f, one in zip(ordered, pictures, strict=True)]
    return Outcomes(
        picture=np.repeat(np.arange(len(pictures)), counts)[order],
        scores=scores[order],
        hits=table >= 0,
        met=table,
        doubtful=_joined(doubtful)[order].astype(np.bool_),
        sizes=_joined(sizes)[order],
        true_picture=np.repeat(np.arange(len(pictures)), [len(one.true) for one in pictures]),
        true_sizes=_joined([_sizes(one.true) * one.scale for one in pictures]),
        pictures=len(pictures),
    )


def inside(boxes: Rows, regions: Rows) -> Flags:
    """Tell of boxes (n, 4) whether their centre lies in one of the regions (k, 4): bool (n,)."""
    centres = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
    within = (centres >= regions[None, :, :2]) & (centres <= regions[None, :, 2:])
    return np.asarray(np.any(np.all(within, axis=2), axis=1))


def _match(table: Rows, start: int) -> Numbers:
    """Give each found box, best score first, the free true box it overlaps most.

    Args:
        table: IoU of found boxes (n) with true ones (m).
        start: row of the picture's first true box.

    Returns:
        int64 (n, overlaps): row of the true box met, -1 for none.
    """
    met = np.full((len(table), len(OVERLAPS)), -1, np.int64)
    if not table.size:
        return met
    for column, overlap in enumerate(OVERLAPS):
        free = np.ones(table.shape[1], np.bool_)
        for row in np.flatnonzero(table.max(1) >= overlap):
            candidates = np.where(free, table[row], -1.0)
            best = int(candidates.argmax())
            if candidates[best] >= overlap:
                free[best] = False
                met[row, column] = start + best
    return met


def _sizes(boxes: Rows) -> Rows:
    """Return the root of the area of boxes (n, 4)."""
    return np.asarray(np.sqrt(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(1)))


def _within(sizes: Rows, bounds: tuple[float, float]) -> Flags:
    return np.asarray((sizes >= bounds[0]) & (sizes < bounds[1]))


def _joined(parts: Sequence[npt.NDArray[np.generic]]) -> Rows:
    return np.concatenate([np.zeros(0), *parts]).astype(np.float64)
