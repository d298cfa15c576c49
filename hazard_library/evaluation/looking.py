"""What a model finds in the pictures of a dataset version, ready to be judged.

A class is judged only on pictures labelled throughout for it: elsewhere a found but unlabelled
thing would count as a mistake.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hazard_library.datasets.version import Box, Picture
from hazard_library.evaluation.boxes import Judged, Rows, inside
from hazard_library.evaluation.detector import Detector, Found, read_pixels

FLOOR = 0.01
"""Boxes below this score are not looked at; the area they could add is negligible."""
SIZED_AT = 640.0
"""Length of the longer side of the picture in which sizes of boxes are given, in pixels."""
ALARMS = ("fire", "smoke", "no_helmet", "no_vest", "fallen")
"""Classes that are a hazard by themselves; the others only take part in one."""

Finder = Callable[[Picture], Found]
Locator = Callable[[Picture], Path]


@dataclass(frozen=True, slots=True)
class Look:
    """One picture with what was found in it and what it shows.

    Attributes:
        found: label → float64 (n, 5): score, x1, y1, x2, y2 in pixels of the picture.
    """

    picture: Picture
    found: dict[str, Rows]

    def judged(self, label: str) -> Judged:
        """Return what is to be judged of one class."""
        return Judged(
            found=self.found[label],
            true=corners(self.picture.boxes, label, self.picture),
            unsure=corners(self.picture.unsure, label, self.picture),
            scale=SIZED_AT / max(self.picture.width, self.picture.height),
        )

    def top_score(self, label: str) -> float:
        """Return the best score of a class outside regions of doubt; 0 if nothing was found."""
        found = self.found[label]
        sure = found[~inside(found[:, 1:], corners(self.picture.unsure, label, self.picture))]
        return float(sure[:, 0].max(initial=0.0))


def finder(detector: Detector, where: Locator, suppression_iou: float) -> Finder:
    """Return a function that finds everything in a picture of a version."""

    def find(picture: Picture) -> Found:
        return detector.find(read_pixels(where(picture)), FLOOR, suppression_iou)

    return find


def look(
    pictures: Sequence[Picture], find: Finder, model_labels: Sequence[str], labels: Sequence[str]
) -> list[Look]:
    """Look at every picture once.

    Args:
        pictures: what to look at.
        find: the model.
        model_labels: its classes, in its order.
        labels: those of them that are to be judged.
    """
    looks = []
    for picture in pictures:
        found = find(picture)
        rows = np.concatenate([found.scores[:, None], found.corners], 1)
        by_label = {label: rows[found.classes == model_labels.index(label)] for label in labels}
        looks.append(Look(picture, by_label))
    return looks


def known(looks: Sequence[Look], label: str) -> list[Look]:
    """Return the looks at pictures labelled throughout for a class."""
    return [one for one in looks if label in one.picture.known]


def hazard_free(looks: Sequence[Look], labels: Sequence[str]) -> list[Look]:
    """Return the looks at pictures known to show no hazard that the model could report.

    These are pictures labelled throughout for all of the model's classes in `ALARMS` (for all of
    its classes, if it has none of those), without a box of any and without a region of doubt.
    """
    alarming = set(alarm_labels(labels))
    return [
        one
        for one in looks
        if alarming <= set(one.picture.known)
        and not alarming & {box.label for box in (*one.picture.boxes, *one.picture.unsure)}
    ]


def alarm_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return those of a model's classes of which a detection alone is an alarm."""
    return tuple(label for label in labels if label in ALARMS) or tuple(labels)


def corners(boxes: Sequence[Box], label: str, picture: Picture) -> Rows:
    """Return the boxes of one label as corners (n, 4) in pixels."""
    rows = [
        (box.cx - box.w / 2, box.cy - box.h / 2, box.cx + box.w / 2, box.cy + box.h / 2)
        for box in boxes
        if box.label == label
    ]
    size = [picture.width, picture.height] * 2
    return np.array(rows, np.float64).reshape(-1, 4) * size
