"""What a rule remembers from scene to scene: frozen values of plain numbers.

`dataclasses.asdict` writes a memory; nothing in it is a track's name to the outside: a subject's
track id only finds it again at the next look.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol, TypeVar

from edge.core.findings import Finding
from edge.core.geometry import iou
from edge.core.rules.held_window import HeldWindow
from edge.core.scene import PixelBox, Point

# Overlap from which a new track at the place of one that is gone is taken for the same object.
_SAME_PLACE = 0.3
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class SubjectMemory:
    """What is remembered of one object.

    box: where it was at its last look (for `missing`, its head or torso).
    clear_point: its foot when it last stood clear of the line, for `crossing`.
    crossed: it has crossed and stayed on the other side since, for `crossing`.
    """

    track: int
    box: PixelBox
    last_look: float
    window: HeldWindow = field(default_factory=HeldWindow)
    clear_point: Point | None = None
    crossed: bool = False


class TrailPoint(NamedTuple):
    """Where an object stood at one look: on the ground in metres, or in pixels of the picture.

    height: of its box then, in pixels.
    """

    at: float
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Trail:
    """Where one object has been lately, oldest first."""

    track: int
    box: PixelBox
    last_look: float
    points: tuple[TrailPoint, ...]


@dataclass(frozen=True, slots=True)
class RegionMemory:
    """What is remembered of a taught region; times are `Moment.mono`.

    seen_at: its last look at which nobody stood before it.
    compared: what that look compared, (name, measured, required) each, if it agreed with the rule.
    covered_at: when somebody last stood before it.
    unseen: neither a look nor what the last one said tells of it now.
    """

    seen_at: float | None = None
    compared: tuple[tuple[str, float, float], ...] = ()
    covered_at: float | None = None
    unseen: bool = True


@dataclass(frozen=True, slots=True)
class RuleMemory:
    """All that one rule remembers at one place.

    last_look: when the rule last saw a scene that was not blind.
    window: the looks of rules over the whole zone; subjects: those of rules over single objects.
    trails: the ways of those whose movement the rule asks for.
    region: for rules over a taught region; None for all others.
    """

    last_look: float | None = None
    window: HeldWindow = field(default_factory=HeldWindow)
    subjects: tuple[SubjectMemory, ...] = ()
    trails: tuple[Trail, ...] = ()
    region: RegionMemory | None = None

    @property
    def is_unseen(self) -> bool:
        """Whether the scene was seen, yet not the place that the rule is about."""
        return self.region is not None and self.region.unseen

    def bridged(self, at: float, max_gap_s: float) -> "RuleMemory":
        """Go on at a look, or begin anew: after a longer gap nothing remembered is evidence."""
        if self.last_look is None or at < self.last_look:
            return RuleMemory(last_look=at)
        if at - self.last_look > max_gap_s + _ROUNDING_S:
            return RuleMemory(last_look=at)
        oldest = at - max_gap_s - _ROUNDING_S
        return replace(
            self,
            last_look=at,
            subjects=tuple(one for one in self.subjects if one.last_look >= oldest),
            trails=tuple(one for one in self.trails if one.last_look >= oldest),
        )


class Judgement(NamedTuple):
    """A rule's word on one scene, and what it remembers for the next one."""

    finding: Finding | None
    memory: RuleMemory


class Place(NamedTuple):
    """Where an object was seen at this look."""

    track: int
    box: PixelBox


class Remembered(Protocol):
    """What is remembered of one object, and where it was."""

    @property
    def track(self) -> int:
        """The tracker's number for it at its last look."""
        ...

    @property
    def box(self) -> PixelBox:
        """Where it was at its last look."""
        ...


R = TypeVar("R", bound=Remembered)


def recalled(subjects: Iterable[R], places: Iterable[Place]) -> dict[int, R]:
    """Find what is remembered of each object seen now, by track id.

    A track that nobody remembers takes over the memory of one that is not seen now and was at its
    place: the tracker has changed its id, not the object.
    """
    seen = tuple(places)
    by_track = {one.track: one for one in subjects}
    known = {place.track: by_track[place.track] for place in seen if place.track in by_track}
    orphans = [one for one in by_track.values() if one.track not in known]
    for place in seen:
        if place.track in known or not orphans:
            continue
        heir_of = max(orphans, key=lambda one: iou(one.box, place.box))
        if iou(heir_of.box, place.box) >= _SAME_PLACE:
            known[place.track] = heir_of
            orphans.remove(heir_of)
    return known
