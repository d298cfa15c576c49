"""Hours of a taught region, composed of real pictures, through the box's own comparison and rules.

Each hour has quiet parts with drifting light, a quarter that is hard and harmless (a shadow that
moves over the region, dusk, or a camera that was nudged), and a quarter of a changed state.
Strangers pass all the time; the detector misses each look at them with the chance that the released
model has. All chance follows from the seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import cv2
import numpy as np

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.detections import Detections
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.scene import RegionLook, Zone
from edge.inference.teaching import teach
from hazard_library.catalogue.rules import SceneState, ZoneNeed
from hazard_library.contract.events import Change as Told
from hazard_library.contract.ids import CameraId, DeviceId, HazardId, ZoneId
from hazard_library.evaluation.state_scenes import (
    CHANGES,
    MARGIN,
    Change,
    Pixels,
    Scene,
    composed_change,
)
from hazard_library.registry.feature_network import FeatureNetwork
from hazard_library.registry.region_comparison import remembered, see
from hazard_library.registry.state_versions import compressed, nudged

Hard = Literal["shadow", "dusk", "nudged", "none"]
HARDS: tuple[Hard, ...] = ("shadow", "dusk", "nudged", "none")

#: Looks are so far apart that an hour costs a few seconds; a box looks ten times as often.
LOOK_EVERY_S = 10.0
_HOUR_S = 3600.0
#: The hard part and the changed one, each with quiet before and after. A changed state is found
#: when an incident opens in it; one that opens at any other time is a false alarm.
HARD, CHANGED = (900.0, 1800.0), (2400.0, 3300.0)
_LASTING_S = 120.0
_TAUGHT = 6
_VISIT_EVERY_S, _VISIT_S = 240.0, 30.0
#: The share of labelled people that the released detector misses (models/ppe/0.1.0/card.md).
MISSED = 0.34
_KNOTS = 7
_BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_FRAME = (0.25, 0.25, 0.75, 0.75)
_SIZE = (640, 480)


@dataclass(frozen=True, slots=True)
class Hour:
    """What came of one hour. false: incidents without a changed state, by the part they began in.

    hard, change: what the hour showed. delay_s: from the change to its incident, None: not found.
    """

    scene: str
    film: bool
    hard: Hard
    change: Change
    found: bool
    delay_s: float | None
    false_quiet: int
    false_hard: int


def run_hour(
    number: int, scene: Scene, others: Sequence[Scene], network: FeatureNetwork, seed: int
) -> Hour:
    """Teach a scene, live through one hour of it, and say what was told."""
    rng = np.random.default_rng((seed, number))
    hard, change = HARDS[number % len(HARDS)], CHANGES[number // len(HARDS) % len(CHANGES)]
    film = HourFilm(scene, others, hard, change, rng)
    zone = _zone()
    lesson = teach(network, film.lesson(), (), zone.points)
    memory = remembered(network, film.taught, zone.points, lesson.threshold, lesson.spreads)
    core = _core(zone)
    opened: list[float] = []
    for at_s, region, stranger in film.looks():
        compared = memory.compare(see(network, region))
        look = RegionLook(zone.id, compared.difference, compared.changed)
        changes = core.step(_detections(at_s, seen=stranger), None, (look,))
        opened += [at_s for one in changes if one.change is Told.OPENED]
    during = [at for at in opened if _in(at, CHANGED)]
    in_hard = sum(_in(at, HARD) for at in opened)
    return Hour(
        scene=scene.name,
        film=len(scene.frames) > 1,
        hard=hard,
        change=change,
        found=bool(during),
        delay_s=round(during[0] - CHANGED[0], 1) if during else None,
        false_quiet=len(opened) - len(during) - in_hard,
        false_hard=in_hard,
    )


class HourFilm:
    """The pictures of one hour."""

    def __init__(
        self,
        scene: Scene,
        others: Sequence[Scene],
        hard: Hard,
        change: Change,
        rng: np.random.Generator,
    ) -> None:
        self._scene, self._others, self._hard, self._rng = scene, others, hard, rng
        self._light = rng.uniform(-1, 1, (_KNOTS, 3))
        self._shadow = (rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 0.75))
        self._dusk = rng.uniform(0.35, 0.5)
        self._changed = composed_change(scene, change, others, rng)
        self._nudge_seed = int(rng.integers(1 << 30))
        self.taught: tuple[Pixels, ...] = ()

    def lesson(self) -> tuple[Pixels, ...]:
        """Return what an operator takes within a minute: one light, a little noise."""
        frames = [self._scene.frame(self._rng) for _ in range(_TAUGHT)]
        self.taught = tuple(self._seen(frame, 0.0) for frame in frames)
        return self.taught

    def looks(self) -> Iterator[tuple[float, Pixels, bool]]:
        """Yield (seconds, region in RGB, whether the detector sees a stranger before it)."""
        visit_at = self._rng.uniform(60, _VISIT_EVERY_S)
        for step in range(round(_HOUR_S / LOOK_EVERY_S)):
            at_s = step * LOOK_EVERY_S
            if at_s > visit_at + _VISIT_S:
                visit_at = at_s + self._rng.exponential(_VISIT_EVERY_S)
            stranger = visit_at <= at_s <= visit_at + _VISIT_S
            region = self._seen(self._frame(at_s), at_s)
            if stranger:
                region = self._covered(region)
            yield at_s, region, stranger and self._rng.random() >= MISSED

    def _frame(self, at_s: float) -> Pixels:
        if _in(at_s, CHANGED):
            return self._changed
        frame = self._scene.frame(self._rng)
        if not _in(at_s, HARD):
            return frame
        if self._hard == "nudged":
            return nudged(frame, np.random.default_rng(self._nudge_seed))
        if self._hard == "dusk":
            return np.asarray(frame * self._dusk, np.uint8)
        if self._hard == "shadow":
            return self._shadowed(frame, (at_s - HARD[0]) / (HARD[1] - HARD[0]))
        return frame

    def _shadowed(self, frame: Pixels, share: float) -> Pixels:
        """Let a sharp shadow move over the region from one side to the other."""
        angle, dark = self._shadow
        height, width = frame.shape[:2]
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        away = (x * np.cos(angle) + y * np.sin(angle) - (2.4 * share - 1.2)) / 0.08
        factor = dark + (1 - dark) / (1 + np.exp(np.clip(-away, -30, 30)))
        return np.asarray(frame * factor[..., None], np.uint8)

    def _covered(self, region: Pixels) -> Pixels:
        """Lay a part of another scene over the middle of the region, as somebody who passes."""
        other = self._others[int(self._rng.integers(len(self._others)))].frame(self._rng)
        height, width = region.shape[:2]
        left = int(self._rng.integers(max(1, width // 2)))
        broad = max(4, width // 2)
        covered = region.copy()
        part = covered[:, left : left + broad]
        part[:] = cv2.resize(other, (part.shape[1], height))
        return covered

    def _seen(self, frame: Pixels, at_s: float) -> Pixels:
        """See a frame in the light of that time of the hour, through noise and compression."""
        place = at_s / _HOUR_S * (_KNOTS - 1)
        before = min(int(place), _KNOTS - 2)
        gamma, gain, warmth = (
            self._light[before] * (before + 1 - place) + self._light[before + 1] * (place - before)
        ).tolist()
        inner = frame[MARGIN:-MARGIN, MARGIN:-MARGIN] / 255.0
        tint = (1 + 0.1 * warmth, 1.0, 1 - 0.1 * warmth)
        light = inner ** np.exp(0.3 * gamma) * (1 + 0.15 * gain) * tint
        noisy = light * 255 + self._rng.normal(0, 2.0, light.shape)
        clear = np.asarray(np.clip(noisy, 0, 255), np.uint8)
        return compressed(clear, int(self._rng.integers(55, 90)))


def _in(at_s: float, span: tuple[float, float]) -> bool:
    return span[0] <= at_s < span[1]


def _zone() -> Zone:
    x1, y1, x2, y2 = _FRAME
    return Zone(ZoneId("region"), ((x1, y1), (x2, y1), (x2, y2), (x1, y2)))


def _core(zone: Zone) -> CameraCore:
    rule = SceneState(
        zone=ZoneNeed.NAMED,
        lasting=timedelta(seconds=_LASTING_S),
        max_gap=timedelta(seconds=60),
        cooldown=timedelta(minutes=5),
        held_ratio=0.8,
    )
    binding = RuleBinding(HazardId("STATE-00"), rule, zone)
    return CameraCore(CoreSpec(DeviceId("bench"), CameraId("bench"), (binding,)))


def _detections(at_s: float, *, seen: bool) -> Detections:
    width, height = _SIZE
    x1, y1, x2, y2 = _FRAME
    box = [(x1 * width, y1 * height, (x1 + x2) / 2 * width, y2 * height)]
    return Detections(
        at=Moment(at_s, _BEGIN + timedelta(seconds=at_s)),
        boxes=np.array(box if seen else [], np.float32).reshape(-1, 4),
        scores=np.full(int(seen), 0.9, np.float32),
        labels=("person",) * int(seen),
        width=width,
        height=height,
    )
