"""From a finished run to a package that passed its gates: measure, compare, write."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from hazard_library.datasets.leaks import find_leaks
from hazard_library.datasets.version import DatasetVersion
from hazard_library.errors import CardInvalid
from hazard_library.evaluation.export_report import ExportReport, read_report, report_file
from hazard_library.evaluation.finished_run import FinishedRun, read_run
from hazard_library.evaluation.looking import Locator
from hazard_library.evaluation.metrics import InTheField, LeakCheck, Metrics, read_left_out
from hazard_library.evaluation.parity import latency_ratio
from hazard_library.evaluation.publish import Material, write_package
from hazard_library.evaluation.scoring import evaluate_subject
from hazard_library.evaluation.statement import Statement, read_statement
from hazard_library.evaluation.subject import MANIFEST, Subject, exported_file, of_package
from hazard_library.registry import ModelPackage, load_package
from hazard_library.samples.pictures import inspect

CANDIDATE = "candidate"
"""Folder of the run in which a package waits for its gates."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be released, and from what.

    Attributes:
        run: folder of the finished run, exported and measured.
        side: of the input the export was made for; None: the recipe's.
        statement: what people say about the model.
        left_out: rows of a leave-one-source-out comparison.
        previous: the package in the field that the new one takes the place of.
    """

    run: Path
    side: int | None
    statement: Path
    left_out: Path | None
    previous: ModelPackage | None
    drawings: int = 500


def write_candidate(wanted: Wanted, where: Locator) -> ModelPackage:
    """Measure the run and write its package into the run's folder, for the gates to judge.

    Raises:
        CardInvalid: run, export, statement or rows do not fit, or the version is there already.
        DatasetError: the dataset version or a picture cannot be read.
    """
    finished, statement = read_run(wanted.run), read_statement(wanted.statement)
    data = DatasetVersion.read(wanted.run / MANIFEST)
    report = read_report(report_file(wanted.run, wanted.side))
    _same_data(report, data, wanted.run)
    subject = _subject(wanted, finished, statement)
    metrics = Metrics(
        evaluation=evaluate_subject(subject, data, where, times=wanted.drawings).evaluation,
        export=report,
        field=_in_the_field(subject, wanted, data, where),
        leak_check=check_leaks(data, where),
        left_out_sources=read_left_out(wanted.left_out),
        latency_bound=statement.latency_bound,
    )
    made_of = Material(wanted.run, finished, statement, data, metrics)
    shutil.rmtree(wanted.run / CANDIDATE, ignore_errors=True)
    return write_package(made_of, wanted.run / CANDIDATE)


def move_in(candidate: ModelPackage, models: Path) -> ModelPackage:
    """Copy a package that passed its gates to where packages lie.

    Raises:
        CardInvalid: a package of that version is there already: a version is never rewritten.
    """
    folder = models / candidate.card.name / candidate.card.version
    if folder.exists():
        message = f"{folder}: released already; raise the version in the recipe"
        raise CardInvalid(message)
    shutil.copytree(candidate.folder, folder)
    return load_package(folder)


def check_leaks(data: DatasetVersion, where: Locator) -> LeakCheck:
    """Look for training pictures that give away a validation picture of a version.

    Raises:
        SampleError: a picture cannot be read.
    """
    looks = {}
    for picture in data.pictures:
        seen = inspect(where(picture)).looks
        if seen is not None:
            looks[picture.sha256] = seen
    leaks = find_leaks(data.pictures, looks, [one.name for one in data.accepted])
    return LeakCheck(pictures=len(data.pictures), leaks=tuple(str(leak) for leak in leaks))


def _same_data(report: ExportReport, data: DatasetVersion, run: Path) -> None:
    """Refuse an export that was measured on other pictures."""
    if report.data_sha256 != data.sha256:
        message = (
            f"{run}: its export was measured on data {report.data_sha256[:12]}, the run is of "
            f"{data.sha256[:12]}; run patrol model export again"
        )
        raise CardInvalid(message)


def _subject(wanted: Wanted, finished: FinishedRun, statement: Statement) -> Subject:
    return Subject(
        name=finished.name,
        version=finished.version,
        file=exported_file(wanted.run, wanted.side),
        labels=finished.labels,
        loose=statement.loose_labels,
        suppression_iou=statement.suppression_iou,
        thresholds=None,
        statement=statement,
    )


def _in_the_field(
    subject: Subject, wanted: Wanted, data: DatasetVersion, where: Locator
) -> InTheField | None:
    """Measure the model in the field on the same pictures, and how its time compares."""
    if wanted.previous is None:
        return None
    card = wanted.previous.card
    old = of_package(wanted.previous)
    return InTheField(
        name=card.name,
        version=card.version,
        evaluation=evaluate_subject(old, data, where, times=wanted.drawings).evaluation,
        latency_ratio=latency_ratio(subject.detector(), old.detector()),
    )
