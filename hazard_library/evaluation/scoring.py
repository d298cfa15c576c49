"""Scoring a model on a dataset version: look, choose thresholds where there are none, count."""

from collections.abc import Collection
from dataclasses import dataclass

from hazard_library.datasets.version import DatasetVersion, Picture
from hazard_library.errors import DatasetError
from hazard_library.evaluation.detector import Detector
from hazard_library.evaluation.evaluate import Evaluation, Facts, Wanted, evaluate
from hazard_library.evaluation.looking import Locator, Look, finder, look
from hazard_library.evaluation.subject import Subject
from hazard_library.evaluation.thresholds import Aim, choose_thresholds

USUAL_AIM = Aim(precision=0.8, false_alarm_share=0.05, bounds=(0.25, 0.8))
"""For a run about which nobody has said anything yet."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pictures are looked at: those of a split or `all`, of some sources or (none) of all."""

    split: str = "val"
    sources: Collection[str] = ()

    def pictures(self, version: DatasetVersion) -> list[Picture]:
        """Return the pictures selected.

        Raises:
            DatasetError: there is none.
        """
        chosen = [
            picture
            for picture in version.pictures
            if self.split in ("all", picture.split)
            and (not self.sources or picture.source in self.sources)
        ]
        if not chosen:
            present = sorted({picture.source for picture in version.pictures})
            message = f"no picture of split {self.split} and sources {self.sources}; have {present}"
            raise DatasetError(message)
        return chosen


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation with what was seen, for the page of mistakes."""

    evaluation: Evaluation
    looks: list[Look]


def evaluate_subject(
    subject: Subject,
    version: DatasetVersion,
    where: Locator,
    selection: Selection | None = None,
    times: int = 500,
    *,
    is_fitted: bool = False,
) -> Evaluated:
    """Look at the selected pictures of a version and score what the model finds there.

    A model without thresholds gets those that meet its aim on these very pictures.
    is_fitted: with inputs of the pictures' own shape instead of the square of the card.
    """
    selection = selection or Selection()
    detector = subject.detector(is_fitted=is_fitted)
    labels = [label for label in subject.labels if label in version.labels]
    looks = look_with(detector, subject, version, (where, selection))
    thresholds = subject.thresholds
    if thresholds is None:
        thresholds = thresholds_for(subject, looks, labels)
    facts = Facts(
        model=subject.name,
        version=subject.version,
        model_sha256=subject.sha256,
        input=detector.side,
        data_sha256=version.sha256,
        split="+".join([selection.split, *sorted(selection.sources)]),
        labels_not_judged=tuple(sorted(set(subject.labels) ^ set(version.labels))),
        thresholds_from="card" if subject.thresholds else "chosen on these pictures",
    )
    wanted = Wanted(labels=labels, thresholds=thresholds, loose=subject.loose, times=times)
    return Evaluated(evaluate(looks, wanted, facts), looks)


def look_with(
    detector: Detector,
    subject: Subject,
    version: DatasetVersion,
    material: tuple[Locator, Selection],
) -> list[Look]:
    """Look at the selected pictures with a detector that has the subject's classes."""
    where, selection = material
    labels = [label for label in subject.labels if label in version.labels]
    find = finder(detector, where, subject.suppression_iou)
    return look(selection.pictures(version), find, subject.labels, labels)


def thresholds_for(subject: Subject, looks: list[Look], labels: list[str]) -> dict[str, float]:
    """Choose thresholds on these pictures, by the statement's aim if there is a statement."""
    statement = subject.statement
    aim = statement.aim if statement else USUAL_AIM
    chosen = choose_thresholds(looks, labels, aim, subject.loose)
    return chosen | (statement.thresholds_pinned if statement else {})
