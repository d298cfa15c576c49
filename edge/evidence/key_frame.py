"""The key frame of an incident: the picture untouched, and a copy that shows what was found."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge.core.incidents import IncidentChange
from edge.core.scene import PixelBox, Zone
from edge.errors import EvidenceError
from edge.evidence.people import People
from edge.evidence.redaction import blurred, blurred_whole
from edge.ports import Frame, Pixels

_SUBJECT = (36, 28, 237)
_ZONE = (0, 200, 255)
_INK = (255, 255, 255)
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
    heads_are_the_hazard: bool = False,
    note: str = "",
) -> bytes:
    """Write the picture with heads blurred, subjects and zone outlined, and a line that says what.

    With `heads_are_the_hazard`, the subjects' heads stay: they are what is judged. Where nobody
    knows the people (None), the picture is coarse all over. note: written into it besides.
    """
    shown = _without_heads(frame.pixels, change, people, heads_stay=heads_are_the_hazard)
    for zone in zones:
        if zone.id == change.incident.zone:
            _outline(shown, zone)
    for subject in change.finding.subjects if change.finding is not None else ():
        _box(shown, subject.box, f"{subject.label} {subject.score:.2f}")
    at = f"{frame.at.utc:%Y-%m-%d %H:%M:%S} UTC"
    _caption(shown, f"{change.incident.hazard}  {frame.camera}  {at}  {note}".rstrip())
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


def _outline(shown: Pixels, zone: Zone) -> None:
    height, width = shown.shape[:2]
    points = np.array([(x * width, y * height) for x, y in zone.points], np.int32)
    cv2.polylines(shown, [points], not zone.is_line, _ZONE, _line_px(shown), cv2.LINE_AA)


def _box(shown: Pixels, box: PixelBox, text: str) -> None:
    x1, y1, x2, y2 = (round(value) for value in box)
    cv2.rectangle(shown, (x1, y1), (x2, y2), _SUBJECT, _line_px(shown))
    _text(shown, text, (x1, max(y1, _text_px(shown))), _SUBJECT)


def _caption(shown: Pixels, text: str) -> None:
    _text(shown, text, (0, shown.shape[0]), (0, 0, 0))


def _text(shown: Pixels, text: str, bottom_left: tuple[int, int], behind: Sequence[int]) -> None:
    """Write on a filled strip, its lower left corner given. ASCII only: the font has no more."""
    scale = _text_px(shown) / 30
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    x, y = bottom_left
    cv2.rectangle(shown, (x, y - height - 8), (x + width + 8, y), tuple(behind), cv2.FILLED)
    cv2.putText(shown, text, (x + 4, y - 4), cv2.FONT_HERSHEY_SIMPLEX, scale, _INK, 1, cv2.LINE_AA)


def _text_px(shown: Pixels) -> int:
    return max(14, int(shown.shape[0]) // 30)


def _line_px(shown: Pixels) -> int:
    return max(2, int(shown.shape[0]) // 300)


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        height, width = pixels.shape[:2]
        raise EvidenceError(f"a picture of {width}x{height} could not be written as JPEG")
    return bytes(data)
