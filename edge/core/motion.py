"""How boxes move: a Kalman filter with constant velocity, stepped by scene time.

Each of a box's four coordinates (centre x, centre y, width, height) is filtered on its own, so the
2×2 algebra is written out and all boxes of a camera are computed at once. Noise is relative to the
box's height, as in ByteTrack, but per second instead of per frame: sampling is by time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.core.geometry import Boxes

#: float64 (N, 4): one column each for centre x, centre y, width, height.
Columns = NDArray[np.float64]

# Shares of the box's height. Measured boxes jitter by 1/20 of it. People change their speed by
# about their own height per second within a second; boxes change their size much more slowly.
_MEASURED = 0.05
_PUSH = np.array([1.0, 1.0, 0.3, 0.3])
_FIRST_SPEED = np.array([2.0, 2.0, 0.5, 0.5])
_SMALLEST_PX = 1.0


@dataclass(frozen=True, slots=True)
class Motion:
    """Where N boxes are and how fast they move, with the spread of both.

    state: float64 (5, N, 4). Its planes are place (pixels), speed (pixels a second), and the three
    different entries of each coordinate's covariance: of place, of place with speed, of speed.
    """

    state: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of boxes."""
        return int(self.state.shape[1])

    def boxes(self) -> Boxes:
        """Return x1, y1, x2, y2 as float32."""
        place = self.state[0]
        half = np.maximum(place[:, 2:], _SMALLEST_PX) / 2
        middle = place[:, :2]
        return np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)

    def predicted(self, seconds: float, lost: NDArray[np.bool_]) -> "Motion":
        """Move on by some seconds. Boxes that are `lost` (bool (N,)) keep their size."""
        place, speed, place_var, cross_var, speed_var = self.state
        speed = speed.copy()
        speed[lost, 2:] = 0.0
        push = (_PUSH * np.maximum(place[:, 3:4], _SMALLEST_PX)) ** 2
        return Motion(
            np.stack(
                [
                    place + speed * seconds,
                    speed,
                    place_var
                    + seconds * (2 * cross_var + seconds * speed_var)
                    + push * (seconds**3 / 3),
                    cross_var + seconds * speed_var + push * (seconds**2 / 2),
                    speed_var + push * seconds,
                ]
            )
        )

    def corrected(self, rows: list[int], measured: Boxes) -> "Motion":
        """Correct the boxes in `rows` by what was measured for them, in the same order."""
        place, speed, place_var, cross_var, speed_var = self.state[:, rows]
        seen = _columns(measured)
        total = place_var + (_MEASURED * np.maximum(seen[:, 3:4], _SMALLEST_PX)) ** 2
        gain, speed_gain = place_var / total, cross_var / total
        off = seen - place
        state = self.state.copy()
        state[:, rows] = np.stack(
            [
                place + gain * off,
                speed + speed_gain * off,
                (1 - gain) * place_var,
                (1 - gain) * cross_var,
                speed_var - speed_gain * cross_var,
            ]
        )
        return Motion(state)

    def kept(self, rows: list[int]) -> "Motion":
        """Return only some boxes, in the given order."""
        return Motion(self.state[:, rows])

    def joined(self, other: "Motion") -> "Motion":
        """Return these boxes and then the other ones."""
        return Motion(np.concatenate([self.state, other.state], axis=1))


def at_rest(boxes: Boxes) -> Motion:
    """Start following boxes that were seen once: their speed is unknown."""
    place = _columns(boxes)
    height = np.maximum(place[:, 3:4], _SMALLEST_PX)
    nothing = np.zeros_like(place)
    place_var = np.broadcast_to((_MEASURED * height) ** 2, place.shape)
    return Motion(np.stack([place, nothing, place_var, nothing, (_FIRST_SPEED * height) ** 2]))


def _columns(boxes: Boxes) -> Columns:
    wide = boxes.astype(np.float64)
    sides = wide[:, 2:] - wide[:, :2]
    return np.concatenate([(wide[:, :2] + wide[:, 2:]) / 2, sides], axis=1)
