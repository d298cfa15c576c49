"""Following objects from look to look, after ByteTrack, by scene time.

Every detection is used: what is seen for certain is associated first, by overlap with where each
track should be now; then what is seen weakly may go on with a track, but never starts one, and not
where something is seen for certain that it cannot be as well (a forklift and a lorry). A track
that is not seen lives on by prediction for some seconds of scene time, not for a number of frames.

Two things differ from ByteTrack. Sampling is by time and may be slow, so that somebody whose speed
is not known yet may have left their old box: what is seen for certain and still alone is compared
once more within reach, boxes grown by as far as people walk between two looks. And there is no
trial period: what is seen for certain is a track at once, because the rules demand a duration
themselves. A track that was seen once and then missed is dropped at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from edge.core.assignment import assign
from edge.core.detections import Detections
from edge.core.geometry import Boxes, iou_matrix
from edge.core.moment import Moment
from edge.core.motion import at_rest
from edge.core.scene import PixelBox, Track

# Least overlap of a prediction with a certain detection, and with a weak one.
_CERTAIN_OVERLAP = 0.2
_WEAK_OVERLAP = 0.5
# Least overlap within reach: of boxes grown on all sides by this many of their heights a second, up
# to the second number of heights.
_REACH_OVERLAP = 0.3
_REACH_SPEED, _REACH_MOST = 1.0, 0.75
# From this overlap on two boxes hold one thing.
_SAME_THING = 0.7
# A cost above every limit: such a pair is of two classes.
_NEVER = 2.0


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """What the tracker takes for certain, and how long it waits for what it lost.

    high: a detection of at least this score may start a track; `high_by_label` (such as a model
    card's thresholds) goes before it. low: a weaker one still may go on with a track.
    lost_buffer_s: seconds of scene time that a track survives without being seen.
    exclusive: label → the labels that one and the same thing cannot have as well.
    """

    high: float = 0.5
    low: float = 0.1
    high_by_label: Mapping[str, float] = field(default_factory=dict)
    lost_buffer_s: float = 2.0
    exclusive: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Followed:
    """A track and what only the tracker needs to know of it."""

    track: Track
    last_seen: float
    looks: int


class Tracker:
    """The tracks of one camera. Same detections, same tracks."""

    def __init__(self, settings: TrackingSettings | None = None) -> None:
        self._settings = settings or TrackingSettings()
        self._followed: list[_Followed] = []
        self._motion = at_rest(np.zeros((0, 4), np.float32))
        self._last: Moment | None = None
        self._next_id = 1

    def step(self, detections: Detections) -> tuple[Track, ...]:
        """Follow one look; return what is seen and, with `seen` False, what is bridged."""
        elapsed = self._move_to(detections.at)
        reach = min(_REACH_SPEED * elapsed, _REACH_MOST)
        certain, weak = self._sorted_by_certainty(detections)
        everyone = list(range(len(self._followed)))
        alone, unused = self._associate(detections, everyone, certain, _CERTAIN_OVERLAP)
        seen_before = [row for row in alone if self._followed[row].track.seen]
        lost_before = set(alone).difference(seen_before)
        seen_before, unused = self._associate(
            detections, seen_before, unused, _REACH_OVERLAP, reach
        )
        still_alone, _ = self._associate(detections, seen_before, weak, _WEAK_OVERLAP)
        lost = lost_before.union(still_alone)
        self._bridge(lost, detections)
        self._start(detections, unused)
        return tuple(followed.track for followed in self._followed)

    def _move_to(self, at: Moment) -> float:
        """Predict everyone to the moment; forget whom nobody has seen for too long."""
        elapsed = at.seconds_since(self._last) if self._last is not None else 0.0
        self._last = at
        limit = self._settings.lost_buffer_s + 1e-6
        if elapsed < 0:
            self._keep([])
            return 0.0
        self._keep(
            [row for row, one in enumerate(self._followed) if at.mono - one.last_seen <= limit]
        )
        if self._followed:
            lost = np.array([not one.track.seen for one in self._followed])
            self._motion = self._motion.predicted(elapsed, lost)
        return elapsed

    def _sorted_by_certainty(self, detections: Detections) -> tuple[list[int], list[int]]:
        certain: list[int] = []
        weak: list[int] = []
        settings = self._settings
        for column, score in enumerate(detections.scores.tolist()):
            if score >= settings.high_by_label.get(detections.labels[column], settings.high):
                certain.append(column)
            elif score >= settings.low:
                weak.append(column)
        return certain, [
            column for column in weak if not self._is_another(detections, column, certain)
        ]

    def _is_another(self, detections: Detections, column: int, certain: list[int]) -> bool:
        """Whether what is seen weakly is certainly something that it cannot be as well."""
        others = self._settings.exclusive.get(detections.labels[column], frozenset())
        rivals = [rival for rival in certain if detections.labels[rival] in others]
        if not rivals:
            return False
        overlaps = iou_matrix(detections.boxes[[column]], detections.boxes[rivals])
        return bool(overlaps.max() >= _SAME_THING)

    def _associate(
        self,
        detections: Detections,
        rows: list[int],
        columns: list[int],
        overlap: float,
        reach: float = 0.0,
    ) -> tuple[list[int], list[int]]:
        """Go on with tracks `rows` by detections `columns`; return those of each left alone."""
        if not rows or not columns:
            return rows, columns
        costs = self._costs(detections, rows, columns, reach)
        pairs, rows_alone, columns_alone = assign(costs, 1 - overlap)
        if pairs:
            found_rows = [rows[row] for row, _ in pairs]
            found_columns = [columns[column] for _, column in pairs]
            self._motion = self._motion.corrected(found_rows, detections.boxes[found_columns])
            for row, column in zip(found_rows, found_columns, strict=True):
                self._followed[row] = _seen_again(self._followed[row], detections, column)
        return [rows[row] for row in rows_alone], [columns[column] for column in columns_alone]

    def _costs(
        self, detections: Detections, rows: list[int], columns: list[int], reach: float
    ) -> NDArray[np.float64]:
        expected, found_boxes = self._motion.kept(rows).boxes(), detections.boxes[columns]
        overlaps = iou_matrix(_grown(expected, reach), _grown(found_boxes, reach))
        costs = 1.0 - overlaps.astype(np.float64)
        known = np.array([self._followed[row].track.label for row in rows])
        found = np.array([detections.labels[column] for column in columns])
        costs[known[:, None] != found[None, :]] = _NEVER
        return costs

    def _bridge(self, lost: set[int], detections: Detections) -> None:
        """Let lost tracks go on where they should be, unless seen only once or out of sight."""
        if not lost:
            return
        boxes: list[PixelBox] = [
            (x1, y1, x2, y2) for x1, y1, x2, y2 in self._motion.boxes().tolist()
        ]
        keep = []
        for row, one in enumerate(self._followed):
            if row not in lost:
                keep.append(row)
            elif one.looks > 1 and _is_in_picture(boxes[row], detections):
                clipped = _clipped(boxes[row], detections)
                self._followed[row] = replace(
                    one, track=replace(one.track, box=clipped, seen=False)
                )
                keep.append(row)
        self._keep(keep)

    def _start(self, detections: Detections, columns: list[int]) -> None:
        if not columns:
            return
        self._motion = self._motion.joined(at_rest(detections.boxes[columns]))
        for column in columns:
            track = Track(
                id=self._next_id,
                label=detections.labels[column],
                box=_box(detections, column),
                score=float(detections.scores[column]),
                first_seen=detections.at,
                seen=True,
            )
            self._followed.append(_Followed(track, last_seen=detections.at.mono, looks=1))
            self._next_id += 1

    def _keep(self, rows: list[int]) -> None:
        if len(rows) == len(self._followed):
            return
        self._motion = self._motion.kept(rows)
        self._followed = [self._followed[row] for row in rows]


def _seen_again(one: _Followed, detections: Detections, column: int) -> _Followed:
    track = Track(
        id=one.track.id,
        label=one.track.label,
        box=_box(detections, column),
        score=float(detections.scores[column]),
        first_seen=one.track.first_seen,
        seen=True,
    )
    return _Followed(track, last_seen=detections.at.mono, looks=one.looks + 1)


def _grown(boxes: Boxes, reach: float) -> Boxes:
    """Grow boxes on all sides by a share of their height."""
    if reach == 0:
        return boxes
    margin = (boxes[:, 3:] - boxes[:, 1:2]) * np.float32(reach)
    return np.concatenate([boxes[:, :2] - margin, boxes[:, 2:] + margin], axis=1)


def _box(detections: Detections, column: int) -> PixelBox:
    x1, y1, x2, y2 = detections.boxes[column].tolist()
    return (x1, y1, x2, y2)


def _is_in_picture(box: PixelBox, detections: Detections) -> bool:
    middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return 0 <= middle_x <= detections.width and 0 <= middle_y <= detections.height


def _clipped(box: PixelBox, detections: Detections) -> PixelBox:
    return (
        max(box[0], 0.0),
        max(box[1], 0.0),
        min(box[2], float(detections.width)),
        min(box[3], float(detections.height)),
    )
