"""What a work permit excuses: its hazards, its times, its place, and nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.incidents import IncidentChange
from edge.core.permits import Excused, Permit
from edge.core.rules.binding import RuleBinding
from edge.core.scene import PixelBox, Zone
from edge.testing.films import BEGIN, Actor, Film, told
from hazard_library.catalogue.rules import Presence
from hazard_library.contract.events import Change
from hazard_library.contract.ids import DeviceId, HazardId, ZoneId

FIRE = HazardId("FIRE-01")
LEFT = Zone(ZoneId("left"), ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
LINE = Zone(ZoneId("line"), ((0.5, 0.0), (0.5, 1.0)))
IN_LEFT: PixelBox = (100.0, 200.0, 200.0, 300.0)
IN_RIGHT: PixelBox = (500.0, 200.0, 600.0, 300.0)
RULE = Presence.model_validate(
    {"subject": "fire", "zone": "optional", "for": "3s", "cooldown": "10s"}
)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def permit(begins: float = 0, ends: float = 1000, *zones: Zone, hazard: HazardId = FIRE) -> Permit:
    return Permit("DH-001", frozenset({hazard}), at(begins), at(ends), zones)


def burning(lasting_s: float, *boxes: PixelBox) -> Film:
    film = Film(lasting_s)
    for number, box in enumerate(boxes):
        film = film.with_actor(Actor(f"f{number}", "fire", box))
    return film


def watched(
    film: Film, *permits: Permit, zone: Zone | None = None
) -> tuple[list[IncidentChange], list[Excused]]:
    """Return what is told, and what is excused."""
    binding = RuleBinding(FIRE, RULE, zone)
    core = CameraCore(CoreSpec(DeviceId("box-1"), film.camera, (binding,)))
    changes: list[IncidentChange] = []
    excused: list[Excused] = []
    for detections, blind in film.detections():
        changes += core.step(detections, blind, permits=permits)
        excused += core.excused
    return changes, excused


def test_under_a_permit_nothing_is_raised_and_that_is_told_once() -> None:
    changes, (one,) = watched(burning(13, IN_LEFT), permit())
    assert changes == []
    assert (one.permit, one.hazard, one.zone) == ("DH-001", FIRE, None)
    assert one.at.mono == pytest.approx(3.0)
    assert one.finding.complete
    assert len(watched(burning(60, IN_LEFT), permit())[1]) == 1


def test_another_hazards_permit_excuses_nothing() -> None:
    changes, excused = watched(burning(10, IN_LEFT), permit(hazard=HazardId("FIRE-02")))
    assert [one.change for one in changes] == [Change.OPENED]
    assert excused == []


def test_where_nothing_burns_nothing_is_excused() -> None:
    assert watched(Film(30), permit()) == ([], [])


def test_when_the_permit_ends_the_rule_begins_anew() -> None:
    changes, _ = watched(burning(40, IN_LEFT), permit(0, 20))
    assert [one.change for one in changes] == [Change.OPENED]
    assert changes[0].incident.started.mono == pytest.approx(20.0)
    assert changes[0].incident.opened.mono == pytest.approx(23.0)


def test_what_burned_before_the_permit_began_was_no_hot_work() -> None:
    changes, excused = watched(burning(60, IN_LEFT), permit(10, 1000))
    assert [one.change for one in changes] == [Change.OPENED, Change.CLOSED]
    assert changes[-1].incident.last_held.mono == pytest.approx(9.8)
    assert len(excused) == 1


def test_a_permit_for_a_zone_excuses_only_what_stands_in_it() -> None:
    assert watched(burning(30, IN_LEFT), permit(0, 1000, LEFT))[0] == []
    elsewhere, excused = watched(burning(30, IN_RIGHT), permit(0, 1000, LEFT))
    assert [one.change for one in elsewhere] == [Change.OPENED]
    assert excused == []


def test_a_fire_that_spreads_out_of_the_permitted_zone_is_raised() -> None:
    film = burning(30, IN_LEFT)
    film = film.with_actor(Actor("spread", "fire", IN_RIGHT, during=(10, 30)))
    (opened,), excused = watched(film, permit(0, 1000, LEFT))
    assert opened.incident.started.mono == pytest.approx(10.0)
    assert opened.finding is not None
    assert [track.box for track in opened.finding.subjects] == [IN_RIGHT]
    assert len(excused) == 1


def test_a_hazard_of_the_permitted_zone_is_excused_in_it() -> None:
    assert watched(burning(30, IN_LEFT), permit(0, 1000, LEFT), zone=LEFT)[0] == []


def test_a_permit_for_a_line_excuses_nobody_elsewhere() -> None:
    changes, _ = watched(burning(30, IN_LEFT, IN_RIGHT), permit(0, 1000, LINE))
    assert [one.change for one in changes] == [Change.OPENED]


def test_what_comes_back_after_the_cool_down_is_told_again() -> None:
    film = Film(60).with_actor(Actor("a", "fire", IN_LEFT, during=(0, 10)))
    film = film.with_actor(Actor("b", "fire", IN_LEFT, during=(14, 24)))
    film = film.with_actor(Actor("c", "fire", IN_LEFT, during=(40, 60)))
    changes, excused = watched(film, permit())
    assert changes == []
    assert [round(one.at.mono) for one in excused] == [3, 43]


def test_a_permit_goes_by_the_clock_that_names_moments() -> None:
    """The box's clock was an hour slow; once it is set, the permit is over."""
    film = replace(burning(40, IN_LEFT), clock_steps=((20.0, 3600.0),))
    changes, _ = watched(film, permit(0, 1000))
    assert [one.change for one in changes] == [Change.OPENED]
    assert changes[0].incident.opened.mono == pytest.approx(23.0)


def test_a_core_that_is_handed_no_permits_excuses_nothing() -> None:
    core = CameraCore(CoreSpec(DeviceId("box-1"), Film(1).camera, (RuleBinding(FIRE, RULE),)))
    assert [one.change for one in told(core, burning(10, IN_LEFT))] == [Change.OPENED]
    assert core.excused == ()
