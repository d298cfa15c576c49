"""What a model sees in one sample, and where two such views agree."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from hazard_library.samples.box import Box, Frozen

SAME_IOU = 0.5
"""Boxes of one class that overlap so far are one thing."""


class SeenBox(Box):
    """One thing that a model sees."""

    score: float = Field(ge=0, le=1)


class Sighting(Frozen):
    """All that one model sees in one sample, down to a low score.

    Attributes:
        model: as `ppe/0.1.0`.
        thresholds: label → score from which the model reports it; its keys are all its classes.
    """

    model: str
    thresholds: Mapping[str, float]
    boxes: tuple[SeenBox, ...]

    @property
    def by(self) -> str:
        """Return how its labels are signed."""
        return f"model:{self.model}"

    def reported(self) -> tuple[SeenBox, ...]:
        """Return what the model would report."""
        return tuple(box for box in self.boxes if box.score >= self.thresholds[box.label])


def iou(one: Box, other: Box) -> float:
    """Return the shared area of two boxes over their joint area; 0 for two of no area."""
    ax1, ay1, ax2, ay2 = one.corners(1, 1)
    bx1, by1, bx2, by2 = other.corners(1, 1)
    width, height = min(ax2, bx2) - max(ax1, bx1), min(ay2, by2) - max(ay1, by1)
    shared = max(width, 0.0) * max(height, 0.0)
    joint = one.w * one.h + other.w * other.h - shared
    return shared / joint if joint > 0 else 0.0


def is_among(box: Box, others: Sequence[Box]) -> bool:
    """Whether one of the others is the same thing."""
    return any(box.label == one.label and iou(box, one) >= SAME_IOU for one in others)


def agreement(one: Sequence[Box], other: Sequence[Box]) -> float:
    """Return how far two views agree, 0 to 1: twice the matches over all boxes; 1 without any."""
    if not one and not other:
        return 1.0
    free = list(other)
    matches = 0
    for box in one:
        met = next((b for b in free if b.label == box.label and iou(box, b) >= SAME_IOU), None)
        if met is not None:
            free.remove(met)
            matches += 1
    return 2 * matches / (len(one) + len(other))
