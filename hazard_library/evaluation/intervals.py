"""Figures with what chance could have made of them: bootstrap over pictures, and Wilson.

Grounds: Efron and Tibshirani, An Introduction to the Bootstrap (1993), ch. 13, the percentile
interval; pictures are drawn, not boxes, since the boxes of one picture are alike. Wilson, Probable
inference, the law of succession, and statistical inference (JASA 1927), for shares near zero.
Average precision is the area under the precision envelope over all recall steps, as in VOC.
"""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from hazard_library.evaluation.boxes import Curve, Flags, Rows

LEVEL = 0.95
NORMAL_95 = 1.959964
BLOCK = 2_000_000
"""Numbers worked on at once: weights of boxes times drawings."""


class Figure(BaseModel):
    """A figure and its 95 % interval; None where there was nothing to measure."""

    model_config = ConfigDict(frozen=True)

    value: float | None
    low: float | None
    high: float | None

    def text(self) -> str:
        """Write it as `0.74 (0.70–0.78)`."""
        if self.value is None:
            return "–"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def drawings(among: Flags, times: int, seed: int) -> Rows:
    """Draw pictures again and again, with replacement.

    Args:
        among: bool (pictures,): from which to draw.
        times: how often to draw as many as there are.
        seed: decides the drawings.

    Returns:
        float64 (1 + times, pictures): how often each picture counts; the first row counts each of
        them once, and gives the figure itself.
    """
    chosen = np.flatnonzero(among)
    rng = np.random.default_rng(seed)
    weights = np.zeros((1 + times, len(among)))
    weights[0, chosen] = 1.0
    if len(chosen):
        even = np.full(len(chosen), 1 / len(chosen))
        weights[1:, chosen] = rng.multinomial(len(chosen), even, times)
    return weights


def average_precisions(curve: Curve, weights: Rows) -> Rows:
    """Return the average precision under each row of weights (b, pictures), as (b,).

    NaN where a row has nothing to find.
    """
    step = max(1, BLOCK // max(len(curve.scores), 1))
    blocks = [weights[start : start + step] for start in range(0, len(weights), step)]
    return np.concatenate([_average_precisions(curve, block) for block in blocks])


def _average_precisions(curve: Curve, weights: Rows) -> Rows:
    to_find = weights[:, curve.true_picture].sum(1)
    counted = weights[:, curve.picture]
    right = counted * curve.hits
    seen = np.cumsum(counted, 1)
    precision = np.cumsum(right, 1) / np.maximum(seen, 1e-9)
    # A box that a drawing lacks must not lend its precision to others.
    precision[counted == 0] = 0.0
    envelope = np.maximum.accumulate(precision[:, ::-1], 1)[:, ::-1]
    area = (right * envelope).sum(1)
    return np.where(to_find > 0, area / np.maximum(to_find, 1e-9), np.nan)


def precisions_recalls(curve: Curve, threshold: float, weights: Rows) -> tuple[Rows, Rows]:
    """Return precision and recall from `threshold` under each row of weights, as (b,) each."""
    counts = curve.scores >= threshold
    counted = weights[:, curve.picture[counts]]
    right = (counted * curve.hits[counts]).sum(1)
    found, to_find = counted.sum(1), weights[:, curve.true_picture].sum(1)
    precision = np.where(found > 0, right / np.maximum(found, 1e-9), np.nan)
    recall = np.where(to_find > 0, right / np.maximum(to_find, 1e-9), np.nan)
    return precision, recall


def figure(values: Rows) -> Figure:
    """Make a figure of its value (first) and what the drawings gave (the rest)."""
    value, drawn = float(values[0]), values[1:]
    if np.isnan(value):
        return Figure(value=None, low=None, high=None)
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return Figure(value=round(value, 4), low=None, high=None)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4))


def mean(columns: Sequence[Rows]) -> Rows:
    """Return the mean over classes, drawing by drawing; classes with nothing to find left out."""
    table = np.array(columns).reshape(len(columns), -1)
    there = ~np.isnan(table)
    count = there.sum(0)
    total = np.where(there, table, 0.0).sum(0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def share(part: int, whole: int) -> Figure:
    """Return a share of counted things with its Wilson interval."""
    if not whole:
        return Figure(value=None, low=None, high=None)
    p, z = part / whole, NORMAL_95
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    reach = z * (p * (1 - p) / whole + z * z / (4 * whole**2)) ** 0.5 / (1 + z * z / whole)
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Figure(value=round(p, 4), low=round(low, 4), high=round(high, 4))
