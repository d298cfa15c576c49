"""Putting pictures on the training canvas, with what is known about every spot of it.

Besides pixels and boxes each canvas carries a map `known`, bool (classes, cells, cells) with cells
of 8 pixels: whether the absence of a class in that cell is known. Where it is not, training must
not teach background. Boxes that an augmentation makes unusable (cut off, too small) turn into
not-known cells instead of disappearing, since the thing may still be visible.

Grounds: mosaic after Bochkovskiy et al., YOLOv4 (arXiv 2004.10934), 3.3; here each tile keeps its
own picture's knowledge, which ordinary mosaic loses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from hazard_library.datasets.version import Box, Picture
from hazard_library.training.recipe import Augment, Range

CELL = 8
"""Pixels of a cell of `known`: the finest stride of the network."""
GREY = 114
MIN_SIDE_PX = 4.0
"""A thing smaller than this on the canvas cannot be told apart and is not taught."""
MIN_VISIBLE = 0.3
"""A thing of which less than this share is left on the canvas is not taught."""

Pixels = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Canvas:
    """One training picture under construction.

    Attributes:
        pixels: uint8 (side, side, 3), RGB.
        known: bool (classes, side / 8, side / 8).
        boxes: float32 (n, 5): class number, x1, y1, x2, y2 in pixels.
    """

    pixels: Pixels
    known: npt.NDArray[np.bool_]
    boxes: Rows


@dataclass(frozen=True)
class Placement:
    """Where a picture goes: scales, offset in pixels, mirroring, and the window it may cover."""

    scale_x: float
    scale_y: float
    left: float
    top: float
    mirrored: bool
    window: tuple[int, int, int, int]
    """x1, y1, x2, y2 of the part of the canvas that this picture owns."""


def blank(side: int, classes: int) -> Canvas:
    """Return an empty canvas: grey, and known to show nothing."""
    cells = side // CELL
    return Canvas(
        pixels=np.full((side, side, 3), GREY, np.uint8),
        known=np.ones((classes, cells, cells), np.bool_),
        boxes=np.zeros((0, 5), np.float32),
    )


def place(
    canvas: Canvas, pixels: Pixels, picture: Picture, labels: Sequence[str], at: Placement
) -> Canvas:
    """Draw `pixels` (h, w, 3) of `picture` into the window of `at`; return the new canvas."""
    height, width = pixels.shape[:2]
    drawn = _warp(pixels, at)
    x1, y1, x2, y2 = at.window
    painted = canvas.pixels.copy()
    painted[y1:y2, x1:x2] = drawn
    known = canvas.known.copy()
    inside = _cells(_covered(width, height, at), known.shape[1])
    for number, label in enumerate(labels):
        if label not in picture.known:
            known[number][inside] = False
    kept = []
    for box, taught in [(b, True) for b in picture.boxes] + [(b, False) for b in picture.unsure]:
        number = labels.index(box.label)
        whole = _corners(box, width, height, at)
        part = _clip(whole, at.window)
        if part[2] <= part[0] or part[3] <= part[1]:
            continue
        if taught and _usable(whole, part):
            kept.append((float(number), *part))
        else:
            known[number][_cells(part, known.shape[1])] = False
    rows = np.array(kept, np.float32).reshape(-1, 5)
    return Canvas(pixels=painted, known=known, boxes=np.concatenate([canvas.boxes, rows]))


def _warp(pixels: Pixels, at: Placement) -> Pixels:
    """Return the window's pixels after scaling, mirroring and shifting."""
    width = pixels.shape[1]
    x1, y1, x2, y2 = at.window
    sign = -1.0 if at.mirrored else 1.0
    shift = at.left + (at.scale_x * width if at.mirrored else 0.0)
    matrix = np.array(
        [[sign * at.scale_x, 0.0, shift - x1], [0.0, at.scale_y, at.top - y1]], np.float64
    )
    if max(at.scale_x, at.scale_y) < 0.5:  # noqa: PLR2004 - linear sampling aliases below a half
        half = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        matrix[:, :2] *= 2.0
        pixels = np.asarray(half, np.uint8)
    warped = cv2.warpAffine(
        pixels, matrix, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR, borderValue=(GREY, GREY, GREY)
    )
    return np.asarray(warped, np.uint8)


def _covered(width: int, height: int, at: Placement) -> tuple[float, float, float, float]:
    """Return the part of the window that the picture covers."""
    whole = (at.left, at.top, at.left + at.scale_x * width, at.top + at.scale_y * height)
    return _clip(whole, at.window)


def _corners(box: Box, width: int, height: int, at: Placement) -> tuple[float, float, float, float]:
    """Return the corners of a box on the canvas, before clipping."""
    cx = 1.0 - box.cx if at.mirrored else box.cx
    x, y = at.left + cx * width * at.scale_x, at.top + box.cy * height * at.scale_y
    half_w, half_h = box.w * width * at.scale_x / 2, box.h * height * at.scale_y / 2
    return (x - half_w, y - half_h, x + half_w, y + half_h)


def _clip(
    corners: tuple[float, float, float, float], window: tuple[int, int, int, int]
) -> tuple[float, float, float, float]:
    """Cut a box to the window; an outside box comes back with no area."""
    return (
        max(corners[0], window[0]),
        max(corners[1], window[1]),
        min(corners[2], window[2]),
        min(corners[3], window[3]),
    )


def _usable(whole: Sequence[float], part: Sequence[float]) -> bool:
    """Tell whether enough of a thing is left to be taught."""
    width, height = part[2] - part[0], part[3] - part[1]
    area = max((whole[2] - whole[0]) * (whole[3] - whole[1]), 1e-6)
    return min(width, height) >= MIN_SIDE_PX and width * height / area >= MIN_VISIBLE


def _cells(corners: Sequence[float], cells: int) -> tuple[slice, slice]:
    """Return the cells that a region touches, as (rows, columns)."""
    x1, y1 = (max(0, int(corner // CELL)) for corner in corners[:2])
    x2, y2 = (min(cells, int(-(-corner // CELL))) for corner in corners[2:])
    return slice(y1, y2), slice(x1, x2)


def _log_uniform(rng: np.random.Generator, bounds: Range) -> float:
    """Draw from a range such that halving and doubling are equally likely."""
    return float(np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]))))


def scatter(
    rng: np.random.Generator, shape: tuple[int, int], side: int, changes: Augment
) -> Placement:
    """Choose where one picture of `shape` (height, width) lies on a canvas of its own."""
    height, width = shape
    fit = side / max(height, width) * _log_uniform(rng, changes.scale)
    scale_x, scale_y = _stretched(rng, fit, changes)
    free_x, free_y = side - scale_x * width, side - scale_y * height
    return Placement(
        scale_x=scale_x,
        scale_y=scale_y,
        left=free_x * float(rng.uniform()),
        top=free_y * float(rng.uniform()),
        mirrored=bool(rng.uniform() < changes.mirror),
        window=(0, 0, side, side),
    )


def _stretched(rng: np.random.Generator, fit: float, changes: Augment) -> tuple[float, float]:
    """Change the aspect by up to `changes.aspect` either way, keeping the area."""
    root = _log_uniform(rng, (1 / changes.aspect, changes.aspect)) ** 0.5
    return fit * root, fit / root


def tile(
    rng: np.random.Generator,
    shape: tuple[int, int],
    window: tuple[int, int, int, int],
    changes: Augment,
) -> Placement:
    """Choose where a picture lies in its tile of a mosaic."""
    height, width = shape
    x1, y1, x2, y2 = window
    reach = min((x2 - x1) / width, (y2 - y1) / height)
    scale_x, scale_y = _stretched(rng, reach * _log_uniform(rng, changes.tile_scale), changes)
    return Placement(
        scale_x=scale_x,
        scale_y=scale_y,
        left=x1 + (x2 - x1 - scale_x * width) * float(rng.uniform()),
        top=y1 + (y2 - y1 - scale_y * height) * float(rng.uniform()),
        mirrored=bool(rng.uniform() < changes.mirror),
        window=window,
    )


def quarters(rng: np.random.Generator, side: int) -> list[tuple[int, int, int, int]]:
    """Cut a canvas into four windows at a random point on the cell grid."""
    cells = side // CELL
    x, y = (int(rng.integers(cells // 4, cells - cells // 4)) * CELL for _ in range(2))
    return [(0, 0, x, y), (x, 0, side, y), (0, y, x, side), (x, y, side, side)]


def recolour(rng: np.random.Generator, pixels: Pixels, changes: Augment) -> Pixels:
    """Change hue, saturation and brightness; at times make it grey."""
    gains = rng.uniform(-1, 1, 3) * (changes.hue, changes.saturation, changes.brightness) + 1
    hue, saturation, value = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV))
    steps = np.arange(256, dtype=np.float64)
    tables = [
        ((steps * gains[0]) % 180).astype(np.uint8),
        np.clip(steps * gains[1], 0, 255).astype(np.uint8),
        np.clip(steps * gains[2], 0, 255).astype(np.uint8),
    ]
    if rng.uniform() < changes.grey:
        tables[1] = np.zeros(256, np.uint8)
    planes = [cv2.LUT(p, t) for p, t in zip((hue, saturation, value), tables, strict=True)]
    result = cv2.cvtColor(cv2.merge(planes), cv2.COLOR_HSV2RGB)
    return np.asarray(result, np.uint8)


def tilted(rng: np.random.Generator, canvas: Canvas, changes: Augment) -> Canvas:
    """Turn a canvas by a few degrees, as a camera hangs; boxes become those around the turned ones.

    Corners that the turn brings in are grey and known to show nothing, as in `blank`.
    """
    degrees = float(rng.uniform(-changes.tilt, changes.tilt))
    if not changes.tilt:
        return canvas
    side, cells = canvas.pixels.shape[0], canvas.known.shape[1]
    turn = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 1.0), np.float64)
    pixels = cv2.warpAffine(canvas.pixels, turn, (side, side), borderValue=(GREY, GREY, GREY))
    # A cell is known only if everything that the turn moves into it was.
    middle = ((cells - 1) / 2, (cells - 1) / 2)
    unknown = (~canvas.known).astype(np.float32).transpose(1, 2, 0)
    turned = cv2.warpAffine(
        np.ascontiguousarray(unknown), cv2.getRotationMatrix2D(middle, degrees, 1.0), (cells, cells)
    ).reshape(cells, cells, -1)
    known = (turned < 0.01).transpose(2, 0, 1)  # noqa: PLR2004 - any share of not known counts
    rows = _turned_boxes(canvas.boxes, turn, side)
    taught = _big_enough(rows)
    for row in rows[~taught]:
        known[int(row[0])][_cells(row[1:], cells)] = False
    return Canvas(pixels=np.asarray(pixels, np.uint8), known=known, boxes=rows[taught])


def _turned_boxes(boxes: Rows, turn: npt.NDArray[np.float64], side: int) -> Rows:
    """Return (n, 5) boxes around the turned middles of each edge, cut to the canvas.

    The ellipse inside a box fits most things better than its corners do, so the new box goes
    around the turned ellipse.
    """
    if not len(boxes):
        return boxes
    centres = (boxes[:, 1:3] + boxes[:, 3:5]) / 2
    halves = (boxes[:, 3:5] - boxes[:, 1:3]) / 2
    moved = centres @ turn[:, :2].T + turn[:, 2]
    reach = np.sqrt((halves**2) @ (turn[:, :2] ** 2).T)
    corners = np.clip(np.concatenate([moved - reach, moved + reach], 1), 0, side)
    return np.concatenate([boxes[:, :1], corners], 1).astype(np.float32)


def _big_enough(rows: Rows) -> npt.NDArray[np.bool_]:
    """Return bool (n,): whether enough of a box is left to be taught."""
    return np.asarray((rows[:, 3:5] - rows[:, 1:3]).min(1, initial=np.inf) >= MIN_SIDE_PX)


def as_a_camera_sees(rng: np.random.Generator, pixels: Pixels, changes: Augment) -> Pixels:
    """Make a picture coarse, dark or blocky at times, as cheap cameras and thin streams do."""
    if rng.uniform() < changes.coarse:
        side = pixels.shape[0]
        small = int(side / rng.uniform(1.3, 2.2))
        reduced = cv2.resize(pixels, (small, small), interpolation=cv2.INTER_AREA)
        pixels = np.asarray(cv2.resize(reduced, (side, side), interpolation=cv2.INTER_LINEAR))
    if rng.uniform() < changes.dark:
        steps = np.linspace(0, 1, 256) ** rng.uniform(1.3, 2.6) * rng.uniform(120, 230)
        pixels = cv2.LUT(pixels, steps.astype(np.uint8)).astype(np.uint8)
        grain = rng.normal(0, rng.uniform(2, 8), pixels.shape[:2])
        pixels = np.clip(pixels + grain[..., None], 0, 255).astype(np.uint8)
    if rng.uniform() < changes.compressed:
        quality = int(rng.integers(15, 55))
        _, stream = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = np.asarray(cv2.imdecode(stream, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(pixels, np.uint8)
