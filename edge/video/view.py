"""What a camera looks at, as directions of edges; and how far two views lie apart.

Pure: it sees grey pictures and says shifts.

An edge is kept as its direction alone (doubled, so that light above dark and dark above light are
one): neither brightness nor contrast counts, and a picture by infra-red matches the same view by
day. Directions of several pictures are averaged: what walks by has no lasting direction. Two views
are compared by correlation over all shifts (after Fitch and others, Orientation Correlation, 2002)
and over a few turns and magnifications.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDE, _HIGH = 160, 90
_LEAST_STEP = 2.0
_AROUND_PX = 4
_TURNS_DEG = (-12.0, -8.0, -4.0, 0.0, 4.0, 8.0, 12.0)
_ZOOMS = (0.85, 1.0, 1.18)

#: Directions of edges: complex64 (90, 160), length 0 (no edge) to 1 (the same in every picture).
Edges = NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Offset:
    """Where the best match of two views lies.

    right, down: how far the view went, as shares of the picture's width and height; turned_deg,
    zoomed: beyond that. match: 0..1, of the best match; clear: how far it stands out of the others,
    in their standard deviations. match_here, clear_here: the same for no shift at all.
    """

    right: float
    down: float
    match: float
    clear: float
    match_here: float
    clear_here: float
    turned_deg: float = 0.0
    zoomed: float = 1.0

    @property
    def is_here(self) -> bool:
        """Whether the best match is no shift at all, give or take a shaking mount."""
        straight = self.turned_deg == 0.0 and self.zoomed == 1.0
        near = max(abs(self.right) * _WIDE, abs(self.down) * _HIGH) <= _AROUND_PX
        return straight and near


def edges_of(grey: NDArray[np.uint8]) -> Edges:
    """Return the directions of a picture's edges; grey: uint8 (height, width)."""
    shrunk = cv2.resize(grey, (_WIDE, _HIGH), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(shrunk, (0, 0), 1.0)
    step_x = cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3) / 8
    step_y = cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3) / 8
    power = step_x * step_x + step_y * step_y
    doubled = (step_x + 1j * step_y) ** 2 / np.maximum(power, 1e-6)
    doubled[power < _LEAST_STEP**2] = 0
    return doubled.astype(np.complex64)


def texture(edges: Edges) -> float:
    """Return the share of the picture that has an edge of lasting direction."""
    return float(np.count_nonzero(np.abs(edges) > 0.5) / edges.size)  # noqa: PLR2004 - half of all


def offset(reference: Edges, now: Edges) -> Offset:
    """Say how far the view went, by shifts alone."""
    return _offset(_spectrum(reference), _spectrum(now))


def offset_turned(reference: Edges, now: Edges) -> Offset:
    """Say how far the view went, by shifts, turns and magnifications; the best of them."""
    spectrum = _spectrum(now)
    here = _offset(_spectrum(reference), spectrum)
    best = here
    for turn, zoom in product(_TURNS_DEG, _ZOOMS):
        if (turn, zoom) == (0.0, 1.0):
            continue
        found = _offset(_spectrum(_turned(reference, turn, zoom)), spectrum)
        if found.match > best.match:
            best = Offset(
                found.right,
                found.down,
                found.match,
                found.clear,
                here.match_here,
                here.clear_here,
                turn,
                zoom,
            )
    return best


def _spectrum(edges: Edges) -> NDArray[np.complex128]:
    """Return the transform of what deviates from the mean direction, of length 1."""
    deviating = (edges - edges.mean()) * _window()
    spectrum = np.fft.fft2(deviating)
    length = float(np.sqrt((np.abs(deviating) ** 2).sum()))
    return np.asarray(spectrum / max(length, 1e-6), np.complex128)


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float32]:
    """Fade the rim out, where a view and a shifted view show different things."""
    rows, columns = np.hanning(_HIGH + 2)[1:-1], np.hanning(_WIDE + 2)[1:-1]
    return np.sqrt(np.outer(rows, columns)).astype(np.float32)


def _offset(reference: NDArray[np.complex128], now: NDArray[np.complex128]) -> Offset:
    match = np.fft.fftshift(np.fft.ifft2(now * np.conj(reference)).real)
    row, column = np.unravel_index(int(match.argmax()), match.shape)
    middle_row, middle_column = _HIGH // 2, _WIDE // 2
    others = float(_without(match, int(row), int(column)).std())
    here = match[middle_row - 1 : middle_row + 2, middle_column - 1 : middle_column + 2]
    best = float(match[row, column])
    return Offset(
        right=float(column - middle_column) / _WIDE,
        down=float(row - middle_row) / _HIGH,
        match=best,
        clear=best / max(others, 1e-6),
        match_here=float(here.max()),
        clear_here=float(here.max()) / max(others, 1e-6),
    )


def _without(match: NDArray[np.float64], row: int, column: int) -> NDArray[np.float64]:
    """Return all matches but those around the best one."""
    far = np.ones(match.shape, bool)
    top, left = max(0, row - _AROUND_PX), max(0, column - _AROUND_PX)
    far[top : row + _AROUND_PX + 1, left : column + _AROUND_PX + 1] = False
    return match[far]


def _turned(edges: Edges, turn_deg: float, zoom: float) -> Edges:
    """Return the edges of a view that was turned and magnified: their directions turn too."""
    turn = cv2.getRotationMatrix2D((_WIDE / 2, _HIGH / 2), turn_deg, zoom)
    parts = [cv2.warpAffine(part, turn, (_WIDE, _HIGH)) for part in (edges.real, edges.imag)]
    # A picture's rows count downwards: a turn to the left lessens the angle.
    doubled = np.exp(-2j * np.deg2rad(turn_deg))
    return np.asarray((parts[0] + 1j * parts[1]) * doubled, np.complex64)
