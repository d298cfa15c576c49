"""Class-wise non-maximum suppression: of boxes that overlap, the best of each class stays."""

import numpy as np
from numpy.typing import NDArray

#: More candidates than this are noise: only the best go on.
MOST_CANDIDATES = 3000


def suppress(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    classes: NDArray[np.intp],
    overlap: float,
    most: int,
) -> NDArray[np.intp]:
    """Return the indices of the boxes that stay, best score first, at most `most` of them.

    Args:
        boxes: (N, 4) corners.
        scores: (N,).
        classes: (N,) class numbers.
        overlap: IoU above which the weaker of two boxes of one class goes.
        most: how many may stay.
    """
    order = np.argsort(-scores, kind="stable")[:MOST_CANDIDATES]
    corners = boxes[order]
    kinds = classes[order]
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    alive = np.ones(len(order), dtype=np.bool_)
    kept: list[int] = []
    for best in range(len(order)):
        if not alive[best]:
            continue
        kept.append(best)
        if len(kept) == most:
            break
        rest = np.flatnonzero(alive[best + 1 :] & (kinds[best + 1 :] == kinds[best])) + best + 1
        if len(rest):
            alive[rest[_ious(corners, areas, best, rest) > overlap]] = False
    return order[kept]


def _ious(
    corners: NDArray[np.float32], areas: NDArray[np.float32], one: int, rest: NDArray[np.intp]
) -> NDArray[np.float32]:
    low = np.maximum(corners[one, :2], corners[rest, :2])
    high = np.minimum(corners[one, 2:], corners[rest, 2:])
    inner = np.prod(np.clip(high - low, 0, None), axis=1)
    outer = areas[one] + areas[rest] - inner
    shares: NDArray[np.float32] = inner / np.maximum(outer, np.float32(1e-9))
    return shares
