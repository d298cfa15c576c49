"""Where people were, look by look: what a clip's blur follows."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from edge.core.detections import Detections
from edge.core.geometry import iou
from edge.core.labels import PERSON
from edge.core.moment import Moment
from edge.core.scene import PixelBox, Track
from edge.evidence.redaction import (
    around_head,
    head_of,
    heads_of_lying,
    holds_centre,
    hull,
    is_lying,
    merged,
)

#: Somebody lying: the detector calls them this instead of a person, and the head is at either end.
FALLEN = "fallen"
#: Classes whose boxes are heads themselves.
HEADS = frozenset({"helmet", "no_helmet"})

_KEPT_S = 240.0
_KEPT_LOOKS = 6000
_SAME_PERSON = 0.3
_LOST_AFTER_S = 1.5
_HOLD_S = 0.4
_BLIND_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class People:
    """The people of one analysed picture; empty tuples mean that nobody was seen."""

    mono: float
    persons: tuple[PixelBox, ...]
    heads: tuple[PixelBox, ...]
    lying: tuple[PixelBox, ...] = ()

    @classmethod
    def of_detections(cls, at: Moment, found: Detections) -> "People":
        """Take the people out of what a detector found."""
        boxes = [
            (label, _pixel_box(box))
            for label, box in zip(found.labels, found.boxes.tolist(), strict=True)
        ]
        return cls.of_boxes(at.mono, boxes)

    @classmethod
    def of_tracks(cls, at: Moment, tracks: Sequence[Track]) -> "People":
        """Take the people out of what is followed, also those missed just now."""
        return cls.of_boxes(at.mono, [(track.label, track.box) for track in tracks])

    @classmethod
    def of_boxes(cls, mono: float, boxes: Sequence[tuple[str, PixelBox]]) -> "People":
        """Sort labelled boxes."""
        return cls(
            mono,
            persons=tuple(box for label, box in boxes if label == PERSON),
            heads=tuple(box for label, box in boxes if label in HEADS),
            lying=tuple(box for label, box in boxes if label == FALLEN),
        )

    def regions(self, kept: Sequence[PixelBox] = ()) -> tuple[PixelBox, ...]:
        """Return what to blur: all heads, but not those of the `kept` persons."""
        open_heads = [head_of(person) for person in kept]
        hidden = [person for person in self.persons if person not in kept]
        of_persons = [head_of(person) for person in hidden]
        alone = [
            around_head(h) for h in self.heads if not any(holds_centre(o, h) for o in open_heads)
        ]
        lies = (*self.lying, *(person for person in hidden if is_lying(person)))
        lying = [head for box in lies for head in heads_of_lying(box)]
        return (*of_persons, *alone, *lying)

    def with_more(self, other: "People") -> "People":
        """Add whom another look at the same picture saw besides; whoever is here stays as here."""
        return People(
            self.mono,
            persons=(*self.persons, *(p for p in other.persons if self.person_at(p) is None)),
            heads=tuple(dict.fromkeys((*self.heads, *other.heads))),
            lying=tuple(dict.fromkeys((*self.lying, *other.lying))),
        )

    def person_at(self, box: PixelBox) -> PixelBox | None:
        """Return the person who overlaps most with a box, if anyone does well enough."""
        best = max(self.persons, key=lambda person: iou(person, box), default=None)
        return best if best is not None and iou(best, box) >= _SAME_PERSON else None

    def owner_of(self, subject: Track) -> PixelBox | None:
        """Return the person whom a finding is about."""
        if subject.label in HEADS:
            return next((p for p in self.persons if holds_centre(head_of(p), subject.box)), None)
        return self.person_at(subject.box)


class PeopleHistory:
    """The last minutes of one camera's looks, bounded in time and number. One writer."""

    def __init__(self) -> None:
        self._looks: deque[People] = deque(maxlen=_KEPT_LOOKS)

    @property
    def latest_mono(self) -> float:
        """When the newest look was; minus infinity if there is none."""
        return self._looks[-1].mono if self._looks else float("-inf")

    def at(self, mono: float) -> People | None:
        """Return the newest look if it is that of this very moment."""
        return self._looks[-1] if self.latest_mono == mono else None

    def add(self, people: People) -> None:
        """Keep a look and forget those that are too old, or of a film that began again."""
        if people.mono <= self.latest_mono:
            self._looks.clear()
        self._looks.append(people)
        while people.mono - self._looks[0].mono > _KEPT_S:
            self._looks.popleft()

    def between(self, from_mono: float, to_mono: float) -> tuple[People, ...]:
        """Return the looks of a stretch, with one more on either side if there is one."""
        looks = tuple(self._looks)
        monos = [look.mono for look in looks]
        start = max(0, bisect_left(monos, from_mono) - 1)
        return looks[start : bisect_right(monos, to_mono) + 1]


class ClipPeople:
    """Says for every moment of a clip what to blur. `keep`: persons whose heads are the hazard."""

    def __init__(
        self, looks: Sequence[People], trigger_mono: float, keep: Sequence[PixelBox] = ()
    ) -> None:
        self._looks = looks
        self._monos = [look.mono for look in looks]
        self._kept: list[tuple[PixelBox, ...]] = [() for _ in looks]
        if looks and keep:
            self._follow(keep, trigger_mono)

    def regions(self, mono: float) -> tuple[PixelBox, ...] | None:
        """Return what to blur at a moment; None when no look was near: nobody knows.

        Between two looks a head is blurred all along its way; one that a look missed stays
        blurred for a moment where it was.
        """
        after = bisect_left(self._monos, mono)
        near = [
            index
            for index in {max(0, after - 1), min(after, len(self._looks) - 1)}
            if self._looks and abs(self._monos[index] - mono) <= _BLIND_AFTER_S
        ]
        if not near:
            return None
        low = bisect_left(self._monos, mono - _HOLD_S)
        high = bisect_right(self._monos, mono + _HOLD_S)
        around = sorted({*near, *range(low, high)})
        regions = [r for index in around for r in self._looks[index].regions(self._kept[index])]
        return merged((*self._ways(sorted(near)), *regions))

    def _ways(self, near: Sequence[int]) -> list[PixelBox]:
        """Return the stretches of picture that heads cross between two looks."""
        if len(near) < 2:  # noqa: PLR2004 - one look has no way to another
            return []
        before, after = near
        ways = []
        for person in self._looks[before].persons:
            later = self._looks[after].person_at(person)
            if later is None or person in self._kept[before] or later in self._kept[after]:
                continue
            ways.append(hull((head_of(person), head_of(later))))
        return ways

    def _follow(self, keep: Sequence[PixelBox], trigger_mono: float) -> None:
        """Find the kept persons in the other looks; whoever is lost is blurred from there on."""
        nearest = min(range(len(self._looks)), key=lambda i: abs(self._monos[i] - trigger_mono))
        for subject in keep:
            self._follow_one(subject, range(nearest, len(self._looks)))
            self._follow_one(subject, range(nearest - 1, -1, -1))

    def _follow_one(self, subject: PixelBox, indices: range) -> None:
        box = subject
        seen_at: float | None = None
        for index in indices:
            seen_at = self._monos[index] if seen_at is None else seen_at
            if abs(self._monos[index] - seen_at) > _LOST_AFTER_S:
                return
            found = self._looks[index].person_at(box)
            if found is not None:
                box, seen_at = found, self._monos[index]
                self._kept[index] = (*self._kept[index], found)


def _pixel_box(box: Sequence[float]) -> PixelBox:
    x1, y1, x2, y2 = box
    return (x1, y1, x2, y2)
