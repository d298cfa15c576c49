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
from hazard_library.evaluation.variants import (
    SPARED,
    Calibration,
    calibration_pictures,
    write_int8,
)
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
    spared: str = Field(default="", description="Of an int8 file: what stays float32")
    refused: str | None = Field(description="Why it may not be released; None: it may")

    def line(self) -> str:
        """Write it for a terminal."""
        kept = f" ({self.spared} in float32)" if self.spared else ""
        parity = self.parity
        return (
            f"{self.file}: {self.precision}{kept}, {self.bytes / 1e6:.1f} MB, mAP50 {self.map50} "
            f"({parity.map50_change:+.4f}), boxes up to {parity.box_px} px and scores up to "
            f"{parity.score} apart ({parity.matched} matched, {parity.unmatched} not), time x "
            f"{self.latency_ratio}: {f'refused: {self.refused}' if self.refused else 'may go out'}"
        )


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
class Yardstick:
    """What every file is compared with: the trained network's answers and the float32 detector."""

    subject: Subject
    version: DatasetVersion
    where: Locator
    trained: list[Look]
    trained_map50: float
    base: Detector

    @property
    def labels(self) -> list[str]:
        """Return the classes that are scored."""
        return [label for label in self.subject.labels if label in self.version.labels]


def report_file(run: Path, side: int | None) -> Path:
    """Return where the report of an export lies."""
    return exported_file(run, side).with_name(
        "export.json" if side is None else f"export-{side}.json"
    )


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
    labels = [label for label in subject.labels if label in version.labels]
    torch_detector = Detector(answers, subject.labels, base.side)
    trained = look_with(torch_detector, subject, version, (where, Selection()))
    yardstick = Yardstick(subject, version, where, trained, map50(trained, labels), base)
    pictures = calibration_pictures(version, seed)
    small = _int8(yardstick, Calibration(base, pictures, where))
    return ExportReport(
        input=base.side,
        data_sha256=version.sha256,
        pictures=len(trained),
        calibration_pictures=len(pictures),
        trained_map50=round(yardstick.trained_map50, 4),
        files=(_measured(subject.file, "float32", yardstick), small),
    )


def _int8(yardstick: Yardstick, calibration: Calibration) -> ExportedFile:
    """Write and measure the int8 file that spares least and may go out; else the last tried."""
    source = yardstick.subject.file
    target = source.with_name(f"{source.stem}-int8.onnx")
    tried: list[ExportedFile] = []
    for spared in SPARED:
        write_int8(source, target, calibration, spared)
        done = _measured(target, "int8", yardstick).model_copy(update={"spared": spared})
        tried.append(done)
        if done.refused is None:
            break
    return tried[-1]


def _measured(
    file: Path, precision: Literal["float32", "int8"], yardstick: Yardstick
) -> ExportedFile:
    """Measure one file."""
    subject = yardstick.subject
    detector = onnx_detector(file, subject.labels)
    looks = look_with(detector, subject, yardstick.version, (yardstick.where, Selection()))
    score = map50(looks, yardstick.labels)
    change = score - yardstick.trained_map50
    ratio = latency_ratio(detector, yardstick.base) if precision != "float32" else 1.0
    content = file.read_bytes()
    return ExportedFile(
        file=file.name,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        precision=precision,
        map50=round(score, 4),
        parity=compare_looks(yardstick.trained, looks, detector.side, change),
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
