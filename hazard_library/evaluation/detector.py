"""Running an exported detector on pictures, for scoring: letterbox, network, boxes, suppression."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from hazard_library.errors import DatasetError
from hazard_library.evaluation.boxes import overlaps
from hazard_library.registry import ModelPackage

PAD = 114
Pixels = npt.NDArray[np.uint8]
Tensor = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one picture.

    Attributes:
        classes: int64 (n,): class numbers.
        scores: float64 (n,).
        corners: float64 (n, 4): x1, y1, x2, y2 in pixels of the picture.
    """

    classes: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    corners: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture was laid on the input: input = picture x scale + offset."""

    scale: float
    left: float
    top: float


class OnnxDetector:
    """An anchor-free detector, run by ONNX Runtime on the processor in float32."""

    def __init__(self, file: Path, labels: Sequence[str], *, threads: int = 1) -> None:
        """Open the model in `file`; its input must be (1, 3, side, side), RGB, 0..1."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(
            file, sess_options=options, providers=["CPUExecutionProvider"]
        )
        (tensor,) = self._session.get_inputs()
        self.input_name = str(tensor.name)
        self.labels = tuple(labels)
        self.side = int(tensor.shape[2])

    @classmethod
    def of(cls, package: ModelPackage) -> Self:
        """Open the model of a package."""
        return cls(package.model_file, package.card.labels)

    def raw(self, tensor: Tensor) -> Tensor:
        """Run the network: (1, 3, side, side) → (1, 4 + classes, anchors)."""
        (output,) = self._session.run(None, {self.input_name: tensor})
        return np.asarray(output, np.float32)

    def find(self, pixels: Pixels, floor: float, suppression_iou: float) -> Found:
        """Find things in a picture (h, w, 3), RGB, with scores from `floor`."""
        canvas, fit = letterbox(pixels, self.side)
        tensor = canvas.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
        classes, scores, corners = decode(self.raw(tensor), floor)
        kept = suppress(classes, scores, corners, suppression_iou)
        placed = (corners[kept] - [fit.left, fit.top] * 2) / fit.scale
        height, width = pixels.shape[:2]
        inside = np.clip(placed, 0, [width, height] * 2)
        return Found(classes[kept], scores[kept], inside)


def letterbox(pixels: Pixels, side: int) -> tuple[Pixels, Fit]:
    """Scale a picture into the middle of a grey square, keeping its aspect."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    new_w, new_h = round(width * scale), round(height * scale)
    left, top = (side - new_w) // 2, (side - new_h) // 2
    canvas = np.full((side, side, 3), PAD, np.uint8)
    resized = cv2.resize(pixels, (new_w, new_h), interpolation=cv2.INTER_LINEAR)
    canvas[top : top + new_h, left : left + new_w] = resized
    return canvas, Fit(scale, left, top)


def decode(
    output: Tensor, floor: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Read (1, 4 + classes, anchors) as class numbers, scores and corners, best score first.

    An anchor gives its best class only. Rows 0..3 are centre and size in input pixels.
    """
    rows = output[0].T.astype(np.float64)
    classes = rows[:, 4:].argmax(1)
    scores = rows[:, 4:].max(1)
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= floor]
    centres, sizes = rows[order, :2], rows[order, 2:4]
    corners = np.concatenate([centres - sizes / 2, centres + sizes / 2], 1)
    return classes[order], scores[order], corners


def suppress(
    classes: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float64],
    corners: npt.NDArray[np.float64],
    iou: float,
) -> npt.NDArray[np.int64]:
    """Return the indices left when, within a class, weaker overlapping boxes are dropped."""
    order = list(np.argsort(-scores, kind="stable"))
    kept: list[int] = []
    while order:
        best = int(order.pop(0))
        kept.append(best)
        rest = np.array(order, np.int64)
        if not len(rest):
            break
        close = overlaps(corners[best][None], corners[rest])[0] > iou
        order = list(rest[~(close & (classes[rest] == classes[best]))])
    return np.array(kept, np.int64)


def read_pixels(file: Path) -> Pixels:
    """Read a picture as uint8 (h, w, 3) in RGB.

    Raises:
        DatasetError: it cannot be decoded.
    """
    pixels = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if pixels is None:
        message = f"{file}: no readable picture; restore the material"
        raise DatasetError(message)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
