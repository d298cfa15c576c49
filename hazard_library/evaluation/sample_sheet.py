"""A sheet of validation pictures with what a model finds in them beside what people labelled."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from hazard_library.datasets.version import Picture
from hazard_library.evaluation.detector import Found, Pixels, read_pixels
from hazard_library.evaluation.looking import Finder, Locator, corners

CELL_WIDTH, CELL_HEIGHT, COLUMNS = 260, 200, 4
SHOWN_FROM = 0.25
"""Boxes below this score are not drawn: a run that has just ended has no threshold yet."""
_COLOURS = ((230, 60, 40), (40, 140, 230), (240, 160, 20), (60, 180, 75), (190, 60, 200))
_WHITE = (255, 255, 255)


def chosen(pictures: Sequence[Picture], count: int) -> list[Picture]:
    """Return up to `count` pictures spread evenly over all, those with boxes first."""
    ordered = sorted(pictures, key=lambda picture: (not picture.boxes, picture.sha256))
    with_boxes = [picture for picture in ordered if picture.boxes] or ordered
    places = np.linspace(0, len(with_boxes) - 1, min(count, len(with_boxes))).round().astype(int)
    return [with_boxes[place] for place in places]


def draw_sheet(
    pictures: Sequence[Picture], find: Finder, where: Locator, labels: Sequence[str], file: Path
) -> None:
    """Write a sheet as PNG: labelled boxes thin and white, found ones in their class's colour.

    Args:
        pictures: what to show, at most a dozen or so.
        find: the model.
        where: tells the file of a picture.
        labels: the model's classes, in its order.
        file: where the sheet goes.
    """
    cells = [_cell(picture, find(picture), where, labels) for picture in pictures]
    blank = np.zeros((CELL_HEIGHT, CELL_WIDTH, 3), np.uint8)
    cells += [blank] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    legend = np.zeros((24, CELL_WIDTH * COLUMNS, 3), np.uint8)
    for number, label in enumerate(("labelled", *labels)):
        colour = _WHITE if number == 0 else _COLOURS[(number - 1) % len(_COLOURS)]
        _write(legend, label, (8 + 120 * number, 17), colour)
    sheet = np.vstack([legend, *rows])
    cv2.imwrite(str(file), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def _cell(picture: Picture, found: Found, where: Locator, labels: Sequence[str]) -> Pixels:
    """Draw one picture into its cell, uint8 (CELL_HEIGHT, CELL_WIDTH, 3), RGB."""
    pixels = read_pixels(where(picture))
    scale = min(CELL_WIDTH / picture.width, CELL_HEIGHT / picture.height)
    size = (round(picture.width * scale), round(picture.height * scale))
    shown = np.ascontiguousarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    for label in labels:
        for box in corners(picture.boxes, label, picture) * scale:
            _frame(shown, box, _WHITE, 1)
    for number, score, box in zip(found.classes, found.scores, found.corners, strict=True):
        if score >= SHOWN_FROM:
            colour = _COLOURS[int(number) % len(_COLOURS)]
            _frame(shown, box * scale, colour, 2)
            _write(
                shown, f"{score:.2f}", (int(box[0] * scale) + 2, int(box[1] * scale) + 11), colour
            )
    cell = np.zeros((CELL_HEIGHT, CELL_WIDTH, 3), np.uint8)
    cell[: size[1], : size[0]] = shown
    return cell


def _frame(
    shown: np.ndarray, box: np.ndarray, colour: tuple[int, int, int], thickness: int
) -> None:
    """Draw a box given by its corners."""
    x1, y1, x2, y2 = (int(corner) for corner in box)
    cv2.rectangle(shown, (x1, y1), (x2, y2), colour, thickness)


def _write(
    shown: np.ndarray, text: str, place: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    """Write a short text."""
    cv2.putText(shown, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
