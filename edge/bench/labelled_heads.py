"""Pictures whose heads somebody labelled, read from a data set in YOLO's layout."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import yaml

from edge.core.scene import PixelBox
from edge.errors import EdgeError
from edge.evidence.people import FALLEN, HEADS
from edge.evidence.redaction import ends_of
from edge.ports import Pixels

_FIELDS = 5


@dataclass(frozen=True, slots=True)
class LabelledHead:
    """One head. label: its class; box: where it is, in pixels.

    Of somebody fallen nobody labelled the head: both ends of the body count as one, since it lies
    at either.
    """

    label: str
    box: PixelBox


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture, BGR, with its labelled heads."""

    name: str
    pixels: Pixels
    heads: tuple[LabelledHead, ...]


def labelled_pictures(folder: Path, split: str) -> Iterator[LabelledPicture]:
    """Yield the pictures of a split that have heads, in the order of their names.

    Raises:
        EdgeError: the folder is no such data set, or a picture cannot be read.
    """
    names = _class_names(folder / "data.yaml")
    for file in sorted((folder / "labels" / split).glob("*.txt")):
        rows = [(names.get(row[0]), row[1:]) for row in _rows(file)]
        if not any(name in HEADS or name == FALLEN for name, _ in rows):
            continue
        pixels = _picture(folder / "images" / split, file.stem)
        heads = tuple(head for name, row in rows for head in _heads(name, row, pixels))
        yield LabelledPicture(file.stem, pixels, heads)


def _class_names(file: Path) -> dict[int, str]:
    try:
        names = yaml.safe_load(file.read_text(encoding="utf-8"))["names"]
        return {int(number): str(name) for number, name in names.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as fault:
        raise EdgeError(
            f"{file}: names no classes ({fault}); give a data set in YOLO's layout"
        ) from fault


def _rows(file: Path) -> Iterator[tuple[int, float, float, float, float]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) == _FIELDS:
            x, y, width, height = map(float, words[1:])
            yield int(words[0]), x, y, width, height


def _picture(folder: Path, stem: str) -> Pixels:
    for file in sorted(folder.glob(f"{stem}.*")):
        pixels = cv2.imread(str(file))
        if pixels is not None:
            return np.asarray(pixels, np.uint8)
    raise EdgeError(f"{folder / stem}: there is no picture of that name, or it cannot be read")


def _heads(
    name: str | None, row: tuple[float, float, float, float], pixels: Pixels
) -> Iterator[LabelledHead]:
    height, width = pixels.shape[:2]
    x, y, w, h = row
    box = (
        (x - w / 2) * width,
        (y - h / 2) * height,
        (x + w / 2) * width,
        (y + h / 2) * height,
    )
    if name in HEADS:
        yield LabelledHead(str(name), box)
    elif name == FALLEN:
        for end in ends_of(box):
            yield LabelledHead(FALLEN, end)
