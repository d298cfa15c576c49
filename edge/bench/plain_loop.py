"""The yardstick: a plain loop of OpenCV and ONNX Runtime with the libraries' defaults.

It stands alone on purpose: nothing of the edge is used, so that the comparison is with what anybody
would write first. One picture after the other: read, letterbox, run, decode, suppress.

    python -m edge.bench.plain_loop MODEL_FOLDER FILM FRAMES MIN_SCORE OUT
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


def run(model: Path, film: Path, frames: int, min_score: float) -> dict[str, object]:
    """Look at the first frames of a film; return the boxes of each and how long it took."""
    card = yaml.safe_load((model / "card.yaml").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(str(model / card["file"]))
    name, side = card["input"]["name"], card["input"]["width"]
    session.run(None, {name: np.zeros((1, 3, side, side), np.float32)})
    capture = cv2.VideoCapture(str(film))
    looked: list[list[Box]] = []
    started = time.perf_counter()
    while len(looked) < frames:
        there, picture = capture.read()
        if not there:
            break
        tensor, scale, left, top = letterbox(picture, side)
        boxes = decode(session.run(None, {name: tensor})[0], min_score, card["suppression_iou"])
        size = (picture.shape[1], picture.shape[0])
        looked.append([in_picture(box, scale, (left, top), size) for box in boxes])
    seconds = time.perf_counter() - started
    return {"frames": len(looked), "seconds": seconds, "labels": card["labels"], "boxes": looked}


if __name__ == "__main__":
    given = sys.argv[1:]
    measured = run(Path(given[0]), Path(given[1]), int(given[2]), float(given[3]))
    Path(given[4]).write_text(json.dumps(measured), encoding="utf-8")
