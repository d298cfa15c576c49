"""A camera's picture with its zones and lines over it, and a ruler by which they can be drawn."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from edge.config import CameraConfig, ZoneConfig
from edge.evidence.lettering import PAPER, Colour, Pen, write
from edge.ports import Pixels

#: Blue, green, red; told apart by people who see few colours, and on dark and light pictures.
_COLOURS: tuple[Colour, ...] = (
    (0, 200, 255),
    (233, 180, 86),
    (115, 158, 0),
    (167, 121, 204),
    (0, 94, 213),
    (66, 228, 240),
)
_GRID = (200, 200, 200)
_FILL, _GRID_SHARE = 0.22, 0.25
_LINE_POINTS = 2
_SMALLEST_PX = 640


def drawn_over(pixels: Pixels, camera: CameraConfig, caption: str) -> Pixels:
    """Return a copy with every zone filled lightly and named, lines with an arrow along them.

    Args:
        pixels: BGR.
        camera: whose zones are drawn, each with the hazards that work on it.
        caption: one line for the lower edge.
    """
    shown = _large_enough(pixels)
    height = int(shown.shape[0])
    pen = Pen.fitting(shown)
    _ruler(shown, pen)
    for number, zone in enumerate(camera.zones):
        _zone(shown, zone, _COLOURS[number % len(_COLOURS)], pen)
    # Names last: no zone lies over another's name.
    for number, zone in enumerate(camera.zones):
        _name(shown, zone, (_COLOURS[number % len(_COLOURS)], _label(zone, camera)), pen)
    write(shown, caption, (pen.text // 2, height - pen.text // 2), PAPER, pen)
    return shown


def _large_enough(pixels: Pixels) -> Pixels:
    """Return a copy, enlarged if names could not be read in it."""
    width = int(pixels.shape[1])
    if width >= _SMALLEST_PX:
        return pixels.copy()
    scale = _SMALLEST_PX / width
    larger = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    return np.asarray(larger, np.uint8)


def _ruler(shown: Pixels, pen: Pen) -> None:
    """Draw the tenths of width and height: what stands in the file under `points`."""
    height, width = shown.shape[:2]
    grid = shown.copy()
    for tenth in range(1, 10):
        x, y = round(width * tenth / 10), round(height * tenth / 10)
        cv2.line(grid, (x, 0), (x, height), _GRID, 1)
        cv2.line(grid, (0, y), (width, y), _GRID, 1)
    cv2.addWeighted(grid, _GRID_SHARE, shown, 1 - _GRID_SHARE, 0, dst=shown)
    small = replace(pen, text=max(12, pen.text * 2 // 3))
    for tenth in range(1, 10):
        x, y = round(width * tenth / 10), round(height * tenth / 10)
        write(shown, f"x .{tenth}", (x + 2, small.text + 4), PAPER, small)
        write(shown, f"y .{tenth}", (2, y - 4), PAPER, small)


def _zone(shown: Pixels, zone: ZoneConfig, colour: Colour, pen: Pen) -> None:
    points = _pixels_of(zone.points, shown)
    if len(points) == _LINE_POINTS:
        begin, end = (tuple(map(int, point)) for point in points)
        cv2.arrowedLine(shown, begin, end, PAPER, pen.line + 3, cv2.LINE_AA, tipLength=0.06)
        cv2.arrowedLine(shown, begin, end, colour, pen.line, cv2.LINE_AA, tipLength=0.06)
        return
    filled = shown.copy()
    cv2.fillPoly(filled, [points], colour)
    cv2.addWeighted(filled, _FILL, shown, 1 - _FILL, 0, dst=shown)
    cv2.polylines(shown, [points], isClosed=True, color=PAPER, thickness=pen.line + 3)
    cv2.polylines(shown, [points], isClosed=True, color=colour, thickness=pen.line)


def _label(zone: ZoneConfig, camera: CameraConfig) -> str:
    hazards = [switch.id for switch in camera.hazards if zone.id in switch.zones]
    return f"{zone.id}  {' '.join(hazards)}" if hazards else zone.id


def _name(shown: Pixels, zone: ZoneConfig, label: tuple[Colour, str], pen: Pen) -> None:
    """Write the name at the zone's uppermost point, within the picture."""
    points = _pixels_of(zone.points, shown)
    x, y = points[int(points[:, 1].argmin())].tolist()
    colour, text = label
    write(shown, text, (x, y - pen.text // 3), colour, pen)


def _pixels_of(points: Sequence[tuple[float, float]], shown: Pixels) -> np.ndarray:
    height, width = shown.shape[:2]
    return np.array([(x * (width - 1), y * (height - 1)) for x, y in points], np.int32)
