"""A model package run by ONNX Runtime on the CPU: one session, shared by all workers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from edge.errors import ModelRejected
from edge.inference.decoders.yolo_anchor_free import YoloAnchorFree
from edge.inference.letterbox import Fit, Letterbox, Tensor
from edge.ports import Pixels, RawBoxes
from hazard_library.contract.events import ModelUsed
from hazard_library.errors import RegistryError
from hazard_library.registry.card import ModelCard
from hazard_library.registry.package import ModelPackage, find_folder, open_trusted

#: ONNX Runtime's level for errors: its warnings name no remedy and fill the log.
_ERRORS_ONLY = 3


@dataclass(frozen=True, slots=True)
class Threads:
    """How many threads one run uses. Several callers with one thread each scale best."""

    per_run: int = 1


class OnnxBackend:
    """A loaded model. `detect` may be called by several threads at once."""

    def __init__(
        self,
        package: ModelPackage,
        min_score: float | None = None,
        threads: Threads | None = None,
        letterbox: Letterbox | None = None,
    ) -> None:
        """Load a verified package; `min_score` replaces the card's thresholds of all labels.

        letterbox: one that other models of the same input use too; its own if none.

        Raises:
            ModelRejected: ONNX Runtime cannot load it, or it is not what its card says.
        """
        card = package.card
        self._labels = card.labels
        self._letterbox = letterbox or Letterbox(card.input)
        self._decoder = YoloAnchorFree(_thresholds(card, min_score), card.suppression_iou)
        self._session = _session(package.model_file, threads or Threads())
        _check_shape(self._session, package)
        self._input = card.input.name
        self._output = card.outputs[0].name
        self._model = ModelUsed(
            name=card.name, version=card.version, sha256=card.sha256, precision=card.precision
        )

    @property
    def model(self) -> ModelUsed:
        """What runs, with its hash and precision."""
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes it can find."""
        return self._labels

    @property
    def letterbox(self) -> Letterbox:
        """What makes its input."""
        return self._letterbox

    def detect(self, pixels: Pixels) -> RawBoxes:
        """Find objects in one BGR picture; boxes in its pixels, best score first."""
        return self.find(*self._letterbox.fill(pixels))

    def find(self, tensor: Tensor, place: Fit) -> RawBoxes:
        """Find objects in a picture that lies in the tensor at that place."""
        outputs = self._session.run([self._output], {self._input: tensor})
        found = self._decoder.decode(np.asarray(outputs[0], dtype=np.float32))
        return RawBoxes(
            boxes=place.to_picture(found.boxes),
            scores=found.scores,
            labels=tuple(self._labels[number] for number in found.classes),
        )


def open_backend(
    name: str, root: Path | None = None, min_score: float | None = None
) -> OnnxBackend:
    """Find a package by name, version or folder, check signature and hashes, and load it.

    Raises:
        ModelRejected: there is none, a file is not the one on its card, or it cannot be loaded.
    """
    try:
        package = open_trusted(name, find_folder(name, root))
    except RegistryError as fault:
        raise ModelRejected(str(fault)) from fault
    return OnnxBackend(package, min_score)


def _thresholds(
    card: ModelCard, min_score: float | None
) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    scores = [card.thresholds[label] if min_score is None else min_score for label in card.labels]
    return np.array(scores, dtype=np.float32)


def _session(file: Path, threads: Threads) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads.per_run
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as fault:
        reason = str(fault).splitlines()[0]
        raise ModelRejected(
            f"{file}: ONNX Runtime cannot load it ({reason}); install the package again"
        ) from fault


def _check_shape(session: onnxruntime.InferenceSession, package: ModelPackage) -> None:
    card = package.card
    wanted = {card.input.name: (1, 3, card.input.height, card.input.width)}
    given = {entry.name: tuple(entry.shape) for entry in session.get_inputs()}
    outputs = {entry.name: tuple(entry.shape) for entry in session.get_outputs()}
    stated = {entry.name: entry.shape for entry in card.outputs}
    if given != wanted or any(outputs.get(name) != shape for name, shape in stated.items()):
        raise ModelRejected(
            f"{package.model_file}: its inputs {given} and outputs {outputs} are not those of "
            f"card.yaml, fields input and outputs ({wanted}, {stated}); install the package again"
        )
    if card.outputs[0].shape[1] != 4 + len(card.labels):
        raise ModelRejected(
            f"{package.folder / 'card.yaml'}: labels names {len(card.labels)} classes, the output "
            f"has {card.outputs[0].shape[1] - 4}; install the package again"
        )
