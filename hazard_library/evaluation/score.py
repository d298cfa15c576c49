"""Scoring a detector on the validation pictures of a dataset version.

A class is scored only on pictures labelled throughout for it: elsewhere a found but unlabelled
thing would count as a mistake.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from hazard_library.datasets.version import Box, DatasetVersion, Picture
from hazard_library.evaluation.boxes import (
    Judged,
    Rows,
    average_precision,
    false_alarms,
    judge,
    lowest_threshold,
)
from hazard_library.evaluation.detector import Found, OnnxDetector, read_pixels
from hazard_library.registry.card import ClassMetrics, Share

OVERLAP, LOOSE_OVERLAP = 0.5, 0.3
FLOOR = 0.01
"""Boxes below this score are not looked at; the area they could add is negligible."""


class Aim(BaseModel):
    """What a threshold must reach on the validation pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    precision: Share = Field(description="Share of counted boxes that must be right")
    false_alarm_share: Share = Field(
        description="Share of the pictures without the class that may show a counted box"
    )
    bounds: tuple[Share, Share] = Field(description="Scores between which to choose")


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


def choose_thresholds(
    judged: Mapping[str, Sequence[Judged]], aim: Aim, loose: Collection[str]
) -> dict[str, float]:
    """Return each class's lowest score that meets the aim."""
    return {
        label: _choose(pictures, aim, precise=label not in loose)
        for label, pictures in judged.items()
    }


def _choose(pictures: Sequence[Judged], aim: Aim, *, precise: bool) -> float:
    """Return one class's lowest score at which few enough boxes and pictures are wrong.

    Where outlines are not firm, many boxes lie beside the labelled one on a real fire; only the
    pictures without any say how often the class is reported for nothing.
    """
    curve = judge(pictures, OVERLAP)

    def is_acceptable(threshold: float) -> bool:
        wrong, without = false_alarms(pictures, threshold)
        is_quiet = wrong <= aim.false_alarm_share * without
        return is_quiet and (not precise or curve.at(threshold)[0] >= aim.precision)

    return lowest_threshold(is_acceptable, aim.bounds)


def overlap_of(label: str, loose: Collection[str]) -> float:
    """Return the IoU from which a box of a class is right: less for what has no firm outline."""
    return LOOSE_OVERLAP if label in loose else OVERLAP


def metrics(
    judged: Mapping[str, Sequence[Judged]],
    thresholds: Mapping[str, float],
    loose: Collection[str],
) -> dict[str, ClassMetrics]:
    """Return each class's figures for the card."""
    return {
        label: _class_metrics(pictures, thresholds[label], overlap_of(label, loose))
        for label, pictures in judged.items()
    }


def _class_metrics(pictures: Sequence[Judged], threshold: float, overlap: float) -> ClassMetrics:
    """Round one class's figures to what a few hundred boxes can tell."""
    precision, recall = judge(pictures, overlap).at(threshold)
    wrong, without = false_alarms(pictures, threshold)
    return ClassMetrics(
        ap50=round(average_precision(judge(pictures, OVERLAP)), 3),
        ap30=round(average_precision(judge(pictures, LOOSE_OVERLAP)), 3),
        threshold=threshold,
        overlap=overlap,
        precision=round(precision, 3),
        recall=round(recall, 3),
        pictures_without=without,
        false_alarms=wrong,
        boxes=sum(len(picture.true) for picture in pictures),
        pictures=len(pictures),
    )
