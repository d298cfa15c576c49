"""What an export came to: every file with its parity, its speed, and whether it may be released."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hazard_library.datasets.version import DatasetVersion
from hazard_library.errors import CardInvalid
from hazard_library.evaluation.detector import Detector, Tensor, onnx_detector
from hazard_library.evaluation.evaluate import map50
from hazard_library.evaluation.looking import Locator, Look
from hazard_library.evaluation.parity import compare_looks, latency_ratio
from hazard_library.evaluation.scoring import Selection, look_with
from hazard_library.evaluation.subject import Subject, exported_file
from hazard_library.evaluation.variants import calibration_pictures, write_int8
from hazard_library.registry.card import Parity
from hazard_library.registry.wrong_fields import wrong_fields

MOST_LOST = 0.01
"""A variant that loses more mAP50 than this is not released."""


class ExportedFile(BaseModel):
    """One exported file, measured."""

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    bytes: int
    precision: Literal["float32", "int8"]
    map50: float
    parity: Parity = Field(description="Against the trained network, computed by torch")
    latency_ratio: float = Field(description="Time over that of the float32 file, one run")
    refused: str | None = Field(description="Why it may not be released; None: it may")


class ExportReport(BaseModel):
    """`export.json`, or `export-640.json` for a stated side."""

    model_config = ConfigDict(frozen=True)

    schema_: Literal["model-export/1"] = Field(default="model-export/1", alias="schema")
    input: int
    data_sha256: str
    pictures: int = Field(description="Validation pictures the files were compared on")
    calibration_pictures: int
    trained_map50: float
    files: tuple[ExportedFile, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file is compared with: the trained network's answers and the float32 detector."""

    trained: list[Look]
    trained_map50: float
    base: Detector


def report_file(run: Path, side: int | None) -> Path:
    """Return where the report of an export lies."""
    return exported_file(run, side).with_name(
        "export.json" if side is None else f"export-{side}.json"
    )


def int8_file(run: Path, side: int | None) -> Path:
    """Return where the int8 variant of an export lies."""
    file = exported_file(run, side)
    return file.with_name(f"{file.stem}-int8.onnx")


def measure_export(
    subject: Subject,
    answers: Callable[[Tensor], Tensor],
    version: DatasetVersion,
    where: Locator,
    seed: int,
) -> ExportReport:
    """Make the variants of an exported file and measure all against the trained network.

    Args:
        subject: the exported float32 file.
        answers: the trained network.
        version: training pictures to calibrate on, validation pictures to compare on.
        where: finds them.
        seed: chooses the pictures to calibrate on.
    """
    base = subject.detector()
    torch_detector = Detector(answers, subject.labels, base.side)
    trained = look_with(torch_detector, subject, version, (where, Selection()))
    measured = Measured(trained, map50(trained, _labels(subject, version)), base)
    calibration = calibration_pictures(version, seed)
    variant = subject.file.with_name(f"{subject.file.stem}-int8.onnx")
    write_int8(subject.file, variant, base, calibration, where)
    files: list[tuple[Path, Literal["float32", "int8"]]] = [
        (subject.file, "float32"),
        (variant, "int8"),
    ]
    done = []
    for file, precision in files:
        detector = onnx_detector(file, subject.labels)
        looks = look_with(detector, subject, version, (where, Selection()))
        score = map50(looks, _labels(subject, version))
        done.append(_file(file, precision, (detector, looks, score), measured))
    return ExportReport(
        input=base.side,
        data_sha256=version.sha256,
        pictures=len(trained),
        calibration_pictures=len(calibration),
        trained_map50=round(measured.trained_map50, 4),
        files=tuple(done),
    )


def _labels(subject: Subject, version: DatasetVersion) -> list[str]:
    return [label for label in subject.labels if label in version.labels]


def _file(
    file: Path,
    precision: Literal["float32", "int8"],
    tried: tuple[Detector, list[Look], float],
    measured: Measured,
) -> ExportedFile:
    """Describe one file."""
    detector, looks, score = tried
    change = score - measured.trained_map50
    parity = compare_looks(measured.trained, looks, detector.side, change)
    ratio = latency_ratio(detector, measured.base) if precision != "float32" else 1.0
    content = file.read_bytes()
    return ExportedFile(
        file=file.name,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        precision=precision,
        map50=round(score, 4),
        parity=parity,
        latency_ratio=ratio,
        refused=why_refused(change, ratio),
    )


def why_refused(map50_change: float, ratio: float) -> str | None:
    """Say why a file may not be released; None if it may."""
    if map50_change < -MOST_LOST:
        return f"loses {-map50_change:.4f} mAP50, more than {MOST_LOST}"
    if ratio > 1.0:
        return f"takes {ratio} of the time of the float32 file; a variant must be faster"
    return None


def read_report(file: Path) -> ExportReport:
    """Read what an export came to.

    Raises:
        CardInvalid: there is no such file or a field does not fit.
    """
    try:
        return ExportReport.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        why = wrong_fields(error) if isinstance(error, ValidationError) else error.strerror
        message = f"{file}: no export report ({why}); run: patrol model export {file.parent}"
        raise CardInvalid(message) from error
