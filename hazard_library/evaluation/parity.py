"""How far a file answers from the trained network, and how fast, on real validation pictures."""

import time
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from hazard_library.evaluation.boxes import Rows, overlaps
from hazard_library.evaluation.detector import Detector, Tensor
from hazard_library.evaluation.looking import Look
from hazard_library.registry.card import Parity

ABOVE = 0.25
"""Boxes below this score are counted by nobody, so they are not compared."""
MATCH_IOU = 0.5
ROUNDS = 30


def compare_looks(
    trained: Sequence[Look], other: Sequence[Look], side: int, map50_change: float
) -> Parity:
    """Compare what two models found in the same pictures, in the same order.

    Args:
        trained: the reference.
        other: what is compared with it.
        side: of the input in pixels, in which differences of boxes are told.
        map50_change: mAP50 of the other less that of the reference.
    """
    corner = score = 0.0
    matched = unmatched = 0
    for one, two in zip(trained, other, strict=True):
        scale = side / max(one.picture.width, one.picture.height)
        for label, rows in one.found.items():
            pairs, alone = _pairs(rows, two.found[label])
            matched, unmatched = matched + len(pairs), unmatched + alone
            if len(pairs):
                difference = np.abs(pairs[:, 0] - pairs[:, 1])
                score = max(score, float(difference[:, 0].max()))
                corner = max(corner, float(difference[:, 1:].max()) * scale)
    return Parity(
        box_px=round(corner, 4),
        score=round(score, 6),
        matched=matched,
        unmatched=unmatched,
        above=ABOVE,
        map50_change=round(map50_change, 4),
    )


def _pairs(reference: Rows, other: Rows) -> tuple[Rows, int]:
    """Pair boxes (n, 5) of one class, best score first; a partner may be below the bound.

    Returns:
        float64 (pairs, 2, 5), and how many boxes above the bound found no partner.
    """
    free = np.ones(len(other), np.bool_)
    pairs = []
    alone = 0
    table = overlaps(reference[:, 1:], other[:, 1:])
    for row, ious in zip(reference, table, strict=True):
        if row[0] < ABOVE:
            continue
        candidates = np.where(free, ious, -1.0)
        best = int(candidates.argmax()) if len(candidates) else -1
        if best >= 0 and candidates[best] >= MATCH_IOU:
            free[best] = False
            pairs.append((row, other[best]))
        else:
            alone += 1
    alone += int((free & (other[:, 0] >= ABOVE)).sum())
    return np.array(pairs, np.float64).reshape(-1, 2, 5), alone


def latency_ratio(
    one: Detector,
    base: Detector,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return the time of one model over that of another, run by turns so that both suffer alike.

    Absolute times swing with the machine; the middle ratio of many turns does not.
    """
    inputs = {id(each): _noise(each.side) for each in (one, base)}

    def timed(each: Detector) -> float:
        start = clock()
        each.raw(inputs[id(each)])
        return clock() - start

    timed(one), timed(base)
    return round(median(timed(one) / timed(base) for _ in range(rounds)), 3)


def _noise(side: int) -> Tensor:
    return np.random.default_rng(1).random((1, 3, side, side), np.float32)
