"""Absence and simultaneous presence, read as sentences."""

import pytest

from edge.core.findings import Finding
from edge.core.rules.binding import RuleBinding
from edge.core.scene import PixelBox, Zone
from edge.testing.films import Actor, Film, found
from edge.testing.grounds import PoleCamera
from hazard_library.catalogue.rules import Absence, Rule, Simultaneous
from hazard_library.contract.ids import HazardId, ZoneId

POLE = PoleCamera()
BAY = Zone(ZoneId("bay"), ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)))
TANKER: PixelBox = (300.0, 200.0, 420.0, 300.0)
TIMES = {"zone": "named", "for": "10s", "max_gap": "2s", "cooldown": "60s"}


def absence(**more: object) -> Absence:
    values = {"subject": "vehicle", "needs": "person", "minimum": 1, "within_m": 10}
    return Absence.model_validate(values | TIMES | more)


def alone(**more: object) -> Absence:
    return absence(subject="person", minimum=2, **({"within_m": 5} | more))


def completed(rule: Rule, film: Film, **more: object) -> list[Finding]:
    binding = RuleBinding(HazardId("TEST-01"), rule, **more)  # type: ignore[arg-type]
    return [one for one in found(binding, film) if one is not None and one.complete]


def loading(lasting_s: float = 30) -> Film:
    return Film(lasting_s).with_actor(Actor("tanker", "vehicle", TANKER))


def test_a_vehicle_in_the_bay_and_nobody_there_is_found() -> None:
    finding = completed(absence(), loading(), zone=BAY)[0]
    assert [one.label for one in finding.subjects] == ["vehicle"]
    assert (finding.measured["minimum"], finding.required["minimum"]) == (0, 1)
    assert finding.held_since == 0.0


def test_an_empty_bay_lacks_nobody() -> None:
    assert not completed(absence(), Film(30), zone=BAY)
    outside = Film(30).with_actor(Actor("v", "vehicle", (0.0, 400.0, 120.0, 560.0)))
    assert not completed(absence(), outside, zone=BAY)


def test_somebody_beside_it_is_enough() -> None:
    assert not completed(absence(), loading().with_person("p1", (450, 180, 490, 290)), zone=BAY)


def test_somebody_far_away_is_not_with_it_in_bodies_and_in_metres() -> None:
    here, there = POLE.box(0.0, 9.0, wide_m=2.5, high_m=2.0), POLE.person(-2.0, 24.0)
    film = Film(30).with_actor(Actor("tanker", "vehicle", here)).with_person("p1", there)
    assert completed(absence(), film, ground=POLE.ground())
    assert not completed(absence(within_m=20), film, ground=POLE.ground())
    small = Film(30).with_actor(Actor("tanker", "vehicle", (500.0, 400.0, 700.0, 500.0)))
    small = small.with_person("p1", (40.0, 100.0, 50.0, 130.0))
    assert completed(absence(), small)


def test_a_companion_is_anybody_who_might_be_there() -> None:
    beside: PixelBox = (450.0, 180.0, 490.0, 290.0)
    weak = loading().with_actor(Actor("p1", "person", beside, score=0.2))
    assert not completed(absence(min_score=0.5), weak, zone=BAY)
    bridged = loading().with_actor(Actor("p1", "person", beside, bridged=((0, 30),)))
    assert not completed(absence(), bridged, zone=BAY)
    feet_outside = loading().with_person("p1", (450.0, 420.0, 520.0, 576.0))
    assert not completed(absence(within_m=0.5), feet_outside, zone=BAY)


def test_without_a_distance_the_zone_says_who_is_there() -> None:
    rule = absence(within_m=None)
    assert completed(rule, loading().with_person("p1", (20, 400, 60, 540)), zone=BAY)
    assert not completed(rule, loading().with_person("p1", (500, 300, 540, 440)), zone=BAY)


def test_somebody_who_is_hidden_for_a_moment_is_not_absent() -> None:
    """Behind the tank for eight of every twelve seconds."""
    hidden = tuple((start + 4.0, start + 12.0) for start in range(0, 60, 12))
    film = loading(60).with_actor(
        Actor("p1", "person", (450.0, 180.0, 490.0, 290.0), hidden=hidden)
    )
    assert not completed(absence(), film, zone=BAY)


def test_whoever_leaves_for_good_is_absent_from_then_on() -> None:
    film = loading(60).with_person("p1", (450.0, 180.0, 490.0, 290.0), during=(0, 20))
    assert completed(absence(), film, zone=BAY)[0].held_since == pytest.approx(20.0)


def test_nobody_is_absent_from_a_picture_that_shows_nothing() -> None:
    film = Film(60, blind=((5, 60),)).with_actor(Actor("tanker", "vehicle", TANKER))
    assert not completed(absence(), film, zone=BAY)


def test_one_person_is_alone_and_two_are_not() -> None:
    one = Film(30).with_person("p1")
    assert completed(alone(), one)[0].measured["minimum"] == 1
    assert not completed(alone(), one.with_person("p2", (420.0, 200.0, 480.0, 360.0)))


def test_two_who_stand_far_apart_are_both_alone() -> None:
    film = Film(30).with_person("p1", POLE.person(-3.0, 8.0))
    film = film.with_person("p2", POLE.person(3.0, 20.0))
    assert len(completed(alone(), film, ground=POLE.ground())[0].subjects) == 2


def test_new_ids_do_not_make_somebody_less_alone() -> None:
    film = Film(30).with_actor(
        Actor("p1", "person", (300.0, 200.0, 360.0, 360.0), new_id_at=(3.0, 6.0, 9.0))
    )
    assert completed(alone(), film)[0].held_since == 0.0


# simultaneous

UPPER = Zone(ZoneId("upper"), ((0.0, 0.0), (1.0, 0.0), (1.0, 0.4), (0.0, 0.4)))
LOWER = Zone(ZoneId("lower"), ((0.0, 0.35), (1.0, 0.35), (1.0, 1.0), (0.0, 1.0)))
ON_UPPER: PixelBox = (300.0, 60.0, 330.0, 140.0)
ON_LOWER: PixelBox = (300.0, 300.0, 360.0, 460.0)
IN_BOTH: PixelBox = (300.0, 100.0, 340.0, 215.0)


def on_both(film: Film, **more: object) -> list[Finding]:
    values = {"subject": "person", "zones": 2}
    rule = Simultaneous.model_validate(values | TIMES | more)
    return completed(rule, film, zone=UPPER, together=(UPPER, LOWER))


def test_people_on_two_levels_at_once_are_found() -> None:
    film = Film(30).with_person("p1", ON_UPPER).with_person("p2", ON_LOWER, during=(5, 30))
    finding = on_both(film)[0]
    assert finding.held_since == pytest.approx(5.0)
    assert finding.zone == "upper"
    assert len(finding.subjects) == 2
    assert (finding.measured["zones"], finding.required["zones"]) == (2, 2)


def test_two_people_on_one_level_are_not() -> None:
    film = Film(30).with_person("p1", ON_LOWER).with_person("p2", (500.0, 300.0, 560.0, 460.0))
    assert not on_both(film)


def test_one_person_where_the_levels_overlap_is_on_one_of_them() -> None:
    assert not on_both(Film(30).with_person("p1", IN_BOTH))
    assert on_both(Film(30).with_person("p1", IN_BOTH).with_person("p2", ON_LOWER))


def test_one_who_climbs_from_level_to_level_is_not_on_both() -> None:
    film = Film(40).with_person("p1", ON_UPPER, during=(0, 20))
    film = film.with_person("p1 again", ON_LOWER, during=(20, 40))
    assert not on_both(film)


def test_a_predicted_person_is_no_evidence_of_work_on_a_level() -> None:
    film = Film(30).with_person("p1", ON_LOWER)
    assert not on_both(film.with_actor(Actor("p2", "person", ON_UPPER, bridged=((0, 30),))))
