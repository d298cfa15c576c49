"""The text beside a picture in a YOLO set."""

from collections.abc import Sequence
from pathlib import Path

from hazard_library.samples.box import Box


def label_file(picture: str) -> str:
    """Return the label file beside a picture: images/x/y.jpg → labels/x/y.txt."""
    return str(Path(picture.replace("images/", "labels/", 1)).with_suffix(".txt"))


def parse_yolo(text: str, classes: Sequence[str]) -> list[Box]:
    """Read lines of class number, centre x, centre y, width, height in shares.

    Raises:
        ValueError: a line is malformed.
        IndexError: a class has no name.
    """
    boxes = []
    for line in text.splitlines():
        number, *shares = line.split()
        cx, cy, w, h = (float(share) for share in shares)
        if not 0 <= int(number) < len(classes):
            message = f"class {number} has no name"
            raise IndexError(message)
        boxes.append(Box(label=classes[int(number)], cx=cx, cy=cy, w=w, h=h))
    return boxes
