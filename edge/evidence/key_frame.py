"""The key frame of an incident: the picture untouched, and a copy that shows what was found."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge.core.incidents import IncidentChange
from edge.core.scene import PixelBox, Zone
from edge.errors import EvidenceError
from edge.evidence.markings import Words, mark
from edge.evidence.people import People
from edge.evidence.redaction import blurred, blurred_whole
from edge.ports import Frame, Pixels

_QUALITY_ORIGINAL = 95
_QUALITY_SHOWN = 88


def original_jpeg(frame: Frame) -> bytes:
    """Write the picture as it is."""
    return _jpeg(frame.pixels, _QUALITY_ORIGINAL)


def shown_jpeg(
    frame: Frame,
    change: IncidentChange,
    people: People | None,
    zones: Sequence[Zone],
    *,
    words: Words,
    heads_are_the_hazard: bool = False,
) -> bytes:
    """Write the picture with heads blurred, subjects and zone outlined, and what was measured said.

    With `heads_are_the_hazard`, the subjects' heads stay: they are what is judged. Where nobody
    knows the people (None), the picture is coarse all over.
    """
    shown = _without_heads(frame.pixels, change, people, heads_stay=heads_are_the_hazard)
    mark(shown, frame, change, zones, words)
    return _jpeg(shown, _QUALITY_SHOWN)


def pixels_of(jpeg: bytes) -> Pixels:
    """Read a picture that `original_jpeg` wrote."""
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def subjects_of(change: IncidentChange, people: People) -> tuple[PixelBox, ...]:
    """Return the boxes of the persons whom the finding is about."""
    if change.finding is None:
        return ()
    owners = [people.owner_of(subject) for subject in change.finding.subjects]
    return tuple(owner for owner in owners if owner is not None)


def people_at(frame: Frame, change: IncidentChange) -> People:
    """Return the people of the key frame."""
    scene = change.scene
    return People.of_tracks(frame.at, scene.tracks if scene is not None else ())


def _without_heads(
    pixels: Pixels, change: IncidentChange, people: People | None, *, heads_stay: bool
) -> Pixels:
    if people is None:
        return blurred_whole(pixels)
    kept = subjects_of(change, people) if heads_stay else ()
    return blurred(pixels, people.regions(kept))


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        height, width = pixels.shape[:2]
        raise EvidenceError(f"a picture of {width}x{height} could not be written as JPEG")
    return bytes(data)
