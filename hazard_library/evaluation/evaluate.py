"""The evaluation of a model on a dataset version: every figure with its interval and count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from hazard_library.evaluation.boxes import (
    LOOSE_OVERLAP,
    OVERLAP,
    OVERLAPS,
    Flags,
    Outcomes,
    Rows,
    judge,
)
from hazard_library.evaluation.intervals import (
    Figure,
    average_precisions,
    drawings,
    figure,
    mean,
    precisions_recalls,
    share,
)
from hazard_library.evaluation.looking import (
    SIZED_AT,
    Look,
    alarm_labels,
    hazard_free,
    known,
)
from hazard_library.evaluation.thresholds import overlap_of
from hazard_library.registry.card import ClassMetrics

SIZES: dict[str, tuple[float, float]] = {
    "small": (0.0, 32.0),
    "medium": (32.0, 96.0),
    "large": (96.0, np.inf),
}
"""Root of a box's area in pixels of a picture whose longer side is `SIZED_AT`."""
STRICT = OVERLAPS[1:]


class Part(BaseModel):
    """An immutable part of an evaluation."""

    model_config = ConfigDict(frozen=True)


class Scores(Part):
    """One class over some pictures."""

    pictures: int = Field(description="Pictures labelled throughout for the class")
    boxes: int = Field(description="True boxes in them")
    ap50: Figure
    ap30: Figure
    ap50_95: Figure
    precision: Figure = Field(description="At the threshold, at the class's overlap")
    recall: Figure = Field(description="The same")


class ClassResult(Part):
    """One class: over all pictures, by source and by size of box."""

    threshold: float
    overlap: float = Field(description="IoU from which a box is right for precision and recall")
    all: Scores
    by_source: dict[str, Scores]
    by_size: dict[str, Scores]
    pictures_without: int
    false_alarms: int = Field(description="Those of them in which a box counts all the same")


class Alarms(Part):
    """How often a picture known to show no hazard gives a detection."""

    labels: tuple[str, ...] = Field(description="A box of any of these counts as an alarm")
    pictures: int
    alarms: int
    share: Figure = Field(description="With its Wilson interval")
    by_source: dict[str, tuple[int, int]] = Field(description="Source → (alarms, pictures)")


class Evaluation(Part):
    """Everything that `patrol eval` says."""

    schema_: Literal["model-evaluation/1"] = Field(default="model-evaluation/1", alias="schema")
    model: str
    version: str
    model_sha256: str
    input: int = Field(description="Side of the input in pixels")
    data_sha256: str
    split: str
    pictures: int
    labels_not_judged: tuple[str, ...] = Field(description="Classes that only one of both knows")
    thresholds_from: Literal["card", "chosen on these pictures"]
    seed: int
    drawings: int = Field(description="Bootstrap samples behind each interval; level 95 %")
    sizes: dict[str, str] = Field(description="Name → bounds of the size of a box")
    map50: Figure
    map50_95: Figure
    map_own: Figure = Field(description="Mean of AP30 for loose classes and AP50 for the others")
    classes: dict[str, ClassResult]
    alarms: Alarms

    def metrics(self) -> dict[str, ClassMetrics]:
        """Return the figures that a card keeps."""
        return {label: _card_metrics(result) for label, result in self.classes.items()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be evaluated, and how.

    Attributes:
        labels: the classes to judge.
        thresholds: label → score from which a box counts.
        loose: classes whose outlines are not firm.
        seed, times: of the bootstrap.
    """

    labels: Sequence[str]
    thresholds: Mapping[str, float]
    loose: Sequence[str]
    seed: int = 1
    times: int = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What an evaluation says about its setting; the fields of `Evaluation` explain themselves."""

    model: str
    version: str
    model_sha256: str
    input: int
    data_sha256: str
    split: str
    labels_not_judged: tuple[str, ...]
    thresholds_from: Literal["card", "chosen on these pictures"]


def evaluate(looks: Sequence[Look], wanted: Wanted, facts: Facts) -> Evaluation:
    """Score what was found in the pictures of a version.

    Every bootstrap draws pictures of the whole version, so that the classes of one drawing belong
    together and their mean has an interval of its own.
    """
    weights = drawings(np.ones(len(looks), np.bool_), wanted.times, wanted.seed)
    precisions: dict[str, Rows] = {}
    classes = {}
    for label in wanted.labels:
        places = np.array([label in one.picture.known for one in looks], np.bool_)
        table = _ClassTable(looks, label, wanted)
        classes[label] = table.result()
        precisions[label] = table.precisions(weights[:, places])
    columns = list(precisions.values())
    own = [p[:, OVERLAPS.index(overlap_of(label, wanted.loose))] for label, p in precisions.items()]
    return Evaluation(
        model=facts.model,
        version=facts.version,
        model_sha256=facts.model_sha256,
        input=facts.input,
        data_sha256=facts.data_sha256,
        split=facts.split,
        pictures=len(looks),
        labels_not_judged=facts.labels_not_judged,
        thresholds_from=facts.thresholds_from,
        seed=wanted.seed,
        drawings=wanted.times,
        sizes={name: _bounds(*bounds) for name, bounds in SIZES.items()},
        map50=figure(mean([p[:, OVERLAPS.index(OVERLAP)] for p in columns])),
        map50_95=figure(mean([p[:, 1:].mean(1) for p in columns])),
        map_own=figure(mean(own)),
        classes=classes,
        alarms=count_alarms(looks, wanted),
    )


def map50(looks: Sequence[Look], labels: Sequence[str]) -> float:
    """Return the mean over classes of average precision at IoU 0.5, without interval; 0 if none."""
    once = np.ones((1, len(looks)))
    columns = []
    for label in labels:
        outcomes = judge([one.judged(label) for one in known(looks, label)])
        columns.append(average_precisions(outcomes.at(OVERLAP), once[:, : outcomes.pictures]))
    return figure(mean(columns)).value or 0.0


def count_alarms(looks: Sequence[Look], wanted: Wanted) -> Alarms:
    """Count the hazard-free pictures in which a box of an alarming class counts."""
    labels = alarm_labels(wanted.labels)
    by_source: dict[str, tuple[int, int]] = {}
    for one in hazard_free(looks, wanted.labels):
        rings = any(one.top_score(label) >= wanted.thresholds[label] for label in labels)
        alarms, pictures = by_source.get(one.picture.source, (0, 0))
        by_source[one.picture.source] = (alarms + rings, pictures + 1)
    alarms = sum(pair[0] for pair in by_source.values())
    pictures = sum(pair[1] for pair in by_source.values())
    return Alarms(
        labels=labels,
        pictures=pictures,
        alarms=alarms,
        share=share(alarms, pictures),
        by_source=dict(sorted(by_source.items())),
    )


class _ClassTable:
    """One class's outcomes, and the figures that are read off them."""

    def __init__(self, looks: Sequence[Look], label: str, wanted: Wanted) -> None:
        self._looks = known(looks, label)
        self._label = label
        self._wanted = wanted
        self._overlap = overlap_of(label, wanted.loose)
        self._outcomes: Outcomes = judge([one.judged(label) for one in self._looks])

    def precisions(self, weights: Rows) -> Rows:
        """Return average precision by drawing and IoU: (b, overlaps)."""
        columns = [average_precisions(self._outcomes.at(iou), weights) for iou in OVERLAPS]
        return np.stack(columns, 1)

    def result(self) -> ClassResult:
        """Return the class's figures."""
        everywhere = np.ones(len(self._looks), np.bool_)
        names = [one.picture.source for one in self._looks]
        sources = {name: np.array([one == name for one in names]) for name in sorted(set(names))}
        threshold = self._wanted.thresholds[self._label]
        without = [
            one
            for one in self._looks
            if not any(box.label == self._label for box in one.picture.boxes)
        ]
        return ClassResult(
            threshold=threshold,
            overlap=self._overlap,
            all=self._scores(everywhere),
            by_source={name: self._scores(among) for name, among in sources.items()},
            by_size={name: self._scores(everywhere, bounds) for name, bounds in SIZES.items()},
            pictures_without=len(without),
            false_alarms=sum(one.top_score(self._label) >= threshold for one in without),
        )

    def _scores(self, among: Flags, sizes: tuple[float, float] = (0.0, np.inf)) -> Scores:
        weights = drawings(among, self._wanted.times, self._wanted.seed)
        curves = {iou: self._outcomes.at(iou, sizes) for iou in OVERLAPS}
        threshold = self._wanted.thresholds[self._label]
        by_iou = {iou: average_precisions(curve, weights) for iou, curve in curves.items()}
        precision, recall = precisions_recalls(curves[self._overlap], threshold, weights)
        return Scores(
            pictures=int(among.sum()),
            boxes=int(among[curves[OVERLAP].true_picture].sum()),
            ap50=figure(by_iou[OVERLAP]),
            ap30=figure(by_iou[LOOSE_OVERLAP]),
            ap50_95=figure(np.stack([by_iou[iou] for iou in STRICT]).mean(0)),
            precision=figure(precision),
            recall=figure(recall),
        )


def _bounds(low: float, high: float) -> str:
    """Say the bounds of a size in words."""
    reach = f"{low:.0f} px or more" if np.isinf(high) else f"{low:.0f} to {high:.0f} px"
    return f"{reach}: root of the box's area, with the picture's longer side at {SIZED_AT:.0f} px"


def _card_metrics(result: ClassResult) -> ClassMetrics:
    """Round one class's figures to what a few hundred boxes can tell."""
    whole = result.all
    interval = whole.ap50.low, whole.ap50.high
    return ClassMetrics(
        ap50=round(whole.ap50.value or 0.0, 3),
        ap50_interval=None if None in interval else interval,
        ap30=round(whole.ap30.value or 0.0, 3),
        threshold=result.threshold,
        overlap=result.overlap,
        precision=round(1.0 if whole.precision.value is None else whole.precision.value, 3),
        recall=round(whole.recall.value or 0.0, 3),
        pictures_without=result.pictures_without,
        false_alarms=result.false_alarms,
        boxes=whole.boxes,
        pictures=whole.pictures,
    )
