"""What is to be evaluated: a released package, a package's folder, or the folder of a run."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from hazard_library.bundle import configs_root
from hazard_library.datasets.version import DatasetVersion
from hazard_library.errors import PackageNotFound
from hazard_library.evaluation.detector import Detector, onnx_detector
from hazard_library.evaluation.statement import Statement, read_statement
from hazard_library.registry.package import CARD, ModelPackage, find_package

MODEL = "model.onnx"
MANIFEST = "dataset.jsonl"
SUMMARY = "run.json"


@dataclass(frozen=True, slots=True)
class Subject:
    """A model as far as scoring has to know it.

    Attributes:
        file: the ONNX file.
        thresholds: label → score from which a box counts; None: not chosen yet.
        statement: what people say about it; None where nobody has.
    """

    name: str
    version: str
    file: Path
    labels: tuple[str, ...]
    loose: tuple[str, ...]
    suppression_iou: float
    thresholds: dict[str, float] | None
    statement: Statement | None = None

    @property
    def sha256(self) -> str:
        """Return the hash of the model's file."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()

    def detector(self, threads: int = 1, *, is_fitted: bool = False) -> Detector:
        """Open the model. is_fitted: with inputs of the pictures' own shape, as a box looks."""
        return onnx_detector(self.file, self.labels, threads=threads, is_fitted=is_fitted)


def open_subject(model: str, side: int | None = None, root: Path | None = None) -> Subject:
    """Open what `model` names.

    Args:
        model: a package as `name`, `name@version` or folder, or the folder of a run.
        side: of the input, where a run was exported for several.
        root: where packages are looked up; that of the program if none.

    Raises:
        PackageNotFound: there is no such thing, or it was not exported for that side.
        RegistryError: the package cannot be used.
    """
    folder = Path(model)
    if (folder / MANIFEST).is_file() and not (folder / CARD).is_file():
        return _of_run(folder, side)
    subject = of_package(find_package(model, root))
    if side is not None and subject.detector().side != side:
        message = f"{model}: made for another side than {side}; name the run's folder instead"
        raise PackageNotFound(message)
    return subject


def of_package(package: ModelPackage) -> Subject:
    """Return the model of a package, with the thresholds of its card."""
    card = package.card
    return Subject(
        name=card.name,
        version=card.version,
        file=package.model_file,
        labels=card.labels,
        loose=card.loose_labels,
        suppression_iou=card.suppression_iou,
        thresholds=dict(card.thresholds),
    )


def exported_file(run: Path, side: int | None) -> Path:
    """Return where the export of a run for a side lies: `model.onnx`, or `model-640.onnx`."""
    return run / (MODEL if side is None else f"model-{side}.onnx")


def _of_run(folder: Path, side: int | None) -> Subject:
    """Open a run; its statement is the one that lies with the recipes, under the run's name."""
    file = exported_file(folder, side)
    if not file.is_file():
        option = f" --input {side}" if side else ""
        message = f"{file}: not exported; run: patrol model export {folder}{option}"
        raise PackageNotFound(message)
    name, version = folder.resolve().name, "0.0.0"
    summary = folder / SUMMARY
    if summary.is_file():
        said = json.loads(summary.read_text(encoding="utf-8"))
        name, version = str(said["name"]), str(said["version"])
    said_by_people = configs_root() / "training" / f"{name}.card.yaml"
    statement = read_statement(said_by_people) if said_by_people.is_file() else None
    labels = DatasetVersion.read(folder / MANIFEST).labels
    usual_loose = tuple(label for label in labels if label in ("fire", "smoke"))
    return Subject(
        name=name,
        version=version,
        file=file,
        labels=tuple(labels),
        loose=statement.loose_labels if statement else usual_loose,
        suppression_iou=statement.suppression_iou if statement else 0.5,
        thresholds=None,
        statement=statement,
    )
