"""A taught region is judged only when it is seen; whoever stands before it makes it unseen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.covering import covered_share
from edge.core.rules.binding import RuleBinding
from edge.core.scene import Zone
from edge.testing.films import Actor, Film, RegionChange, found, told
from hazard_library.catalogue.rules import SceneState, StaticObject, ZoneNeed
from hazard_library.contract.events import Change
from hazard_library.contract.ids import DeviceId, HazardId, ZoneId

DOOR = Zone(ZoneId("door"), ((0.4, 0.3), (0.6, 0.3), (0.6, 0.7), (0.4, 0.7)))
TIMES = {
    "zone": ZoneNeed.NAMED,
    "lasting": timedelta(seconds=20),
    "max_gap": timedelta(seconds=10),
    "cooldown": timedelta(seconds=30),
}
STATE = RuleBinding(HazardId("TEST-01"), SceneState.model_validate(TIMES), DOOR)
THING = RuleBinding(
    HazardId("TEST-02"), StaticObject.model_validate({"min_overlap": 0.3, **TIMES}), DOOR
)
FILM = Film(120, width=1000, height=500, regions=(DOOR.id,))
#: Pixels of the region in a picture of 1000 x 500, and of somebody who stands in front of it.
BEFORE_IT = (380.0, 100.0, 620.0, 500.0)


def kinds(binding: RuleBinding, film: Film) -> list[Change]:
    core = CameraCore(CoreSpec(DeviceId("box-1"), film.camera, (binding,)))
    return [one.change for one in told(core, film, ends=True)]


def changed(*spans: tuple[float, float], share: float = 0.5) -> Film:
    return replace(
        FILM, changes=tuple(RegionChange(DOOR.id, span, changed=share) for span in spans)
    )


def test_a_box_covers_its_share_of_the_region() -> None:
    square = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    assert covered_share(square, [], 100, 100) == 0.0
    assert covered_share(square, [(0, 0, 100, 100)], 100, 100) == 1.0
    half = covered_share(square, [(0, 0, 50, 46)], 100, 100)
    assert half == pytest.approx(0.5, abs=0.05)
    assert covered_share(square, [(60, 0, 100, 100)], 100, 100) == 0.0


def test_two_boxes_over_one_place_cover_it_once() -> None:
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    one = covered_share(square, [(0, 0, 40, 100)], 100, 100)
    assert covered_share(square, [(0, 0, 40, 100)] * 2, 100, 100) == one


def test_a_region_that_stays_changed_is_one_incident_that_ends_when_it_is_as_before() -> None:
    changes = kinds(STATE, changed((10, 60)))
    assert changes == [Change.OPENED, Change.UPDATED, Change.CLOSED]


def test_what_was_measured_is_told_beside_what_is_required() -> None:
    complete = [one for one in found(STATE, changed((10, 60))) if one and one.complete]
    first = complete[0]
    assert first.measured["difference"] == 2.0
    assert first.required["difference"] == 1.0
    assert first.measured["held_s"] >= first.required["held_s"] == 20.0
    assert first.measured["covered_share"] == 0.0
    assert first.score == pytest.approx(2 / 3, abs=1e-4)


def test_somebody_before_the_region_makes_it_unseen_and_never_abnormal() -> None:
    film = changed((10, 100)).with_person("p", BEFORE_IT, during=(8, 102))
    assert not any(found(STATE, film))


def test_somebody_elsewhere_changes_nothing() -> None:
    film = changed((10, 60)).with_person("p", (0.0, 100.0, 100.0, 480.0))
    assert kinds(STATE, film).count(Change.OPENED) == 1


def test_people_who_pass_do_not_begin_it_anew() -> None:
    film = changed((10, 60))
    passing = film
    for number, at in enumerate((15, 22, 29)):
        passing = passing.with_person(f"p{number}", BEFORE_IT, during=(at, at + 3))
    done = [bool(one and one.complete) for one in found(STATE, passing)]
    assert any(done)


def test_after_somebody_stood_there_too_long_the_window_begins_anew() -> None:
    film = changed((10, 120)).with_person("p", BEFORE_IT, during=(20, 45))
    looks = zip(film.looks(), found(STATE, film), strict=True)
    first = next(at_s for (at_s, _), one in looks if one and one.complete)
    assert first >= 45 + 20


def test_an_open_incident_does_not_end_behind_somebody() -> None:
    """Normal again only behind the person, and the cool-down is shorter than they stand there."""
    film = replace(changed((10, 50)), lasting_s=300)
    film = film.with_person("p", BEFORE_IT, during=(45, 200))
    core = CameraCore(CoreSpec(DeviceId("box-1"), film.camera, (STATE,)))
    closed = [one for one in told(core, film) if one.change is Change.CLOSED]
    (scene_end,) = [one.incident.last_held.mono for one in closed]
    assert scene_end < 60
    assert kinds(STATE, replace(film, lasting_s=190))[-2:] == [Change.UPDATED, Change.CLOSED]


def test_a_look_that_is_late_leaves_the_region_unseen() -> None:
    film = replace(changed((0, 120)), compared_every_s=15.0)
    assert not any(one and one.complete for one in found(STATE, film))


def test_a_thing_that_stays_is_found_and_a_forklift_is_a_thing() -> None:
    film = changed((10, 60))
    assert kinds(THING, film).count(Change.OPENED) == 1
    parked = film.with_actor(Actor("f", "forklift", BEFORE_IT, (10, 60)))
    assert kinds(THING, parked).count(Change.OPENED) == 1
    assert kinds(STATE, parked) == []


def test_a_queue_of_people_is_no_thing() -> None:
    film = changed((10, 100)).with_person("p", BEFORE_IT, during=(9, 101))
    assert kinds(THING, film) == []


def test_a_thing_that_covers_less_than_the_share_is_none() -> None:
    assert kinds(THING, changed((10, 60), share=0.2)) == []


def test_without_a_region_nothing_is_found() -> None:
    bare = replace(STATE, zone=None)
    assert not any(found(bare, changed((10, 60))))
