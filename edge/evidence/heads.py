"""Heads in a picture that is shown, of a camera whose own models do not look for people."""

from collections import deque

import structlog

from edge.core.scene import PixelBox
from edge.evidence.people import People
from edge.evidence.redaction import blurred, blurred_whole, merged
from edge.ports import Look, Pixels

_log = structlog.get_logger(__name__)

#: A head that one picture missed stays blurred for a moment where it was.
_HOLD_S = 0.4


def people_in(pixels: Pixels, look: Look | None) -> People | None:
    """Find the people of one picture; None when nobody can, or the model failed: nobody knows."""
    if look is None:
        return None
    try:
        found = look(pixels)
    except Exception:  # noqa: BLE001 - whatever it was, the picture is made coarse all over
        _log.exception("heads_not_looked_for")
        return None
    boxes = [
        (label, (x1, y1, x2, y2))
        for label, (x1, y1, x2, y2) in zip(found.labels, found.boxes.tolist(), strict=True)
    ]
    return People.of_boxes(0.0, boxes)


class HeadsInPictures:
    """Blurs the pictures of one clip, asked for in their order."""

    def __init__(self, look: Look | None) -> None:
        """Find people by a model; without one every picture is made coarse all over."""
        self._look = look
        self._lately: deque[tuple[float, tuple[PixelBox, ...]]] = deque()

    def redraw(self, mono: float, pixels: Pixels, scale: float) -> Pixels:
        """Return the picture without recognisable heads; `scale` is in the pixels already."""
        del scale
        people = people_in(pixels, self._look)
        if people is None:
            return blurred_whole(pixels)
        self._lately.append((mono, people.regions()))
        while mono - self._lately[0][0] > _HOLD_S:
            self._lately.popleft()
        return blurred(pixels, merged(region for _, heads in self._lately for region in heads))
