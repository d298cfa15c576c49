"""Figures of telling changed looks from normal ones, with what chance could have made of them.

Scenes are drawn, not looks: the looks of one scene are alike. One threshold serves all scenes, as
it must at a site where nobody knows abnormal looks yet.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hazard_library.evaluation.boxes import Rows

FALSE_ALARMS = 0.01
"""Share of normal looks that may lie above the threshold."""
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scored:
    """Looks of one kind over all scenes.

    Attributes:
        scores: float64 (n,).
        scenes: int64 (n,): which scene each is of.
    """

    scores: Rows
    scenes: Numbers


def aurocs(normal: Scored, changed: Scored, weights: Rows) -> Rows:
    """Return how often a changed look scores above a normal one, ties counting half.

    Args:
        normal: looks that are to score low.
        changed: looks that are to score high.
        weights: float64 (b, scenes): how often each scene counts.

    Returns:
        float64 (b,); NaN where a drawing has no looks of one of the two.
    """
    order = np.argsort(normal.scores, kind="stable")
    ranked = normal.scores[order]
    below = np.cumsum(weights[:, normal.scenes[order]], 1)
    below = np.concatenate([np.zeros((len(weights), 1)), below], 1)
    first = np.searchsorted(ranked, changed.scores, "left")
    last = np.searchsorted(ranked, changed.scores, "right")
    counted = weights[:, changed.scenes]
    above = (counted * (below[:, first] + below[:, last]) / 2).sum(1)
    pairs = below[:, -1] * counted.sum(1)
    return np.where(pairs > 0, above / np.maximum(pairs, 1e-9), np.nan)


def thresholds(normal: Scored, weights: Rows, share: float = FALSE_ALARMS) -> Rows:
    """Return the lowest score above which at most `share` of the normal looks lie, as (b,)."""
    order = np.argsort(-normal.scores, kind="stable")
    ranked = normal.scores[order]
    above = np.cumsum(weights[:, normal.scenes[order]], 1)
    allowed = share * above[:, -1:]
    position = (above <= allowed + 1e-9).sum(1)
    return np.asarray(ranked[np.minimum(position, len(ranked) - 1)])


def shares_above(looks: Scored, limits: Rows, weights: Rows) -> Rows:
    """Return the share of looks above the limit of each row of weights (b, scenes), as (b,)."""
    counted = weights[:, looks.scenes]
    over = (counted * (looks.scores[None] > limits[:, None])).sum(1)
    total = counted.sum(1)
    return np.where(total > 0, over / np.maximum(total, 1e-9), np.nan)
