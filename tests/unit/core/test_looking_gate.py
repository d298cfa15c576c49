"""What the gate lets rest, and what it must never let rest."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import cv2
import numpy as np
import pytest

from edge.bench.gated_walk import walk
from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.looking_gate import Decision, GateSettings, Judged, LookingGate, SmallGrey
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.inference.small_grey import small_grey
from edge.ports import Frame, Pixels, RawBoxes
from edge.testing.scripted_backend import NOTHING, raw_boxes
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, DeviceId, HazardId

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FPS = 5
NEVER_BY_TIME = GateSettings(full_look_every_s=1e9)


def _at(second: float) -> Moment:
    return Moment(second, BEGIN + timedelta(seconds=second))


def _yard() -> Pixels:
    """A still place with edges and texture, 640 x 360."""
    rows, columns = np.mgrid[0:360, 0:640]
    grey = 90 + 40 * ((rows // 30 + columns // 40) % 2) + (columns / 640 * 30)
    return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)


def _grain(chance: np.random.Generator, pixels: Pixels, sigma: float = 4.0) -> Pixels:
    noise = chance.normal(0, sigma, pixels.shape[:2]).astype(np.float32)[:, :, None]
    return np.clip(pixels.astype(np.float32) + noise, 0, 255).astype(np.uint8)


def _with_smoke(pixels: Pixels, share: float) -> Pixels:
    """A soft grey cloud over a fifth of the width, `share` opaque in its middle."""
    cloud = np.zeros(pixels.shape[:2], np.float32)
    cv2.ellipse(cloud, (350, 165), (65, 85), 0, 0, 360, 1.0, -1)
    cloud = cv2.GaussianBlur(cloud, (0, 0), 20)[:, :, None] * share
    return (pixels * (1 - cloud) + 200 * cloud).astype(np.uint8)


def _small(pixels: Pixels) -> SmallGrey:
    return small_grey(Frame(CameraId("gate"), 1, _at(0), pixels))


def _quiet(second: float) -> Judged:
    return Judged(_at(second), is_quiet=True)


def test_noise_alone_is_no_reason_to_look() -> None:
    chance, gate, yard = np.random.default_rng(1), LookingGate(NEVER_BY_TIME), _yard()
    decisions = [
        gate.decide(_small(_grain(chance, yard)), _at(n / FPS), _quiet(n / FPS)) for n in range(40)
    ]
    assert decisions == [Decision.LOOK] + [Decision.STILL] * 39


def test_smoke_that_rises_slowly_is_looked_at_while_it_is_still_faint() -> None:
    # 40 s from nothing to half opaque: from one picture to the next nothing is to be seen.
    chance, gate, yard = np.random.default_rng(2), LookingGate(NEVER_BY_TIME), _yard()
    looked = [
        share
        for n in range(40 * FPS)
        if gate.decide(
            _small(_grain(chance, _with_smoke(yard, share := n / (80 * FPS)))),
            _at(n / FPS),
            _quiet(n / FPS),
        )
        is Decision.LOOK
    ]
    assert looked[1] < 0.1
    assert all(later - earlier < 0.1 for earlier, later in pairwise(looked))


def test_somebody_small_who_steps_in_is_looked_at_at_once() -> None:
    gate, yard = LookingGate(NEVER_BY_TIME), _yard()
    gate.decide(_small(yard), _at(0), None)
    person = yard.copy()
    person[200:224, 300:309] = (40, 40, 40)
    assert gate.decide(_small(person), _at(0.2), _quiet(0)) is Decision.LOOK


def test_however_still_the_camera_is_looked_at_on_schedule() -> None:
    gate, small = LookingGate(GateSettings(full_look_every_s=3)), _small(_yard())
    looks = [
        n / FPS
        for n in range(60)
        if gate.decide(small, _at(n / FPS), _quiet(n / FPS)) is Decision.LOOK
    ]
    assert looks == [0, 3, 6, 9]


def test_nothing_rests_while_something_is_followed_or_was_not_seen() -> None:
    gate, small = LookingGate(NEVER_BY_TIME), _small(_yard())
    gate.decide(small, _at(0), None)
    for n in range(1, 20):
        judged = Judged(_at(n / FPS), is_quiet=False)
        assert gate.decide(small, _at(n / FPS), judged) is Decision.LOOK


def test_until_the_last_look_is_judged_a_still_picture_says_nothing() -> None:
    gate, small = LookingGate(NEVER_BY_TIME), _small(_yard())
    assert gate.decide(small, _at(0), None) is Decision.LOOK
    assert gate.decide(small, _at(0.2), None) is Decision.WAIT
    assert gate.decide(small, _at(0.4), _quiet(0)) is Decision.STILL


def test_another_size_or_a_time_that_runs_backwards_is_looked_at() -> None:
    gate, yard = LookingGate(NEVER_BY_TIME), _yard()
    gate.decide(_small(yard), _at(10), None)
    assert gate.decide(_small(yard[:300]), _at(10.2), _quiet(10)) is Decision.LOOK
    assert gate.decide(_small(yard[:300]), _at(5), _quiet(10.2)) is Decision.LOOK


def _pictures(seconds: int, person: range, *, missed: range = range(0)) -> Iterator[Frame]:
    """Somebody comes in, stands still, and leaves; the mark in the corner tells the script."""
    chance, yard = np.random.default_rng(3), _yard()
    for n in range(seconds * FPS):
        second = n // FPS
        pixels = _grain(chance, yard, 2.0)
        if second in person:
            pixels[130:240, 300:340] = 30
            pixels[0, 0] = 0 if second in missed else 255
        else:
            pixels[0, 0] = 0
        yield Frame(CameraId("gate"), n + 1, _at(n / FPS), pixels)


def _look(pixels: Pixels) -> RawBoxes:
    seen = bool(pixels[0, 0, 0] == 255)
    return raw_boxes(("person", 0.9, (300, 130, 340, 240))) if seen else NOTHING


def _core() -> CameraCore:
    hazard = load_catalogue().hazards[HazardId("ZONE-01")]
    bindings = (RuleBinding(hazard.id, hazard.rule),)
    return CameraCore(CoreSpec(DeviceId("box-1"), CameraId("gate"), bindings))


@pytest.mark.parametrize(
    "missed", [range(0), range(10, 14)], ids=["seen at once", "missed at first"]
)
def test_somebody_who_stands_still_is_one_incident_with_or_without_gate(missed: range) -> None:
    every, gated = (
        walk(_pictures(50, range(10, 22), missed=missed), _look, _core(), gate)
        for gate in (None, LookingGate())
    )
    kinds = [change.change for change in every.changes if change.change is not Change.UPDATED]
    assert kinds == [Change.OPENED, Change.CLOSED]
    assert [c.change for c in gated.changes] == [c.change for c in every.changes]
    for one, other in zip(every.changes, gated.changes, strict=True):
        late = other.incident.opened.seconds_since(one.incident.opened)
        assert 0 <= late <= GateSettings().full_look_every_s
    assert gated.changes[-1].incident.last_held == every.changes[-1].incident.last_held
    before = gated.decisions[: 10 * FPS]
    assert before.count(Decision.LOOK) == 4


def test_an_object_that_no_rule_asks_for_lets_the_camera_rest() -> None:
    def parked(_: Pixels) -> RawBoxes:
        return raw_boxes(("vehicle", 0.9, (100, 100, 300, 200)))

    walked = walk(_pictures(20, range(0)), parked, _core(), LookingGate())
    assert walked.looked_share < 0.2
