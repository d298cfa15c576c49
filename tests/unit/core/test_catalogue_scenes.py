"""Every hazard that may be switched on: its scenes, played to the rules that judge at the edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge.core.calibration import Measured, calibrated
from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.permits import Permit
from edge.core.rules.binding import RuleBinding
from edge.core.scene import Point, Zone
from edge.core.schedule import Calendar, Day, Hours, Schedule, Shift
from edge.testing.films import BEGIN, Actor, Film, RegionChange, told
from hazard_library.catalogue.hazard import Hazard, Maturity
from hazard_library.catalogue.load import HOME, read_shelf
from hazard_library.catalogue.scene import HazardScene, SceneFilm
from hazard_library.contract.events import Change
from hazard_library.contract.ids import DeviceId, HazardId, ZoneId

SHELF = read_shelf(HOME)
SCENES = {hazard: scene for hazard, (scene, _) in SHELF.scenes.items()}


def played(scene: HazardScene, film: SceneFilm) -> list[Change]:
    """Return what the edge's core tells of one film of a scene."""
    hazard = SHELF.hazards[HazardId(scene.hazard)][0]
    zone = Zone(ZoneId("drawn"), scene.zone, scene.arrow) if scene.zone else None
    further = [Zone(ZoneId(f"drawn {n}"), z) for n, z in enumerate(scene.further_zones)]
    together = (zone, *further) if zone is not None and further else ()
    ground = calibrated([Measured(*point) for point in _measured(scene)]) if scene.ground else None
    begin = BEGIN.replace(hour=film.at // 60, minute=film.at % 60)
    there = Film(film.lasting.total_seconds(), film.look_every.total_seconds(), begin=begin)
    wide, high = there.width, there.height
    states = tuple((_span(one.begins, one.ends), one.condition) for one in film.states)
    there = replace(there, states=states)
    for place, shown in enumerate(film.shows):
        left, top, right, bottom = shown.box
        begins = shown.begins.total_seconds()
        aside, down = shown.moving[0] * wide, shown.moving[1] * high
        ends = float("inf") if shown.ends is None else shown.ends.total_seconds()
        # A box of a scene is where it begins; an actor's box is where it would be at 0 s.
        box = (
            left * wide - aside * begins,
            top * high - down * begins,
            right * wide - aside * begins,
            bottom * high - down * begins,
        )
        actor = Actor(str(place), shown.label, box, (begins, ends), (aside, down), shown.score)
        there = there.with_actor(actor)
    if zone is not None:
        there = replace(there, regions=(zone.id,), changes=_region_changes(zone.id, film))
    binding = RuleBinding(hazard.id, hazard.rule, zone, together, ground, _hours(scene))
    core = CameraCore(CoreSpec(DeviceId("box-1"), there.camera, (binding,)))
    permits = _permits(hazard, film, begin)
    return [one.change for one in told(core, there, ends=True, permits=permits)]


def _permits(hazard: Hazard, film: SceneFilm, begin: datetime) -> tuple[Permit, ...]:
    """A permit of the film's kind for all that is seen, if it may excuse the hazard at all."""
    if film.permit is None or film.permit not in hazard.excused_by:
        return ()
    ends = begin + film.lasting + timedelta(seconds=1)
    return (Permit("scene", frozenset({hazard.id}), begin, ends),)


def _hours(scene: HazardScene) -> Hours | None:
    if scene.hours is None:
        return None
    shift = Shift(frozenset({Day.EVERY}), *scene.hours)
    return Hours((Schedule(Calendar(UTC), (shift,)),))


def _region_changes(zone: ZoneId, film: SceneFilm) -> tuple[RegionChange, ...]:
    return tuple(
        RegionChange(
            zone,
            _span(one.begins, one.ends),
            one.difference,
            one.changed,
        )
        for one in film.looks
    )


def _span(begins: timedelta, ends: timedelta | None) -> tuple[float, float]:
    return (begins.total_seconds(), float("inf") if ends is None else ends.total_seconds())


def _measured(scene: HazardScene) -> list[tuple[Point, Point]]:
    return [(point.picture, point.ground) for point in scene.ground]


def test_every_hazard_that_may_be_switched_on_has_its_scene() -> None:
    ready = {h.id for h, _ in SHELF.hazards.values() if h.maturity is not Maturity.DRAFT}
    assert ready <= set(SCENES)
    assert len(ready) >= 10


@pytest.mark.parametrize("hazard", sorted(SCENES))
def test_its_scene_raises_it_once(hazard: HazardId) -> None:
    assert played(SCENES[hazard], SCENES[hazard].raises).count(Change.OPENED) == 1


@pytest.mark.parametrize("hazard", sorted(SCENES))
def test_what_looks_like_it_does_not_raise_it(hazard: HazardId) -> None:
    assert played(SCENES[hazard], SCENES[hazard].raises_not) == []
