"""Scoring a detector on the validation pictures of a dataset version.

A class is scored only on pictures labelled throughout for it: elsewhere a found but unlabelled
thing would count as a mistake.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from hazard_library.datasets.version import Box, DatasetVersion, Picture
from hazard_library.evaluation.boxes import (
    Curve,
    Judged,
    Rows,
    average_precision,
    choose_threshold,
    judge,
)
from hazard_library.evaluation.detector import Found, OnnxDetector, read_pixels
from hazard_library.registry.card import ClassMetrics

FLOOR = 0.01
"""Boxes below this score are not looked at; the area they could add is negligible."""
Finder = Callable[[Picture], Found]


def finder(detector: OnnxDetector, material: Path, suppression_iou: float) -> Finder:
    """Return a function that finds everything in a picture of the material."""

    def find(picture: Picture) -> Found:
        return detector.find(read_pixels(material / picture.file), FLOOR, suppression_iou)

    return find


def judged_by_class(version: DatasetVersion, find: Finder) -> dict[str, list[Judged]]:
    """Look at every validation picture once; return what is to be judged for each class."""
    result: dict[str, list[Judged]] = {label: [] for label in version.labels}
    for picture in version.of("val"):
        found = find(picture)
        for number, label in enumerate(version.labels):
            if label in picture.known:
                rows = np.concatenate([found.scores[:, None], found.corners], 1)
                result[label].append(
                    Judged(
                        found=rows[found.classes == number],
                        true=_corners(picture.boxes, label, picture),
                        unsure=_corners(picture.unsure, label, picture),
                    )
                )
    return result


def _corners(boxes: Sequence[Box], label: str, picture: Picture) -> Rows:
    """Return the boxes of one label as corners (n, 4) in pixels."""
    rows = [
        (box.cx - box.w / 2, box.cy - box.h / 2, box.cx + box.w / 2, box.cy + box.h / 2)
        for box in boxes
        if box.label == label
    ]
    size = [picture.width, picture.height] * 2
    return np.array(rows, np.float64).reshape(-1, 4) * size


def curves(judged: Mapping[str, Sequence[Judged]], overlap: float) -> dict[str, Curve]:
    """Return each class's curve at an overlap."""
    return {label: judge(pictures, overlap) for label, pictures in judged.items()}


def choose_thresholds(
    judged: Mapping[str, Sequence[Judged]], precision: float, bounds: tuple[float, float]
) -> dict[str, float]:
    """Return each class's lowest score at which boxes (at IoU 0.5) are right often enough."""
    return {
        label: choose_threshold(curve, precision, bounds)
        for label, curve in curves(judged, 0.5).items()
    }


def metrics(
    judged: Mapping[str, Sequence[Judged]], thresholds: Mapping[str, float]
) -> dict[str, ClassMetrics]:
    """Return each class's figures for the card."""
    strict, loose = curves(judged, 0.5), curves(judged, 0.3)
    return {
        label: _class_metrics(strict[label], loose[label], thresholds[label], len(pictures))
        for label, pictures in judged.items()
    }


def _class_metrics(strict: Curve, loose: Curve, threshold: float, pictures: int) -> ClassMetrics:
    """Round one class's figures to what a few hundred boxes can tell."""
    precision, recall = strict.at(threshold)
    return ClassMetrics(
        ap50=round(average_precision(strict), 3),
        ap30=round(average_precision(loose), 3),
        threshold=threshold,
        precision=round(precision, 3),
        recall=round(recall, 3),
        boxes=strict.true_boxes,
        pictures=pictures,
    )
