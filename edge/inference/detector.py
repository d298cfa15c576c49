"""A model package on a runtime: picture → letterbox → run → boxes."""

from collections.abc import Sequence

import numpy as np

from edge.errors import ModelRejected
from edge.inference.decoders.yolo_anchor_free import YoloAnchorFree
from edge.inference.letterbox import Fit, Letterbox
from edge.inference.runners.runner import Runner, Tensor
from edge.ports import Pixels, RawBoxes
from hazard_library.contract.events import ModelUsed
from hazard_library.registry.card import ModelCard
from hazard_library.registry.package import ModelPackage


class Detector:
    """Implements `edge.ports.Backend`. `detect` may be called by several threads at once."""

    def __init__(
        self,
        package: ModelPackage,
        runner: Runner,
        min_score: float | None = None,
        letterbox: Letterbox | None = None,
    ) -> None:
        """Read answers as the card says; `min_score` replaces its thresholds of all labels.

        letterbox: one that other models of the same input use too; its own if none.

        Raises:
            ModelRejected: the card's labels are not as many as the model's.
        """
        card = package.card
        _check_labels(package)
        self._labels = card.labels
        self._letterbox = letterbox or Letterbox(card.input)
        self._decoder = YoloAnchorFree(_thresholds(card, min_score), card.suppression_iou)
        self._runner = runner
        self._model = ModelUsed(
            name=card.name, version=card.version, sha256=card.sha256, precision=runner.precision
        )

    @property
    def model(self) -> ModelUsed:
        """What runs, with its hash and the precision it computes in."""
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes it can find."""
        return self._labels

    @property
    def letterbox(self) -> Letterbox:
        """What makes its input."""
        return self._letterbox

    @property
    def most_pictures(self) -> int:
        """How many pictures it looks at in one run."""
        return self._runner.most_pictures

    def detect(self, pixels: Pixels) -> RawBoxes:
        """Find objects in one BGR picture; boxes in its pixels, best score first."""
        return self.find(*self._letterbox.fill(pixels))

    def find(self, tensor: Tensor, place: Fit) -> RawBoxes:
        """Find objects in a picture that lies in the tensor at that place."""
        return self._boxes(self._runner.run(tensor), place)

    def find_all(self, tensors: Sequence[Tensor], places: Sequence[Fit]) -> tuple[RawBoxes, ...]:
        """Find objects in pictures, at most `most_pictures`; those of one shape in one run."""
        rows: dict[int, Tensor] = {}
        for shape in {place.shape for place in places}:
            alike = [row for row, place in enumerate(places) if place.shape == shape]
            output = self._runner.run(np.concatenate([tensors[row] for row in alike]))
            rows |= {row: output[number : number + 1].copy() for number, row in enumerate(alike)}
        return tuple(self._boxes(rows[row], place) for row, place in enumerate(places))

    def _boxes(self, output: Tensor, place: Fit) -> RawBoxes:
        found = self._decoder.decode(output)
        return RawBoxes(
            boxes=place.to_picture(found.boxes),
            scores=found.scores,
            labels=tuple(self._labels[number] for number in found.classes),
        )


def _thresholds(
    card: ModelCard, min_score: float | None
) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    scores = [card.thresholds[label] if min_score is None else min_score for label in card.labels]
    return np.array(scores, dtype=np.float32)


def _check_labels(package: ModelPackage) -> None:
    card = package.card
    if card.outputs[0].shape[1] != 4 + len(card.labels):
        raise ModelRejected(
            f"{package.folder / 'card.yaml'}: labels names {len(card.labels)} classes, the output "
            f"has {card.outputs[0].shape[1] - 4}; install the package again"
        )
