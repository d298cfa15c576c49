"""Running an exported detector on pictures, for scoring: letterbox, network, boxes, suppression."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from hazard_library.errors import DatasetError, RegistryError
from hazard_library.evaluation.boxes import overlaps
from hazard_library.registry.network_size import at_size, least_side

PAD = 114
MOST = 1000
"""Boxes of one picture that are looked at, best first."""
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


@dataclass(frozen=True, slots=True)
class Detector:
    """An anchor-free detector, whatever computes it.

    Attributes:
        raw: the network: float32 (1, 3, side, side), RGB, 0..1 → (1, 4 + classes, anchors).
        labels: class number → label.
        side: of the square input, in pixels; the longer side of one that is fitted.
        input_name: of the input tensor.
        is_fitted: an input of the picture's own shape, without what a square would pad.
    """

    raw: Callable[[Tensor], Tensor]
    labels: tuple[str, ...]
    side: int
    input_name: str = ""
    is_fitted: bool = False

    def find(self, pixels: Pixels, floor: float, suppression_iou: float) -> Found:
        """Find things in a picture (h, w, 3), RGB, with scores from `floor`, best first."""
        tensor, fit = prepared(pixels, self.side, is_fitted=self.is_fitted)
        classes, scores, corners = decode(self.raw(tensor), floor)
        kept = suppress(classes, scores, corners, suppression_iou)
        placed = (corners[kept] - [fit.left, fit.top] * 2) / fit.scale
        height, width = pixels.shape[:2]
        inside = np.clip(placed, 0, [width, height] * 2)
        return Found(classes[kept], scores[kept], inside)


def onnx_detector(
    file: Path, labels: Sequence[str], *, threads: int = 1, is_fitted: bool = False
) -> Detector:
    """Open an ONNX file on the processor with the providers' own precision of the file.

    Raises:
        RegistryError: ONNX Runtime cannot load it, or its input is not square.
    """
    session = _session(file, file.read_bytes(), threads)
    (tensor,) = session.get_inputs()
    name, side = str(tensor.name), int(tensor.shape[2])
    sessions = {(side, side): session}

    def raw(pixels: Tensor) -> Tensor:
        shape = (pixels.shape[2], pixels.shape[3])
        if shape not in sessions:
            sessions[shape] = _session(file, at_size(file.read_bytes(), shape), threads)
        (output,) = sessions[shape].run(None, {name: pixels})
        return np.asarray(output, np.float32)

    return Detector(raw, tuple(labels), side, name, is_fitted)


def _session(file: Path, data: bytes, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(data, sess_options=options, providers=["CPUExecutionProvider"])
    except Exception as fault:
        message = f"{file}: ONNX Runtime cannot load it ({fault}); export the model again"
        raise RegistryError(message) from fault


def prepared(pixels: Pixels, side: int, *, is_fitted: bool = False) -> tuple[Tensor, Fit]:
    """Return the input tensor of a picture (h, w, 3), RGB, and how it lies there."""
    canvas, fit = letterbox(pixels, side, is_fitted=is_fitted)
    return canvas.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255), fit


def letterbox(pixels: Pixels, side: int, *, is_fitted: bool = False) -> tuple[Pixels, Fit]:
    """Scale a picture into the middle of a grey square, keeping its aspect.

    is_fitted: the least of the square, in steps that the network allows, that holds the picture.
    """
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    new_w, new_h = round(width * scale), round(height * scale)
    rows, columns = (least_side(new_h), least_side(new_w)) if is_fitted else (side, side)
    left, top = (columns - new_w) // 2, (rows - new_h) // 2
    canvas = np.full((rows, columns, 3), PAD, np.uint8)
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
    order = order[scores[order] >= floor][:MOST]
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
    order = np.argsort(-scores, kind="stable")
    alike = classes[order][:, None] == classes[order][None]
    drops = (overlaps(corners[order], corners[order]) > iou) & alike
    left = np.ones(len(order), np.bool_)
    for place in range(len(order)):
        if left[place]:
            left[place + 1 :] &= ~drops[place, place + 1 :]
    return np.asarray(order[left], np.int64)


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
