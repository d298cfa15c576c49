"""The yardstick: a plain loop of OpenCV and ONNX Runtime with the libraries' defaults.

It stands alone on purpose: nothing of the edge is used, so that the comparison is with what anybody
would write first. One picture after the other: read, letterbox, run, decode, suppress.

    python -m edge.bench.plain_loop MODELS FILM FRAMES MIN_SCORE OUT

MODELS is a JSON list of FOLDER:PRECISION. All of them look at every picture, which is fitted once
into each size that they want; a class that two of them see is the first one's.
"""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import yaml

Box = tuple[int, float, float, float, float, float]


def letterbox(picture: np.ndarray, side: int) -> tuple[np.ndarray, float, int, int]:
    """Fit a picture into a square, the rest grey; return the tensor, scale and shifts."""
    height, width = picture.shape[:2]
    scale = min(side / width, side / height)
    inner_width, inner_height = round(width * scale), round(height * scale)
    left = round((side - inner_width) / 2 - 0.1)
    top = round((side - inner_height) / 2 - 0.1)
    square = np.full((side, side, 3), 114, np.uint8)
    square[top : top + inner_height, left : left + inner_width] = cv2.resize(
        picture, (inner_width, inner_height)
    )
    tensor = square[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255
    return np.ascontiguousarray(tensor), scale, left, top


def decode(output: np.ndarray, min_score: float, overlap: float) -> list[Box]:
    """Turn the output (1, 4 + classes, N) into suppressed boxes in input pixels."""
    found: list[Box] = []
    for number, scores in enumerate(output[0, 4:]):
        places = np.flatnonzero(scores >= min_score)
        if not len(places):
            continue
        x, y, width, height = output[0, :4, places].T
        boxes = np.stack([x - width / 2, y - height / 2, width, height], axis=1)
        kept = cv2.dnn.NMSBoxes(
            boxes.astype(np.float64).tolist(), scores[places].tolist(), min_score, overlap
        )
        for index in np.asarray(kept).reshape(-1):
            left, top, wide, high = (float(value) for value in boxes[index])
            score = float(scores[places[index]])
            found.append((number, score, left, top, left + wide, top + high))
    return found


def in_picture(box: Box, scale: float, shift: tuple[int, int], size: tuple[int, int]) -> Box:
    """Turn corners in the input into corners in the picture, clipped to it."""
    number, score, *corners = box
    x1, y1, x2, y2 = (
        min(max((corner - shift[axis % 2]) / scale, 0.0), size[axis % 2])
        for axis, corner in enumerate(corners)
    )
    return (number, score, x1, y1, x2, y2)


class Model:
    """A loaded model; `numbers` says which class of the answer each of its own becomes, if any."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Load it, let it run once, and add to the known labels those that are new."""
        folder, _, precision = name.rpartition(":")
        card = yaml.safe_load((Path(folder) / "card.yaml").read_text(encoding="utf-8"))
        files = {one["precision"]: one["file"] for one in (card, *card.get("variants", ()))}
        self.session = onnxruntime.InferenceSession(str(Path(folder) / files[precision]))
        self.name, self.side = card["input"]["name"], card["input"]["width"]
        self.overlap = card["suppression_iou"]
        self.session.run(None, {self.name: np.zeros((1, 3, self.side, self.side), np.float32)})
        before = len(known)
        known += [label for label in card["labels"] if label not in known]
        self.numbers = [
            None if known.index(label) < before else known.index(label) for label in card["labels"]
        ]

    def boxes(self, tensor: np.ndarray, min_score: float) -> list[Box]:
        """Return what it finds, classes counted as in the answer."""
        output = self.session.run(None, {self.name: tensor})[0]
        found = decode(output, min_score, self.overlap)
        return [(number, *box[1:]) for box in found if (number := self.numbers[box[0]]) is not None]


def run(names: list[str], film: Path, frames: int, min_score: float) -> dict[str, object]:
    """Look at the first frames of a film; return the boxes of each and how long it took."""
    labels: list[str] = []
    models = [Model(name, labels) for name in names]
    capture = cv2.VideoCapture(str(film))
    looked: list[list[Box]] = []
    started = time.perf_counter()
    while len(looked) < frames:
        there, picture = capture.read()
        if not there:
            break
        size = (picture.shape[1], picture.shape[0])
        fitted = {side: letterbox(picture, side) for side in {model.side for model in models}}
        found: list[Box] = []
        for model in models:
            tensor, scale, left, top = fitted[model.side]
            boxes = model.boxes(tensor, min_score)
            found += [in_picture(box, scale, (left, top), size) for box in boxes]
        looked.append(found)
    seconds = time.perf_counter() - started
    return {"frames": len(looked), "seconds": seconds, "labels": labels, "boxes": looked}


if __name__ == "__main__":
    given = sys.argv[1:]
    measured = run(json.loads(given[0]), Path(given[1]), int(given[2]), float(given[3]))
    Path(given[4]).write_text(json.dumps(measured), encoding="utf-8")
