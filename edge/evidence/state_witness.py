"""What shows that a camera's state changed: the last good picture, the first bad one, the stream.

An incident of a state opens long after the change, when nothing of it is left in the ring. So a
witness keeps a picture every few seconds while the camera is well, and sets the stream around a
change aside as soon as it is told. All of it is memory: some JPEGs and one stretch a camera.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.core.moment import Moment
from edge.errors import EvidenceError
from edge.evidence import key_frame
from edge.evidence.held_stretch import HeldStretch, Missing, Reserves
from edge.evidence.people import People
from edge.ports import Frame
from edge.video.packet_ring import Stretch
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.evidence import PrivacyMask

KEEP_EVERY_S = 5.0
_MOST_KEPT = 7
_NEVER_WELL = "the camera was not seen well since the box began to watch it"
_SPENT = "another incident of the same change has the clip"
_NO_PICTURE = "the camera gives no picture"
_NOBODY_KNOWS = "nobody knows since when the recording is played: no picture is surely of the scene"

#: A state is told when it has lasted; so long before that the picture may have been bad already.
_TOLD_WITHIN_S = {
    CameraCondition.DARK_OR_COVERED: 12.0,
    CameraCondition.FROZEN: 10.0,
    CameraCondition.BLURRED: 10.0,
    CameraCondition.MOVED: 27.0,
}
#: The clip begins before the change itself, as far as a ring of usual length reaches back.
_REACHED_BACK_S = 12.0
_AWAY = frozenset({CameraCondition.OFFLINE, CameraCondition.NO_FRAMES, CameraCondition.UNDECODABLE})
#: How the box itself gets along says nothing about the camera.
_OF_THE_BOX = frozenset(
    {CameraCondition.STARTING, CameraCondition.FINISHED, CameraCondition.NOT_ANALYSED}
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture as JPEG. people: who was seen in it; None: nobody looked."""

    at: Moment
    jpeg: bytes
    people: People | None


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of time in one state.

    began: when it was first told; of a camera that is away: when its last picture came.
    before: the last good picture; first: the first bad one. Where there is none, the sentence says
    why. source: gives the stream around `began`.
    """

    condition: CameraCondition
    began: Moment
    before: Kept | str
    first: Kept | str
    stretch: Stretch
    source: Reserves
    masks: tuple[PrivacyMask, ...]


class StateWitness:
    """Follows one camera; owned by its pipeline's thread."""

    def __init__(
        self, ring: Callable[[], Reserves | None], before_s: float, after_s: float
    ) -> None:
        """Set aside so many seconds of the camera's ring around a change; ring: the present one."""
        self._ring = ring
        self._before_s = before_s
        self._after_s = after_s
        self._good: deque[Kept] = deque(maxlen=_MOST_KEPT)
        self._last_at: Moment | None = None
        self._masks: tuple[PrivacyMask, ...] = ()
        self.episode: Episode | None = None

    def note(
        self, at: Moment, condition: CameraCondition, frame: Frame | None, people: People | None
    ) -> None:
        """Take a moment into account; frame: its picture, if one came; people: who is in it."""
        if condition in _OF_THE_BOX:
            return
        if frame is not None:
            self._masks = frame.masks
        if condition is CameraCondition.OK:
            self.episode = None
            self._keep(frame, people)
        elif self.episode is None or _differ(self.episode.condition, condition):
            self.episode = self._begun(at, condition, frame, people)
        if frame is not None:
            self._last_at = frame.at

    def spent(self) -> None:
        """Let go of the stretch that was set aside: an incident has it now."""
        if self.episode is not None:
            self.episode = replace(self.episode, source=Missing(_SPENT))

    def _keep(self, frame: Frame | None, people: People | None) -> None:
        if frame is None:
            return
        since = None if not self._good else frame.at.seconds_since(self._good[-1].at)
        if since is not None and since < 0:
            self._good.clear()
        elif since is not None and since < KEEP_EVERY_S:
            return
        kept = _kept(frame, people)
        if isinstance(kept, Kept):
            self._good.append(kept)

    def _begun(
        self, at: Moment, condition: CameraCondition, frame: Frame | None, people: People | None
    ) -> Episode:
        is_away = condition in _AWAY
        began = self._last_at if is_away and self._last_at is not None else at
        told_after_s = min(_TOLD_WITHIN_S.get(condition, 0.0), _REACHED_BACK_S)
        stretch = Stretch.around(began, max(self._before_s, told_after_s), self._after_s)
        ring = None if self._last_at is None else self._ring()
        source = Missing(_NEVER_WELL) if ring is None else HeldStretch(ring, stretch)
        return Episode(
            condition=condition,
            began=began,
            before=self._before(at, condition),
            first=_NO_PICTURE if is_away or frame is None else _kept(frame, people),
            stretch=stretch,
            source=source,
            masks=self._masks,
        )

    def _before(self, at: Moment, condition: CameraCondition) -> Kept | str:
        if condition is CameraCondition.LOOPED:
            return _NOBODY_KNOWS
        surely_good = at.mono - _TOLD_WITHIN_S.get(condition, 0.0)
        found = [one for one in self._good if one.at.mono <= surely_good]
        return found[-1] if found else _NEVER_WELL


def _differ(one: CameraCondition, other: CameraCondition) -> bool:
    return one is not other and not (one in _AWAY and other in _AWAY)


def _kept(frame: Frame, people: People | None) -> Kept | str:
    try:
        return Kept(frame.at, key_frame.original_jpeg(frame), people)
    except EvidenceError as fault:
        return str(fault)
