"""Each rule kind, read as the sentence in its hazard's file."""

from dataclasses import replace

import pytest

from edge.core.findings import Finding
from edge.core.rules.binding import RuleBinding
from edge.core.scene import PixelBox, Zone
from edge.testing.films import Actor, Film, found
from hazard_library.catalogue.rules import Count, Crossing, Dwell, Presence, Rule
from hazard_library.contract.ids import HazardId, ZoneId

LEFT_HALF = Zone(ZoneId("left"), ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
LINE = Zone(ZoneId("line"), ((0.5, 1.0), (0.5, 0.0)))
IN_LEFT = (100.0, 200.0, 160.0, 360.0)
IN_RIGHT = (500.0, 200.0, 560.0, 360.0)
TIMES = {"zone": "optional", "for": "3s", "cooldown": "60s"}


def presence(subject: str = "person", **more: object) -> Presence:
    return Presence.model_validate({"subject": subject, **TIMES, **more})


def dwell(**more: object) -> Dwell:
    return Dwell.model_validate({"subject": "person", **TIMES, **more})


def count(**more: object) -> Count:
    return Count.model_validate({"subject": "person", **TIMES, **more})


def over_line(direction: str = "any", **more: object) -> Crossing:
    return Crossing.model_validate(
        {"subject": "person", **TIMES, "for": "0s", "direction": direction, **more}
    )


def completed(rule: Rule, film: Film, zone: Zone | None = None) -> list[Finding]:
    binding = RuleBinding(HazardId("TEST-01"), rule, zone)
    return [one for one in found(binding, film) if one is not None and one.complete]


# presence


def test_a_person_in_the_zone_for_three_seconds_is_found_with_what_was_compared() -> None:
    finding = completed(presence(min_score=0.5), Film(lasting_s=6).with_person("p1"))[0]
    assert finding.held_since == 0.0
    assert finding.score == 0.9
    assert finding.measured["held_s"] == pytest.approx(3.0)
    assert finding.required["held_s"] == 3.0
    assert finding.required["score"] == 0.5
    assert finding.measured.keys() == finding.required.keys()


def test_a_person_is_where_the_feet_are() -> None:
    leaning_in = (330.0, 100.0, 450.0, 400.0)
    assert not completed(presence(), Film(lasting_s=6).with_person("p1", leaning_in), LEFT_HALF)
    assert completed(presence(), Film(lasting_s=6).with_person("p1", IN_LEFT), LEFT_HALF)


def test_smoke_is_in_the_zone_with_its_foot_or_its_centre() -> None:
    upper = Zone(ZoneId("upper"), ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)))
    rising = Film(lasting_s=6).with_actor(Actor("s", "smoke", (300.0, 100.0, 400.0, 400.0)))
    assert completed(presence("smoke"), rising, upper)
    standing = Film(lasting_s=6).with_person("p1", (300.0, 100.0, 400.0, 400.0))
    assert not completed(presence("person"), standing, upper)


def test_a_flame_smaller_than_the_wanted_area_is_not_found() -> None:
    small = Film(lasting_s=6).with_actor(Actor("f", "fire", (300.0, 200.0, 310.0, 210.0)))
    large = Film(lasting_s=6).with_actor(Actor("f", "fire", (300.0, 200.0, 360.0, 260.0)))
    assert not completed(presence("fire", min_area_ratio=0.001), small)
    assert completed(presence("fire", min_area_ratio=0.001), large)


def test_detections_below_the_wanted_score_do_not_count() -> None:
    film = Film(lasting_s=6).with_person("p1", score=0.45)
    assert completed(presence(), film)
    assert not completed(presence(min_score=0.5), film)


def test_predicted_boxes_are_no_evidence_of_presence() -> None:
    film = Film(lasting_s=8).with_actor(Actor("p1", "person", IN_LEFT, bridged=((1.0, 8.0),)))
    assert not completed(presence(), film)


def test_presence_goes_on_when_one_leaves_and_another_comes() -> None:
    film = (
        Film(lasting_s=8)
        .with_person("first", IN_LEFT, during=(0, 2))
        .with_person("second", IN_RIGHT, during=(2, 8))
    )
    assert completed(presence(), film)[0].held_since == 0.0


# dwell


def test_dwell_does_not_go_on_with_another_person() -> None:
    film = (
        Film(lasting_s=5)
        .with_person("first", IN_LEFT, during=(0, 2.6))
        .with_person("second", IN_RIGHT, during=(2.6, 5))
    )
    assert not completed(dwell(), film)
    assert completed(presence(), film)


def test_a_new_id_at_the_same_place_carries_the_time_over() -> None:
    film = Film(lasting_s=5).with_actor(Actor("p1", "person", IN_LEFT, new_id_at=(0.8, 1.6, 2.4)))
    assert completed(dwell(), film)[0].held_since == 0.0


def test_predicted_boxes_are_no_evidence_that_somebody_stays() -> None:
    gone = Actor("p1", "person", IN_LEFT, bridged=((1.0, 8.0),))
    assert not completed(dwell(), Film(lasting_s=8).with_actor(gone))


def test_whoever_leaves_the_zone_for_good_is_no_longer_dwelling() -> None:
    walker = Actor("p1", "person", (340.0, 200.0, 380.0, 360.0), moving=(20.0, 0.0))
    assert not completed(dwell(), Film(lasting_s=8).with_actor(walker), LEFT_HALF)


# count


@pytest.mark.parametrize(("people", "is_found"), [(2, False), (3, True)])
def test_more_people_than_allowed_are_found(people: int, *, is_found: bool) -> None:
    film = Film(lasting_s=6)
    for number in range(people):
        film = film.with_person(f"p{number}", _beside(number))
    findings = completed(count(maximum=2), film)
    assert bool(findings) == is_found
    if is_found:
        assert (findings[0].measured["maximum"], findings[0].required["maximum"]) == (3, 2)
        assert len(findings[0].subjects) == 3


def test_predicted_people_do_not_make_a_crowd() -> None:
    film = Film(lasting_s=6).with_person("p0", _beside(0))
    film = film.with_actor(Actor("ghost", "person", _beside(1), bridged=((0, 6),)))
    assert not completed(count(maximum=1), film)


def test_an_empty_post_is_found() -> None:
    guarded = Film(lasting_s=12).with_person("guard", during=(0, 6))
    assert completed(count(minimum=1), guarded)[0].held_since == pytest.approx(6.0)


def test_a_guard_whom_the_detector_misses_for_a_while_is_not_absent() -> None:
    guard = Actor("guard", "person", IN_LEFT, bridged=((2.0, 8.0),))
    assert not completed(count(minimum=1), Film(lasting_s=12).with_actor(guard))


# crossing


def walking(speed: float = 60.0, start_x: float = 200.0) -> Film:
    box = (start_x, 200.0, start_x + 60.0, 360.0)
    return Film(lasting_s=8).with_person("p1", box, moving=(speed, 0.0))


def test_one_crossing_is_found_once() -> None:
    (finding,) = completed(over_line(), walking(), LINE)
    assert [one.label for one in finding.subjects] == ["person"]


def test_only_the_wanted_direction_is_found() -> None:
    back = walking(speed=-60.0, start_x=600.0)
    assert completed(over_line("left_to_right"), walking(), LINE)
    assert not completed(over_line("right_to_left"), walking(), LINE)
    assert completed(over_line("right_to_left"), back, LINE)
    assert not completed(over_line("left_to_right"), back, LINE)


def test_a_foot_that_trembles_on_the_line_does_not_cross_it() -> None:
    film = Film(lasting_s=6, every_s=0.1)
    for number in range(60):
        x = 384.0 + (3.0 if number % 2 else -3.0)
        box = (x - 30, 200.0, x + 30, 360.0)
        during = (number * 0.1, number * 0.1 + 0.1)
        film = film.with_actor(Actor(f"p{number}", "person", box, during))
    assert not completed(over_line(), film, LINE)


def test_walking_past_the_end_of_the_line_is_no_crossing() -> None:
    upper = Zone(ZoneId("line"), ((0.5, 0.3), (0.5, 0.0)))
    assert not completed(over_line(), walking(), upper)


def test_a_crossing_that_must_last_is_undone_by_going_back() -> None:
    for_good = over_line("left_to_right", **{"for": "3s"})
    there = walking()
    assert len(completed(for_good, there, LINE)) == 1
    out = replace(there.actor("p1"), during=(0, 4))
    back = Actor("back", "person", (680.0, 200.0, 740.0, 360.0), (4, 8), moving=(-60.0, 0.0))
    assert not completed(for_good, replace(there, actors=(out, back)), LINE)


def test_without_a_line_nothing_crosses() -> None:
    assert not completed(over_line(), walking())
    assert not completed(over_line(), walking(), LEFT_HALF)


def _beside(number: int) -> PixelBox:
    return (100.0 + 150 * number, 200.0, 160.0 + 150 * number, 360.0)
