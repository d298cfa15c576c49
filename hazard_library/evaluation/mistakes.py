"""The worst mistakes of a model: what it was surest of and wrong, and the biggest it missed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hazard_library.datasets.version import Picture
from hazard_library.evaluation.boxes import OVERLAPS, Rows, judge
from hazard_library.evaluation.looking import Look, known


@dataclass(frozen=True, slots=True)
class Mistake:
    """One picture in which a class was found wrongly or missed.

    Attributes:
        weight: the score of a wrong box, or the size of a missed one; bigger is worse.
        wrong: float64 (n, 5): the boxes found wrongly, score first; none where it was missed.
        true: float64 (m, 4): the boxes that were to be found.
    """

    picture: Picture
    weight: float
    wrong: Rows
    true: Rows


def false_finds(
    looks: Sequence[Look], label: str, threshold: float, overlap: float, most: int
) -> list[Mistake]:
    """Return the pictures with the surest wrong boxes from the threshold on, surest first."""
    pictures = known(looks, label)
    judged = [one.judged(label) for one in pictures]
    curve = judge(judged).at(overlap)
    wrong = ~curve.hits & (curve.scores >= threshold)
    mistakes = []
    for place in dict.fromkeys(curve.picture[wrong].tolist()):
        scores = curve.scores[wrong & (curve.picture == place)]
        found = judged[place].found
        rows = found[np.isin(found[:, 0], scores)]
        picture = pictures[place].picture
        mistakes.append(Mistake(picture, float(scores.max()), rows, judged[place].true))
    return sorted(mistakes, key=lambda one: -one.weight)[:most]


def misses(
    looks: Sequence[Look], label: str, threshold: float, overlap: float, most: int
) -> list[Mistake]:
    """Return the pictures with the biggest true boxes that no counted box met, biggest first."""
    pictures = known(looks, label)
    judged = [one.judged(label) for one in pictures]
    outcomes = judge(judged)
    column = OVERLAPS.index(overlap)
    met = outcomes.met[outcomes.hits[:, column] & (outcomes.scores >= threshold), column]
    missed = np.setdiff1d(np.arange(len(outcomes.true_picture)), met)
    missed = missed[np.argsort(-outcomes.true_sizes[missed], kind="stable")]
    starts = np.searchsorted(outcomes.true_picture, np.arange(len(judged)))
    mistakes = []
    for row in missed[:most]:
        place = int(outcomes.true_picture[row])
        box = judged[place].true[row - starts[place]]
        size = float(outcomes.true_sizes[row])
        mistakes.append(Mistake(pictures[place].picture, size, np.zeros((0, 5)), box[None]))
    return mistakes
