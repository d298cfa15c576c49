"""Writing a package: the files, the self-test, the card for programs and the card for people."""

import hashlib
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from hazard_library.datasets.version import DatasetVersion, by_source
from hazard_library.errors import CardInvalid
from hazard_library.evaluation.card_text import CARD_TEXT, card_text
from hazard_library.evaluation.detector import PAD, Detector, onnx_detector
from hazard_library.evaluation.export_report import ExportedFile
from hazard_library.evaluation.finished_run import FinishedRun
from hazard_library.evaluation.metrics import METRICS, Metrics
from hazard_library.evaluation.self_test import write_self_tests
from hazard_library.evaluation.statement import Statement
from hazard_library.registry import ModelCard, ModelPackage, load_package
from hazard_library.registry.card import (
    CardData,
    CardTraining,
    DataSource,
    ModelInput,
    ModelOutput,
    Variant,
)
from hazard_library.registry.package import CARD

MAIN = "float32"


@dataclass(frozen=True, slots=True)
class Material:
    """What a package is made of.

    Attributes:
        run: folder with the exported files.
        finished: what training left behind.
        statement: what people say.
        data: the dataset version.
        metrics: everything measured.
    """

    run: Path
    finished: FinishedRun
    statement: Statement
    data: DatasetVersion
    metrics: Metrics


def write_package(made_of: Material, models: Path) -> ModelPackage:
    """Write `<models>/<name>/<version>`; files that may not go out are left out.

    Raises:
        CardInvalid: an exported file is no longer the one that was measured.
    """
    folder = models / made_of.finished.name / made_of.finished.version
    folder.mkdir(parents=True)
    card = _card(made_of, folder)
    _write(folder / METRICS, made_of.metrics.model_dump_json(by_alias=True, indent=2) + "\n")
    _write(folder / CARD_TEXT, card_text(card, made_of.metrics))
    content = card.model_dump(mode="json", by_alias=True, exclude_none=True)
    # The card comes last: a folder without it is no package.
    _write(folder / CARD, yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))
    return load_package(folder)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def _card(made_of: Material, folder: Path) -> ModelCard:
    """Put the card together, and the files it names into the folder."""
    run, statement, metrics = made_of.finished, made_of.statement, made_of.metrics
    main, *others = sorted(metrics.export.files, key=lambda one: one.precision != MAIN)
    file = _place(made_of.run, main, folder)
    detector = onnx_detector(file, run.labels)
    anchors = sum((detector.side // stride) ** 2 for stride in (8, 16, 32))
    classes = metrics.evaluation.classes
    return ModelCard(
        schema="model-card/1",
        name=run.name,
        version=run.version,
        title=statement.title,
        file=file.name,
        sha256=main.sha256,
        bytes=main.bytes,
        licence=statement.licence,
        decoder="yolo-anchor-free",
        labels=run.labels,
        finds=statement.finds,
        thresholds={label: classes[label].threshold for label in run.labels},
        loose_labels=statement.loose_labels,
        thresholds_note=statement.thresholds_note,
        suppression_iou=statement.suppression_iou,
        input=_input(detector),
        precision=MAIN,
        outputs=(_output(len(run.labels), anchors),),
        data=_data(made_of),
        initial_weights=run.initial_weights,
        training=CardTraining.model_validate(
            run.model_dump(include=set(CardTraining.model_fields))
            | {"recipe": f"configs/training/{run.recipe}", "note": statement.training_note}
        ),
        metrics=metrics.evaluation.metrics(),
        limits=statement.limits,
        self_test=write_self_tests(folder, detector, statement.suppression_iou),
        parity=main.parity,
        variants=tuple(_variant(made_of, one, folder) for one in others if one.refused is None),
    )


def _variant(made_of: Material, one: ExportedFile, folder: Path) -> Variant:
    """Place a variant and describe it; its self-test has what it finds itself."""
    file = _place(made_of.run, one, folder)
    detector = onnx_detector(file, made_of.finished.labels)
    tests = write_self_tests(folder, detector, made_of.statement.suppression_iou)
    return Variant.model_validate(
        {
            "file": file.name,
            "sha256": one.sha256,
            "bytes": one.bytes,
            "precision": one.precision,
            "parity": one.parity,
            "latency_ratio": one.latency_ratio,
            "self_test": tests,
        }
    )


def _place(run: Path, one: ExportedFile, folder: Path) -> Path:
    """Copy an exported file under the name it has in a package.

    Raises:
        CardInvalid: it is no longer the one that was measured.
    """
    target = folder / ("model.onnx" if one.precision == MAIN else f"model-{one.precision}.onnx")
    shutil.copyfile(run / one.file, target)
    if hashlib.sha256(target.read_bytes()).hexdigest() != one.sha256:
        target.unlink()
        message = f"{run / one.file}: changed since it was measured; run patrol model export again"
        raise CardInvalid(message)
    return target


def _input(detector: Detector) -> ModelInput:
    """Describe the input that training and `letterbox` agree on."""
    return ModelInput(
        name=detector.input_name,
        width=detector.side,
        height=detector.side,
        colour="RGB",
        scale=255,
        layout="NCHW",
        fit="letterbox-centre",
        pad=PAD,
    )


def _output(classes: int, anchors: int) -> ModelOutput:
    """Describe the one output of the anchor-free head."""
    return ModelOutput(
        name="output0",
        shape=(1, 4 + classes, anchors),
        meaning="rows: centre x, centre y, width, height in input pixels, then one score 0..1 "
        "for each label; columns: anchors; suppression is left to the caller",
    )


def _data(made_of: Material) -> CardData:
    """Count the pictures by source and licence."""
    data, statement = made_of.data, made_of.statement
    counts: Counter[tuple[str, str]] = Counter()
    for (source, licence), pictures in by_source(data.pictures).items():
        counts[(source, statement.licences.get(source, licence))] += pictures
    return CardData(
        sha256=data.sha256,
        train_pictures=len(data.of("train")),
        val_pictures=len(data.of("val")),
        sources=tuple(
            DataSource(id=source, licence=licence, pictures=pictures)
            for (source, licence), pictures in sorted(counts.items())
        ),
        note=statement.data_note,
        leaks=len(made_of.metrics.leak_check.leaks),
        decision=statement.decision,
    )
