"""Whether two loops found the same: every box of one has its like among those of the other."""

from dataclasses import dataclass

Row = list[float]

#: Boxes below are noise that a rounding of one grey level makes come and go.
CERTAIN = 0.3
#: How far two boxes of one object may lie apart: both decoders round colours in their own way.
SCORE_TOLERANCE = 0.15
OVERLAP_TOLERANCE = 0.8
#: Share of certain boxes that may have no like: those whose twin was just suppressed differently.
UNMATCHED_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the comparison found, over all certain boxes of both."""

    boxes: int
    unmatched: int
    max_score_difference: float
    max_corner_difference_px: float

    @property
    def holds(self) -> bool:
        """Whether both found the same."""
        return self.boxes > 0 and self.unmatched <= UNMATCHED_SHARE * self.boxes

    def __str__(self) -> str:
        word = "agree" if self.holds else "DO NOT AGREE"
        return (
            f"{word}: {self.boxes} compared, {self.unmatched} without a like, scores at most "
            f"{self.max_score_difference:.3f} apart, corners {self.max_corner_difference_px:.1f} px"
        )


def agree(one: list[list[Row]], other: list[list[Row]]) -> Agreement:
    """Compare two runs frame by frame; a row is class, score, x1, y1, x2, y2."""
    boxes = unmatched = abs(len(one) - len(other)) * 100
    score = corner = 0.0
    for here, there in zip(one, other, strict=False):
        for rows, rivals in ((here, there), (there, here)):
            for row in rows:
                if row[1] < CERTAIN:
                    continue
                boxes += 1
                like = _like(row, rivals)
                if like is None:
                    unmatched += 1
                    continue
                score = max(score, abs(row[1] - like[1]))
                corner = max(corner, *(abs(row[i] - like[i]) for i in range(2, 6)))
    return Agreement(boxes, unmatched, score, corner)


def _like(row: Row, rivals: list[Row]) -> Row | None:
    same = [rival for rival in rivals if rival[0] == row[0]]
    best = max(same, key=lambda rival: _overlap(row, rival), default=None)
    if best is None or _overlap(row, best) < OVERLAP_TOLERANCE:
        return None
    return best if abs(row[1] - best[1]) <= SCORE_TOLERANCE else None


def _overlap(one: Row, other: Row) -> float:
    width = min(one[4], other[4]) - max(one[2], other[2])
    height = min(one[5], other[5]) - max(one[3], other[3])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(row[4] - row[2]) * (row[5] - row[3]) for row in (one, other)]
    return width * height / (sum(areas) - width * height)
