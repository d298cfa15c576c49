"""Whether a picture must be looked at, or the answer of the last look still holds: pure.

A picture is looked at unless all of this is true:

* it differs nowhere from the picture that was looked at last, neither in a small place nor faintly
  over a wide one. The comparison is with the last picture *looked at*, not with the one before, so
  that what creeps (slow smoke, a shadow, dawn) adds up until it is noticed;
* that last look is younger than `full_look_every_s`: however still, every camera is looked at then;
* that last look was judged, was of a picture that shows something, and left nobody and nothing
  followed and no incident open. Whatever is followed is looked at at the camera's full rate.

So a still picture stands for "again nothing there", and for nothing else.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from edge.core.moment import Moment

#: Mean brightness 0..255 of the fields of a picture, float32 (rows, columns), about 96 x 160.
SmallGrey = NDArray[np.float32]


class Decision(Enum):
    """What to do with a picture.

    LOOK: ask the models. STILL: judge it as the last one was answered, with nothing there.
    WAIT: let it go; the last look is not judged yet, and this picture shows nothing newer.
    """

    LOOK = "look"
    STILL = "still"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Judged:
    """The last picture that was judged. is_quiet: it was seen, with nothing followed or open."""

    at: Moment
    is_quiet: bool


@dataclass(frozen=True, slots=True)
class GateSettings:
    """When a picture counts as changed. Levels are of 255.

    near: by how much a small field must change, and least_fields how many of them: half of what the
    smallest person covers that a detector finds, 20 x 50 pixels in 720p. Both lie above
    what a cheap sensor's noise does to the mean of a field. far: by how much one of the wide areas
    must change, each the mean of wide x wide fields.
    """

    full_look_every_s: float = 3.0
    near: float = 10.0
    least_fields: int = 5
    far: float = 2.5
    wide: int = 8


class LookingGate:
    """Follows one camera's pictures; owned by the thread that reads them."""

    def __init__(self, settings: GateSettings | None = None) -> None:
        self._settings = settings or GateSettings()
        self._looked: tuple[Moment, SmallGrey] | None = None

    def decide(self, small: SmallGrey, at: Moment, judged: Judged | None) -> Decision:
        """Decide about a picture; `judged` is what is known of the last one that was judged."""
        if self._looked is None or self._must_look(self._looked, small, at):
            return self._look(small, at)
        is_judged = judged is not None and judged.at.mono >= self._looked[0].mono
        if not is_judged:
            return Decision.WAIT
        if judged is not None and judged.is_quiet:
            return Decision.STILL
        return self._look(small, at)

    def _look(self, small: SmallGrey, at: Moment) -> Decision:
        self._looked = (at, small)
        return Decision.LOOK

    def _must_look(self, looked: tuple[Moment, SmallGrey], small: SmallGrey, at: Moment) -> bool:
        elapsed = at.seconds_since(looked[0])
        # Times that run backwards belong to another stream: its pictures are not known.
        if not 0 <= elapsed < self._settings.full_look_every_s:
            return True
        return differs(looked[1], small, self._settings)


def differs(one: SmallGrey, other: SmallGrey, settings: GateSettings) -> bool:
    """Whether two pictures differ in a few small fields, or faintly in a wide area."""
    if one.shape != other.shape:
        return True
    change = other - one
    if np.count_nonzero(np.abs(change) >= settings.near) >= settings.least_fields:
        return True
    wide = settings.wide
    rows, columns = (side // wide for side in change.shape)
    inner = change[: rows * wide, : columns * wide]
    areas = inner.reshape(rows, wide, columns, wide).mean(axis=(1, 3))
    return bool(areas.size and np.abs(areas).max() >= settings.far)
