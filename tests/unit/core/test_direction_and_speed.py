"""Direction and speed, read as sentences: over seconds and metres, not from look to look."""

from dataclasses import replace

import numpy as np
import pytest

from edge.core.findings import Finding
from edge.core.rules.binding import RuleBinding
from edge.core.rules.evaluate import judge
from edge.core.rules.memory import RuleMemory
from edge.core.scene import PixelBox, Zone
from edge.testing.films import Actor, Film, found
from edge.testing.grounds import PIXELS_PER_M, PoleCamera, overhead
from hazard_library.catalogue.rules import Direction, Rule, Speed
from hazard_library.contract.ids import HazardId, ZoneId

POLE = PoleCamera()
ALL = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LANE = Zone(ZoneId("lane"), ALL, arrow=((0.9, 0.5), (0.1, 0.5)))
CAR: PixelBox = (20.0, 250.0, 140.0, 325.0)
LEFT: PixelBox = (20.0, 250.0, 140.0, 325.0)
RIGHT: PixelBox = (600.0, 250.0, 720.0, 325.0)
TIMES = {"zone": "named", "for": "1s", "cooldown": "60s"}


def direction(**more: object) -> Direction:
    values = {"subject": "vehicle", "angle_deg": 120, "distance_m": 4}
    return Direction.model_validate(values | TIMES | more)


def speed(limit_m_s: float = 1.4, **more: object) -> Speed:
    return Speed.model_validate({"subject": "vehicle", "limit_m_s": limit_m_s, **TIMES, **more})


def completed(rule: Rule, film: Film, **more: object) -> list[Finding]:
    binding = RuleBinding(HazardId("TEST-01"), rule, **({"zone": LANE} | more))  # type: ignore[arg-type]
    return [one for one in found(binding, film) if one is not None and one.complete]


def as_one_track(rule: Rule, film: Film) -> list[Finding]:
    """Judge a film whose tracker gives everything in it one and the same id."""
    binding = RuleBinding(HazardId("TEST-01"), rule, LANE, ground=overhead())
    memory, findings = RuleMemory(), []
    for scene in film.scenes():
        tracks = tuple(replace(one, id=1) for one in scene.tracks)
        finding, memory = judge(binding, replace(scene, tracks=tracks), memory)
        if finding is not None and finding.complete:
            findings.append(finding)
    return findings


def driving(m_s: float, box: PixelBox = CAR, lasting_s: float = 12.0, **more: object) -> Film:
    """A car drives to the right, seen by the camera overhead."""
    car = Actor("car", "vehicle", box, moving=(m_s * PIXELS_PER_M, 0.0))
    return Film(lasting_s, **more).with_actor(car)  # type: ignore[arg-type]


def trembling(film: Film, share: float, seed: int = 3) -> Film:
    """Let every box jitter by a share of its height, look for look."""
    chance = np.random.default_rng(seed)
    actors = []
    for number, (at_s, _) in enumerate(film.looks()):
        for actor in film.actors:
            box = np.array(actor.place(at_s))
            box += chance.normal(0, share * (box[3] - box[1]), 4)
            x1, y1, x2, y2 = box.tolist()
            during = (at_s, at_s + film.every_s)
            actors.append(replace(actor, name=f"{actor.name} {number}", box=(x1, y1, x2, y2)))
            actors[-1] = replace(actors[-1], during=during, moving=(0.0, 0.0))
    return replace(film, actors=tuple(actors))


# direction


@pytest.mark.parametrize("ground", [None, overhead()])
def test_driving_against_the_arrow_is_found_and_with_it_is_not(ground: object) -> None:
    finding = completed(direction(), driving(1.2), ground=ground)[0]
    assert finding.measured["distance_m"] >= 4.0
    assert finding.measured["angle_deg"] == pytest.approx(180.0)
    back = driving(-1.2, (600.0, 250.0, 720.0, 325.0))
    assert not completed(direction(), back, ground=ground)


def test_driving_across_the_lane_is_neither() -> None:
    across = Actor("car", "vehicle", (300.0, 20.0, 420.0, 95.0), moving=(0.0, 45.0))
    film = Film(10).with_actor(across)
    assert not completed(direction(), film, ground=overhead())


def test_setting_back_for_two_metres_is_no_driving() -> None:
    there = Actor("car", "vehicle", CAR, (0, 2), (PIXELS_PER_M, 0.0))
    waits = Actor("waits", "vehicle", (120.0, 250.0, 240.0, 325.0), (2, 12))
    film = Film(12).with_actor(there).with_actor(waits)
    assert not completed(direction(), film, ground=overhead())
    assert completed(direction(distance_m=1.5), film, ground=overhead())


def test_whoever_stops_is_soon_no_longer_on_the_way() -> None:
    there = Actor("car", "vehicle", CAR, (0, 6), (PIXELS_PER_M, 0.0))
    waits = Actor("waits", "vehicle", (320.0, 250.0, 440.0, 325.0), (6, 60))
    film = Film(60).with_actor(there).with_actor(waits)
    found_at = [one.measured["held_s"] for one in completed(direction(), film, ground=overhead())]
    assert found_at
    assert max(found_at) < 25


def test_a_parked_car_whose_box_trembles_drives_nowhere() -> None:
    parked = trembling(driving(0.0, (300.0, 250.0, 420.0, 325.0), 120.0), 0.05)
    assert not completed(direction(), parked, ground=overhead())
    assert not completed(direction(), parked)


def test_a_tracker_that_jumps_between_two_cars_has_seen_nobody_drive() -> None:
    """One id at the right, then at the left border of the picture, again and again."""
    film = Film(24)
    for number in range(24):
        box = LEFT if number % 2 else RIGHT
        film = film.with_actor(Actor(f"{number}", "vehicle", box, (number, number + 1)))
    assert not as_one_track(direction(), film)


def test_without_an_arrow_there_is_no_wrong_way() -> None:
    plain = Zone(ZoneId("plain"), ALL)
    assert not completed(direction(), driving(1.2), zone=plain)
    assert not completed(direction(), driving(1.2), zone=None)


def test_the_arrow_is_laid_on_the_ground_where_the_camera_looks_flat() -> None:
    """Aslant on the ground is nearly across in the picture, because it shows depth shortened."""
    lane = Zone(ZoneId("lane"), ALL, arrow=(POLE.seen(0.0, 20.0), POLE.seen(0.0, 7.0)))
    film = Film(10)
    for number in range(20):
        place = (-3.0 + number * 0.35, 8.0 + number * 0.35)
        box = POLE.box(*place, wide_m=1.8, high_m=1.5)
        film = film.with_actor(Actor(f"{number}", "vehicle", box, (number / 2, number / 2 + 0.5)))
    assert completed(direction(), film, zone=lane, ground=POLE.ground())
    assert not completed(direction(), film, zone=lane)


# speed


def test_a_car_above_the_limit_is_found_with_its_speed() -> None:
    finding = completed(speed(), driving(2.5), ground=overhead())[0]
    assert finding.measured["speed_m_s"] == pytest.approx(2.5, abs=0.05)
    assert 1.4 < finding.measured["speed_at_least_m_s"] < 2.5
    assert finding.required["speed_m_s"] == 1.4


def test_a_car_at_the_limit_is_not() -> None:
    assert not completed(speed(), driving(1.4), ground=overhead())


def test_without_a_calibration_nothing_is_fast() -> None:
    assert not completed(speed(), driving(2.5))


@pytest.mark.parametrize("every_s", [0.04, 0.2, 0.9])
def test_speed_does_not_depend_on_how_often_one_looks(every_s: float) -> None:
    slow, fast = (driving(m_s, every_s=every_s) for m_s in (1.2, 2.5))
    assert not completed(speed(), slow, ground=overhead())
    assert completed(speed(**{"for": "0s"}), fast, ground=overhead())


def test_boxes_that_tremble_are_not_fast() -> None:
    parked = trembling(driving(0.0, (300.0, 250.0, 420.0, 325.0), 120.0), 0.1)
    assert not completed(speed(), parked, ground=overhead())
    slow = trembling(driving(1.0), 0.05)
    assert not completed(speed(), slow, ground=overhead())


def test_a_car_that_comes_in_at_the_border_is_judged_once_it_is_whole() -> None:
    """Until then its box grows from the border, and its middle moves at half its speed."""
    coming = Film(6)
    for number in range(30):
        right = 2.5 * PIXELS_PER_M * number * 0.2
        box = (max(right - 120.0, 0.0), 250.0, max(right, 1.0), 325.0)
        during = (number * 0.2, number * 0.2 + 0.2)
        coming = coming.with_actor(Actor(f"{number}", "vehicle", box, during))
    findings = as_one_track(speed(), coming)
    assert findings[0].measured["speed_m_s"] == pytest.approx(2.5, abs=0.05)


def test_a_car_outside_the_lane_is_not_judged() -> None:
    below = Zone(ZoneId("below"), ((0.0, 0.8), (1.0, 0.8), (1.0, 1.0), (0.0, 1.0)))
    assert not completed(speed(), driving(2.5), ground=overhead(), zone=below)


def test_a_jump_of_the_tracker_is_no_speed() -> None:
    left = Actor("a", "vehicle", LEFT, (0, 4))
    right = Actor("b", "vehicle", RIGHT, (4, 10))
    assert not as_one_track(speed(), Film(10).with_actor(left).with_actor(right))
    near = replace(right, box=(LEFT[0] + 90.0, LEFT[1], LEFT[2] + 90.0, LEFT[3]))
    assert not as_one_track(speed(), Film(10).with_actor(left).with_actor(near))
