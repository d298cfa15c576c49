"""Proximity, read as a sentence; every box is where a pinhole camera would see it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from edge.core.findings import Finding
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.rules.evaluate import judge
from edge.core.rules.memory import RuleMemory
from edge.core.scene import PixelBox, Scene, Track, Zone
from edge.testing.films import BEGIN
from edge.testing.grounds import SIZE, PoleCamera
from hazard_library.catalogue.rules import Proximity
from hazard_library.contract.ids import CameraId, HazardId, ZoneId

POLE = PoleCamera()
TIMES = {"zone": "optional", "for": "1s", "cooldown": "60s"}
LOOKS = 40
EVERY_S = 0.2


def near(**more: object) -> Proximity:
    values = {"subject": "person", "near": "forklift", "distance_m": 2, "moving": True}
    return Proximity.model_validate(values | TIMES | more)


def truck(x: float, y: float) -> PixelBox:
    return POLE.box(x, y, wide_m=1.2, high_m=2.0)


def scenes(*tracks_at: list[Track]) -> Iterator[Scene]:
    for number, tracks in enumerate(tracks_at):
        at = Moment(number * EVERY_S, BEGIN + timedelta(seconds=number * EVERY_S))
        yield Scene(at, CameraId("gate"), *SIZE, tuple(tracks))


def track(number: int, label: str, box: PixelBox, *, seen: bool = True) -> Track:
    return Track(number, label, box, 0.9, Moment(0.0, BEGIN), seen)


def driving(
    person: PixelBox, *, speed: float = 1.0, start_x: float = -3.0, y: float = 9.0
) -> list[list[Track]]:
    """A forklift drives from left to right past somebody who stands there."""
    return [
        [
            track(1, "person", person),
            track(2, "forklift", truck(start_x + speed * number * EVERY_S, y)),
        ]
        for number in range(LOOKS)
    ]


def completed(rule: Proximity, looks: list[list[Track]], **more: object) -> list[Finding]:
    binding = RuleBinding(HazardId("VEH-01"), rule, **more)  # type: ignore[arg-type]
    memory, found = RuleMemory(), []
    for scene in scenes(*looks):
        finding, memory = judge(binding, scene, memory)
        if finding is not None and finding.complete:
            found.append(finding)
    return found


def test_a_forklift_that_drives_past_somebody_is_found_with_both_and_the_distance() -> None:
    finding = completed(near(), driving(POLE.person(0.0, 8.6)), ground=POLE.ground())[0]
    assert {one.label for one in finding.subjects} == {"person", "forklift"}
    assert finding.measured["distance_m"] <= 2.0
    assert finding.required["distance_m"] == 2.0
    assert finding.measured["moving_m_s"] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("y", [12.5, 6.3])
def test_somebody_four_metres_behind_or_three_before_it_is_not_near(y: float) -> None:
    """In the picture their boxes touch all the same."""
    looks = driving(POLE.person(0.0, y), y=9.0 if y > 9 else 9.9)
    assert not completed(near(), looks, ground=POLE.ground())


def test_a_parked_forklift_is_not_found_however_its_box_trembles() -> None:
    chance = np.random.default_rng(7)
    looks = []
    for _ in range(LOOKS * 10):
        box = np.array(truck(0.8, 9.0))
        box += chance.normal(0, 0.03 * (box[3] - box[1]), 4)
        parked = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        looks.append([track(1, "person", POLE.person(0.0, 9.0)), track(2, "forklift", parked)])
    assert not completed(near(), looks, ground=POLE.ground())
    assert not completed(near(), looks)
    assert completed(near(moving=False), looks, ground=POLE.ground())


def test_the_driver_is_part_of_the_truck() -> None:
    def aboard(x: float) -> PixelBox:
        return POLE.box(x, 9.0, wide_m=0.6, high_m=1.9)

    looks = []
    for number in range(LOOKS):
        x = -3.0 + number * EVERY_S
        left, top, right, bottom = aboard(x)
        seat = (left, top, right, bottom - 0.35 * (bottom - top))
        looks.append([track(1, "person", seat), track(2, "forklift", truck(x, 9.0))])
    assert not completed(near(), looks, ground=POLE.ground())
    assert not completed(near(), looks)
    assert completed(near(distance_m=0), looks, ground=POLE.ground())


def test_without_a_calibration_bodies_are_the_measure() -> None:
    beside = driving(POLE.person(0.0, 8.9))
    assert completed(near(), beside)
    far = driving(POLE.person(0.0, 13.0))
    assert not completed(near(), far)


def test_two_things_without_people_need_a_calibration() -> None:
    rule = Proximity.model_validate(
        {"subject": "oxygen_cylinder", "near": "fuel_gas_cylinder", "distance_m": 5, **TIMES}
    )
    looks = [
        [track(1, "oxygen_cylinder", truck(-1.0, 9.0)), track(2, "fuel_gas_cylinder", truck(1, 9))]
        for _ in range(LOOKS)
    ]
    assert not completed(rule, looks)
    assert completed(rule, looks, ground=POLE.ground())


def test_somebody_whose_feet_are_outside_the_picture_is_not_judged() -> None:
    left, top, right, _ = POLE.person(0.0, 4.4)
    cut = (left, top, right, float(SIZE[1]))
    assert not completed(near(), driving(cut, y=5.0), ground=POLE.ground())


def test_a_truck_that_the_border_cuts_is_not_known_to_move() -> None:
    """It stands in the border: only the part that is seen changes."""
    looks = [
        [
            track(1, "person", POLE.person(-4.6, 9.0)),
            track(2, "forklift", (0.0, 280.0, 40.0 + 2 * number, 400.0)),
        ]
        for number in range(LOOKS)
    ]
    assert not completed(near(), looks)


def test_new_ids_of_both_carry_on() -> None:
    plain = driving(POLE.person(0.0, 8.6))
    done = len(plain) - len(completed(near(), plain, ground=POLE.ground()))
    switched = [
        [replace(one, id=one.id + 10 * (number // 7)) for one in tracks]
        for number, tracks in enumerate(plain)
    ]
    assert len(completed(near(), switched, ground=POLE.ground())) == len(plain) - done


def test_a_truck_that_is_only_predicted_is_no_evidence() -> None:
    looks = driving(POLE.person(0.0, 8.6))
    guessed = [
        [replace(one, seen=one.label == "person" or number < 8) for one in tracks]
        for number, tracks in enumerate(looks)
    ]
    assert not completed(near(), guessed, ground=POLE.ground())


def test_only_people_in_the_zone_are_judged() -> None:
    far = Zone(ZoneId("far"), ((0.0, 0.0), (1.0, 0.0), (1.0, 0.3), (0.0, 0.3)))
    looks = driving(POLE.person(0.0, 8.6))
    assert not completed(near(), looks, ground=POLE.ground(), zone=far)
