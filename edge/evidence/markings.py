"""What is drawn into a key frame, so that somebody who never saw the site knows what was found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from math import hypot

import cv2
import numpy as np

from edge.core.findings import Finding
from edge.core.incidents import IncidentChange
from edge.core.scene import Point, Track, Zone
from edge.evidence.lettering import PAPER, Area, Colour, Pen, freest, strip_size, write
from edge.evidence.measured_words import compared
from edge.ports import Frame, Pixels

_SUBJECT: Colour = (36, 28, 237)
_ZONE: Colour = (0, 200, 255)
_WAY: Colour = (115, 210, 40)
_SMALLEST_TEXT = 12
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Words:
    """names: what hazards and classes are called in Chinese, by id. clock: the site's own.

    note: what is said of this very picture besides.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    clock: tzinfo = UTC
    note: str = ""

    def of(self, name: str) -> str:
        """Return what people call it, or the id where nobody said."""
        return self.names.get(name, name)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A picture that is written on. taken: what nothing shall cover; written: texts and places."""

    shown: Pixels
    pen: Pen
    taken: list[Area] = field(default_factory=list)
    written: list[tuple[str, Area]] = field(default_factory=list)

    def tag(self, text: str, corners: Sequence[tuple[int, int]], colour: Colour) -> None:
        """Write a strip where it covers least. corners: lower left, those that are wished."""
        width, height = strip_size(self.shown, text, self.pen)
        wished = [
            (x, y - height, x + width, y)
            for left, y in corners
            for x in (left, left - width // 2, left - width)
        ]
        place = freest(wished, self.taken, self.shown)
        area = write(self.shown, text, (place[0], place[3]), colour, self.pen)
        self.taken.append(area)
        self.written.append((text, area))


def mark(
    shown: Pixels, frame: Frame, change: IncidentChange, zones: Sequence[Zone], words: Words
) -> tuple[tuple[str, Area], ...]:
    """Draw zone, objects, distance and what was measured into a picture; the objects stay free.

    Returns what was written, and where.
    """
    sheet, finding = _Sheet(shown, Pen.fitting(shown)), change.finding
    subjects = () if finding is None else finding.subjects
    drawn = [zone for zone in zones if _is_meant(zone, change)]
    for zone in drawn:
        _outline(shown, zone, sheet.pen)
    for one in subjects:
        area = _area(one)
        sheet.taken.append(area)
        cv2.rectangle(shown, area[:2], area[2:], _SUBJECT, sheet.pen.line)
    caption = _caption(shown, list(_said(frame, change, words)), sheet.taken, sheet.pen)
    sheet.taken.append(caption.area)
    if finding is not None:
        _apart(sheet, finding)
    for line in (zone for zone in drawn if zone.is_line and subjects):
        _crossed(sheet, line, subjects[0])
    for one in subjects:
        text = f"{words.of(one.label)} {one.score:.2f}"
        sheet.tag(text, _around(_area(one), strip_size(shown, text, sheet.pen)[1]), _SUBJECT)
    for zone in drawn:
        sheet.tag(f"{'界线' if zone.is_line else '区域'} {zone.id}", _corners(zone, shown), _ZONE)
        if zone.arrow is not None:
            sheet.tag("规定方向", [_pixel(point, shown) for point in zone.arrow][::-1], _WAY)
    return (*sheet.written, *caption.write(shown))


def _is_meant(zone: Zone, change: IncidentChange) -> bool:
    """Whether the incident is about that zone; what is counted over several is about all."""
    several = change.finding is not None and "zones" in change.finding.measured
    return several or zone.id == change.incident.zone


def _said(frame: Frame, change: IncidentChange, words: Words) -> Iterator[str]:
    incident = change.incident
    yield f"{incident.hazard} {words.of(incident.hazard)}".strip()
    yield from () if change.finding is None else compared(change.finding)
    if words.note:
        yield words.note
    yield f"摄像机 {frame.camera}" + (f" 区域 {incident.zone}" if incident.zone else "")
    yield f"{frame.at.utc.astimezone(words.clock):%Y-%m-%d %H:%M:%S UTC%z}"


def _outline(shown: Pixels, zone: Zone, pen: Pen) -> None:
    points = np.array([_pixel(point, shown) for point in zone.points], np.int32)
    for colour, line in ((PAPER, pen.line + 3), (_ZONE, pen.line)):
        cv2.polylines(shown, [points], not zone.is_line, colour, line, cv2.LINE_AA)
    if zone.is_line:
        for end in points:
            cv2.circle(shown, (int(end[0]), int(end[1])), 2 * pen.line, _ZONE, cv2.FILLED)
    if zone.arrow is not None:
        begin, end = (_pixel(point, shown) for point in zone.arrow)
        for colour, line in ((PAPER, pen.line + 5), (_WAY, pen.line + 2)):
            cv2.arrowedLine(shown, begin, end, colour, line, cv2.LINE_AA, tipLength=0.12)


def _apart(sheet: _Sheet, finding: Finding) -> None:
    """Draw the distance between the two objects that are nearest to each other, with its limit."""
    # A way that was gone is a distance too: it stands beside an angle.
    if "distance_m" not in finding.measured or "angle_deg" in finding.measured:
        return
    if len(finding.subjects) < _PAIR:
        return
    shown, pen = sheet.shown, sheet.pen
    one, other = _nearest(finding.subjects)
    begin, end = _foot(one), _foot(other)
    for colour, line in ((PAPER, pen.line + 3), (_SUBJECT, pen.line)):
        cv2.line(shown, begin, end, colour, line, cv2.LINE_AA)
    measured, limit = finding.measured["distance_m"], finding.required["distance_m"]
    x, y = (begin[0] + end[0]) // 2, (begin[1] + end[1]) // 2
    places = [(x, y + 2 * pen.text), (x, y - pen.text // 2), (x, y - shown.shape[0] // 4)]
    text = f"相距 {measured:g} m (限值 {limit:g} m)"
    sheet.tag(text, places, _SUBJECT)


def _crossed(sheet: _Sheet, line: Zone, subject: Track) -> None:
    """Draw the way that somebody took over a line: towards the side where the feet are now."""
    shown, pen = sheet.shown, sheet.pen
    (ax, ay), (bx, by) = (_pixel(point, shown) for point in line.points)
    x, y = _foot(subject)
    length = hypot(bx - ax, by - ay)
    if length == 0:
        return
    across, along = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length, (bx - ax, by - ay)
    share = min(1.0, max(0.0, ((x - ax) * along[0] + (y - ay) * along[1]) / length**2))
    way = (1 if across >= 0 else -1) * shown.shape[0] / 14 / length
    middle = (ax + share * along[0], ay + share * along[1])
    step = (-along[1] * way, along[0] * way)
    begin, end = (
        (round(middle[0] + sign * step[0]), round(middle[1] + sign * step[1])) for sign in (-1, 1)
    )
    for colour, thick in ((PAPER, pen.line + 5), (_SUBJECT, pen.line + 2)):
        cv2.arrowedLine(shown, begin, end, colour, thick, cv2.LINE_AA, tipLength=0.3)
    sheet.tag("越线方向", [begin, end], _SUBJECT)


def _nearest(subjects: Sequence[Track]) -> tuple[Track, Track]:
    """Return the two of different classes, if there are such, whose feet are nearest."""
    pairs = [(a, b) for at, a in enumerate(subjects) for b in subjects[at + 1 :]]
    mixed = [pair for pair in pairs if pair[0].label != pair[1].label] or pairs

    def apart(pair: tuple[Track, Track]) -> float:
        (ax, ay), (bx, by) = pair[0].foot, pair[1].foot
        return hypot(ax - bx, ay - by)

    return min(mixed, key=apart)


def _around(area: Area, tall: int) -> list[tuple[int, int]]:
    """Return where a strip so tall may stand at an object: above, below, right or left of it."""
    left, top, right, bottom = area
    below, beside = bottom + tall + 2, max(top, 0) + tall
    return [(left, top - 2), (left, below), (right + 2, beside), (left - 2, beside)]


def _corners(zone: Zone, shown: Pixels) -> list[tuple[int, int]]:
    """Return a zone's own points, the uppermost first."""
    return sorted((_pixel(point, shown) for point in zone.points), key=lambda point: point[1])


@dataclass(frozen=True, slots=True)
class _Caption:
    """Lines of text and the area that they need along an edge."""

    lines: tuple[str, ...]
    area: Area
    pen: Pen

    def write(self, shown: Pixels) -> Iterator[tuple[str, Area]]:
        """Write it, line by line."""
        cv2.rectangle(shown, self.area[:2], self.area[2:], PAPER, cv2.FILLED)
        tall = (self.area[3] - self.area[1]) // len(self.lines)
        for number, line in enumerate(self.lines, start=1):
            yield line, write(shown, line, (0, self.area[1] + tall * number - 1), PAPER, self.pen)


def _caption(shown: Pixels, said: list[str], taken: Sequence[Area], pen: Pen) -> _Caption:
    """Plan what is said along the lower edge, or the upper one where that covers less."""
    height, width = shown.shape[:2]
    longest = max(strip_size(shown, text, pen)[0] for text in said)
    if longest > width:
        pen = replace(pen, text=max(_SMALLEST_TEXT, pen.text * width // longest))
    lines = _wrapped(shown, said, pen)
    whole = len(lines) * max(strip_size(shown, line, pen)[1] for line in lines)
    low, high = (0, height - whole, width, height), (0, 0, width, whole)
    return _Caption(tuple(lines), freest((low, high), taken, shown), pen)


def _wrapped(shown: Pixels, said: list[str], pen: Pen) -> list[str]:
    """Put as much into a line as the picture's width allows; what belongs together stays so."""
    width = shown.shape[1]
    lines: list[str] = []
    for text in said:
        longer = f"{lines[-1]}   {text}" if lines else text
        if lines and strip_size(shown, longer, pen)[0] <= width:
            lines[-1] = longer
        else:
            lines.append(text)
    return lines


def _area(track: Track) -> Area:
    left, top, right, bottom = (round(value) for value in track.box)
    return left, top, right, bottom


def _foot(track: Track) -> tuple[int, int]:
    x, y = track.foot
    return round(x), round(y)


def _pixel(point: Point, shown: Pixels) -> tuple[int, int]:
    height, width = shown.shape[:2]
    return round(point[0] * (width - 1)), round(point[1] * (height - 1))
