"""Turning a finished training run into a package: score it, choose thresholds, write the card."""

import hashlib
import shutil
from collections import Counter
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hazard_library.datasets.version import DatasetVersion, by_source
from hazard_library.errors import CardInvalid
from hazard_library.evaluation.detector import PAD, Detector, Found, onnx_detector
from hazard_library.evaluation.looking import Locator
from hazard_library.evaluation.scoring import evaluate_subject
from hazard_library.evaluation.self_test import rendered_scene
from hazard_library.evaluation.statement import Statement, read_statement
from hazard_library.evaluation.subject import Subject
from hazard_library.registry import ModelCard, ModelPackage, load_package
from hazard_library.registry.card import (
    CardData,
    CardTraining,
    CardWeights,
    DataSource,
    ExpectedBox,
    ModelInput,
    ModelOutput,
    SelfTest,
)
from hazard_library.registry.package import CARD, SELF_TEST_FOLDER

MODEL = "model.onnx"
SELF_TEST_PICTURE = "rendered-scene.png"
SCORE_TOLERANCE = 0.03


class FinishedRun(BaseModel):
    """What is read of `run.json`, which training leaves behind."""

    model_config = ConfigDict(frozen=True)

    schema_: Literal["training-run/1"] = Field(alias="schema")
    name: str
    version: str
    labels: tuple[str, ...]
    recipe: str
    recipe_sha256: str
    initial_weights: CardWeights
    seed: int
    epochs: int
    steps: int
    seconds: int
    frameworks: dict[str, str]


def publish(run: Path, statement_file: Path, where: Locator, models: Path) -> ModelPackage:
    """Score the run in folder `run` and write `models/<name>/<version>`.

    Args:
        run: the folder with `model.onnx`, `dataset.jsonl` and `run.json`.
        statement_file: the `Statement` in YAML.
        where: finds the pictures of the dataset version.
        models: where packages lie.

    Raises:
        CardInvalid: run or statement do not fit.
        DatasetError: the dataset version or a picture cannot be read.
    """
    finished, statement = _read_run(run / "run.json"), read_statement(statement_file)
    data = DatasetVersion.read(run / "dataset.jsonl")
    subject = Subject(
        name=finished.name,
        version=finished.version,
        file=run / MODEL,
        labels=finished.labels,
        loose=statement.loose_labels,
        suppression_iou=statement.suppression_iou,
        thresholds=None,
        statement=statement,
    )
    evaluation = evaluate_subject(subject, data, where).evaluation
    folder = models / finished.name / finished.version
    (folder / SELF_TEST_FOLDER).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run / MODEL, folder / MODEL)
    self_test = _write_self_test(folder, subject.detector(), statement.suppression_iou)
    card = _card(finished, statement, data, folder / MODEL).model_copy(
        update={
            "thresholds": {label: one.threshold for label, one in evaluation.classes.items()},
            "metrics": evaluation.metrics(),
            "self_test": (self_test,),
        }
    )
    _write_card(card, folder / CARD)
    return load_package(folder)


def _read_run(file: Path) -> FinishedRun:
    """Read what training left behind."""
    try:
        return FinishedRun.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        message = f"{file}: no finished training run ({error}); run the training to its end"
        raise CardInvalid(message) from error


def _card(run: FinishedRun, statement: Statement, data: DatasetVersion, model: Path) -> ModelCard:
    """Put together all of the card that does not need scoring."""
    detector = onnx_detector(model, run.labels)
    anchors = sum((detector.side // stride) ** 2 for stride in (8, 16, 32))
    content = model.read_bytes()
    return ModelCard(
        schema="model-card/1",
        name=run.name,
        version=run.version,
        file=MODEL,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        licence=statement.licence,
        decoder="yolo-anchor-free",
        labels=run.labels,
        thresholds=dict.fromkeys(run.labels, 1.0),
        loose_labels=statement.loose_labels,
        thresholds_note=statement.thresholds_note,
        suppression_iou=statement.suppression_iou,
        input=_input(detector),
        precision="float32",
        outputs=(_output(len(run.labels), anchors),),
        data=_data(data, statement),
        initial_weights=run.initial_weights,
        training=CardTraining.model_validate(
            run.model_dump(include=set(CardTraining.model_fields))
            | {
                "recipe": f"configs/training/{run.recipe}",
                "note": statement.training_note,
            }
        ),
        metrics={},
        limits=statement.limits,
        self_test=(),
    )


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


def _data(data: DatasetVersion, statement: Statement) -> CardData:
    """Count the pictures by source and licence."""
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
    )


def _write_self_test(folder: Path, detector: Detector, suppression_iou: float) -> SelfTest:
    """Render the self-test's picture and record what the model finds in it."""
    picture = rendered_scene()
    floor = quiet_floor(detector.find(picture, 0.1, suppression_iou).scores)
    file = folder / SELF_TEST_FOLDER / SELF_TEST_PICTURE
    cv2.imwrite(str(file), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return SelfTest(
        picture=SELF_TEST_PICTURE,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        floor=floor,
        boxes=expected_boxes(detector.find(picture, floor, suppression_iou), detector.labels),
        score_tolerance=SCORE_TOLERANCE,
        box_tolerance_px=3.0,
    )


def quiet_floor(scores: npt.NDArray[np.float64]) -> float:
    """Return the score from 0.3 on that is furthest from any box, so that none comes and goes."""
    candidates = np.arange(0.3, 0.41, 0.01)
    distances = np.abs(candidates[:, None] - scores[None]).min(1, initial=1.0)
    return round(float(candidates[distances.argmax()]), 2)


def expected_boxes(found: Found, labels: tuple[str, ...]) -> tuple[ExpectedBox, ...]:
    """Round what was found to what the card keeps."""
    rows = zip(found.classes, found.scores, found.corners, strict=True)
    return tuple(
        ExpectedBox(
            label=labels[int(number)],
            score=round(float(score), 3),
            x1=round(float(corners[0]), 1),
            y1=round(float(corners[1]), 1),
            x2=round(float(corners[2]), 1),
            y2=round(float(corners[3]), 1),
        )
        for number, score, corners in rows
    )


def _write_card(card: ModelCard, file: Path) -> None:
    """Write a card as YAML, fields in the order of the schema."""
    content = card.model_dump(mode="json", by_alias=True)
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    file.write_text(text, encoding="utf-8")
