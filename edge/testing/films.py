"""Films written as data: who is in the picture, when and where; a test reads as a sentence.

film = Film(lasting_s=20).with_person("p1", during=(5, 15)).with_bare_head("p1")
changes = told(CameraCore(spec), film)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from edge.core.camera_core import CameraCore
from edge.core.detections import Detections
from edge.core.findings import Finding
from edge.core.incidents import IncidentChange
from edge.core.moment import Moment
from edge.core.permits import Permit
from edge.core.rules.binding import RuleBinding
from edge.core.rules.evaluate import judge
from edge.core.rules.memory import RuleMemory
from edge.core.scene import PixelBox, RegionLook, Scene, Track
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId, ZoneId

#: A stretch of the film in seconds: from the first up to, but without, the second.
Span = tuple[float, float]

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_SHOWS_NOTHING = frozenset(CameraCondition) - {
    CameraCondition.OK,
    CameraCondition.BLURRED,
    CameraCondition.MOVED,
}
_ALWAYS: Span = (0.0, float("inf"))
_HEAD_SHARE = 0.15
#: How far a normal look at a region is off, in units of its threshold.
_NORMAL = 0.5
# Sums of steps are not exact: a look a millionth before a span belongs to it.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something in the film.

    box: where it is when the film begins; moving: pixels a second to the right and down.
    hidden: spans in which nobody can see it; bridged: spans in which the tracker only predicts it.
    new_id_at: when the tracker loses its identity and gives it another one.
    """

    name: str
    label: str
    box: PixelBox
    during: Span = _ALWAYS
    moving: tuple[float, float] = (0.0, 0.0)
    score: float = 0.9
    hidden: tuple[Span, ...] = ()
    bridged: tuple[Span, ...] = ()
    new_id_at: tuple[float, ...] = ()

    def is_there(self, at_s: float) -> bool:
        """Whether it can be found at a moment."""
        return _in(at_s, self.during) and not any(_in(at_s, span) for span in self.hidden)

    def place(self, at_s: float) -> PixelBox:
        """Return its box at a moment."""
        right, down = self.moving[0] * at_s, self.moving[1] * at_s
        x1, y1, x2, y2 = self.box
        return (x1 + right, y1 + down, x2 + right, y2 + down)


@dataclass(frozen=True, slots=True)
class RegionChange:
    """A taught region looks otherwise for a while; see `RegionLook` for the figures."""

    region: ZoneId
    during: Span = _ALWAYS
    difference: float = 2.0
    changed: float = 0.5


@dataclass(frozen=True, slots=True)
class Film:
    """Looks of one camera at a steady rate, and what is in them.

    regions: the taught regions, compared every `compared_every_s`; changes: when they differ.

    cuts: spans without any look. blind: spans in which the picture shows nothing. states: of the
    camera, the last one that fits; it is well at all other times.
    clock_steps: when the box's UTC jumps, and by how many seconds; `mono` runs on.
    """

    lasting_s: float
    every_s: float = 0.2
    width: int = 768
    height: int = 576
    actors: tuple[Actor, ...] = ()
    cuts: tuple[Span, ...] = ()
    blind: tuple[Span, ...] = ()
    states: tuple[tuple[Span, CameraCondition], ...] = ()
    clock_steps: tuple[tuple[float, float], ...] = ()
    regions: tuple[ZoneId, ...] = ()
    changes: tuple[RegionChange, ...] = ()
    compared_every_s: float = 1.0
    begin: datetime = BEGIN
    mono_begin: float = 0.0
    camera: CameraId = field(default=CameraId("gate"))

    def with_actor(self, actor: Actor) -> "Film":
        """Add anything."""
        return replace(self, actors=(*self.actors, actor))

    def with_person(
        self,
        name: str,
        box: PixelBox = (300.0, 200.0, 360.0, 360.0),
        *,
        during: Span = _ALWAYS,
        moving: tuple[float, float] = (0.0, 0.0),
        score: float = 0.9,
    ) -> "Film":
        """Add a person."""
        return self.with_actor(Actor(name, "person", box, during, moving, score))

    def with_bare_head(self, owner: str, *, during: Span | None = None) -> "Film":
        """Let the detector see the bare head of a person."""
        return self.with_actor(self._head(owner, "no_helmet", during))

    def with_helmet(self, owner: str, *, during: Span | None = None) -> "Film":
        """Let the detector see a helmet on the head of a person."""
        return self.with_actor(self._head(owner, "helmet", during))

    def changed(self, name: str, actor: Actor) -> "Film":
        """Put another actor in the place of a named one."""
        return replace(
            self, actors=tuple(actor if one.name == name else one for one in self.actors)
        )

    def actor(self, name: str) -> Actor:
        """Return a named actor."""
        return next(actor for actor in self.actors if actor.name == name)

    def looks(self) -> Iterator[tuple[float, Moment]]:
        """Return the seconds into the film and the moment of every look."""
        for number in range(round(self.lasting_s / self.every_s)):
            at_s = number * self.every_s
            if not any(_in(at_s, cut) for cut in self.cuts):
                yield at_s, self._moment(at_s)

    def condition(self, at_s: float) -> CameraCondition:
        """Return the state of the camera at a moment."""
        fitting = [state for span, state in self.states if _in(at_s, span)]
        return fitting[-1] if fitting else CameraCondition.OK

    def region_looks(self, at_s: float) -> tuple[RegionLook, ...]:
        """Return how the regions look, at the looks at which they are compared."""
        every = max(1, round(self.compared_every_s / self.every_s))
        if round(at_s / self.every_s) % every or self._blindness(at_s):
            return ()
        return tuple(self._region_look(name, at_s) for name in self.regions)

    def _region_look(self, name: ZoneId, at_s: float) -> RegionLook:
        there = [one for one in self.changes if one.region == name and _in(at_s, one.during)]
        difference = max((one.difference for one in there), default=_NORMAL)
        return RegionLook(name, difference, max((one.changed for one in there), default=0.0))

    def detections(self) -> Iterator[tuple[Detections, str | None]]:
        """Return what the detector finds at every look, and why the look is blind."""
        for at_s, at in self.looks():
            there = sorted(
                (actor for actor in self.actors if actor.is_there(at_s)),
                key=lambda actor: -actor.score,
            )
            boxes = [actor.place(at_s) for actor in there]
            yield (
                Detections(
                    at=at,
                    boxes=np.array(boxes, np.float32).reshape(-1, 4),
                    scores=np.array([actor.score for actor in there], np.float32),
                    labels=tuple(actor.label for actor in there),
                    width=self.width,
                    height=self.height,
                ),
                self._blindness(at_s),
            )

    def scenes(self) -> Iterator[Scene]:
        """Return every look as a perfect tracker would follow it."""
        for at_s, at in self.looks():
            blind = self._blindness(at_s)
            tracks = () if blind else tuple(self._tracks(at_s))
            regions = self.region_looks(at_s)
            size = self.width, self.height
            state = self.condition(at_s)
            yield Scene(at, self.camera, *size, tracks, blind, regions, state)

    def _tracks(self, at_s: float) -> Iterator[Track]:
        for place, actor in enumerate(self.actors):
            if actor.is_there(at_s):
                switches = sum(at_s >= switch - _ROUNDING_S for switch in actor.new_id_at)
                yield Track(
                    id=1000 * (place + 1) + switches,
                    label=actor.label,
                    box=actor.place(at_s),
                    score=actor.score,
                    first_seen=self._moment(max(actor.during[0], 0.0)),
                    seen=not any(_in(at_s, span) for span in actor.bridged),
                )

    def _moment(self, at_s: float) -> Moment:
        stepped_s = sum(by for when, by in self.clock_steps if at_s >= when - _ROUNDING_S)
        utc = self.begin + timedelta(seconds=at_s + stepped_s)
        return Moment(self.mono_begin + at_s, utc)

    def _blindness(self, at_s: float) -> str | None:
        if self.condition(at_s) in _SHOWS_NOTHING:
            return self.condition(at_s).value
        return "dark_or_covered" if any(_in(at_s, span) for span in self.blind) else None

    def _head(self, owner: str, label: str, during: Span | None) -> Actor:
        body = self.actor(owner)
        x1, y1, x2, y2 = body.box
        size = _HEAD_SHARE * (y2 - y1)
        middle = (x1 + x2) / 2
        return replace(
            body,
            name=f"{owner} {label}",
            label=label,
            box=(middle - size / 2, y1, middle + size / 2, y1 + size),
            during=during if during is not None else body.during,
            score=body.score - 0.1,
        )


def found(binding: RuleBinding, film: Film) -> list[Finding | None]:
    """Judge one rule on every scene of a film."""
    memory = RuleMemory()
    findings = []
    for scene in film.scenes():
        finding, memory = judge(binding, scene, memory)
        findings.append(finding)
    return findings


def told(
    core: CameraCore, film: Film, *, ends: bool = False, permits: Sequence[Permit] = ()
) -> list[IncidentChange]:
    """Let a core see a whole film; return what it told. `ends`: the film is a file that ends."""
    changes = [
        change
        for (at_s, _), (detections, blind) in zip(film.looks(), film.detections(), strict=True)
        for change in core.step(
            detections,
            blind,
            film.region_looks(at_s),
            permits,
            condition=film.condition(at_s),
        )
    ]
    return [*changes, *core.finish()] if ends else changes


def _in(at_s: float, span: Span) -> bool:
    return span[0] - _ROUNDING_S <= at_s < span[1] - _ROUNDING_S
