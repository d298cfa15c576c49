"""One incident per camera, hazard and zone, however long it lasts and whatever happens to it."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.incidents import Incident, IncidentChange
from edge.core.rules.binding import RuleBinding
from edge.core.scene import Zone
from edge.errors import ConfigError
from edge.testing.films import BEGIN, Actor, Film, Span, told
from hazard_library.catalogue.rules import Dwell, Presence
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, DeviceId, HazardId, ZoneId, incident_id

DEVICE = DeviceId("box-1")
ZONE = Zone(ZoneId("yard"), ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
INTRUSION = HazardId("ZONE-01")
BOX = (300.0, 200.0, 360.0, 360.0)
PRESENCE = Presence.model_validate(
    {"subject": "person", "zone": "optional", "for": "3s", "cooldown": "30s"}
)
RULE = RuleBinding(INTRUSION, PRESENCE, ZONE)
FIRE = RuleBinding(HazardId("FIRE-01"), PRESENCE.model_copy(update={"subject": "fire"}))


def core(*bindings: RuleBinding) -> CameraCore:
    return CameraCore(CoreSpec(DEVICE, Film(1).camera, bindings or (RULE,)))


def kinds(changes: list[IncidentChange]) -> list[str]:
    return [str(change.change) for change in changes]


def person(*during: Span) -> tuple[Actor, ...]:
    return tuple(Actor(f"p{n}", "person", BOX, span) for n, span in enumerate(during))


def test_an_incident_opens_when_the_rule_completes_and_starts_when_it_first_held() -> None:
    (opened,) = told(core(), Film(12, actors=person((5, 99))))
    assert opened.change is Change.OPENED
    incident = opened.incident
    assert (incident.started.mono, incident.opened.mono) == pytest.approx((5.0, 8.0))
    assert (incident.seq, incident.score) == (1, 0.9)
    expected = incident_id(DEVICE, incident.camera, INTRUSION, ZONE.id, incident.opened.utc)
    assert incident.id == expected
    assert opened.scene is not None
    assert opened.finding is not None
    assert opened.scene.at == incident.opened


def test_it_closes_when_absent_for_the_cooldown_and_ends_when_it_last_held() -> None:
    changes = told(core(), Film(60, actors=person((0, 10))))
    assert kinds(changes) == ["opened", "closed"]
    closed = changes[-1].incident
    assert closed.last_held.mono == pytest.approx(9.8)
    assert closed.last_held.utc - closed.started.utc == timedelta(seconds=9.8)
    assert closed.seq == 2


def test_it_is_not_closed_before_the_cooldown_is_over() -> None:
    film = Film(39.7, actors=person((0, 10)))
    assert kinds(told(core(), film)) == ["opened"]
    assert kinds(told(core(), replace(film, lasting_s=40.1))) == ["opened", "closed"]


def test_coming_back_within_the_cooldown_extends_it() -> None:
    changes = told(core(), Film(100, actors=person((0, 10), (35, 50))))
    assert kinds(changes) == ["opened", "updated", "closed"]
    assert changes[-1].incident.last_held.mono == pytest.approx(49.8)


def test_coming_back_after_the_cooldown_is_another_incident() -> None:
    changes = told(core(), Film(110, actors=person((0, 10), (45, 60))))
    assert kinds(changes) == ["opened", "closed", "opened", "closed"]
    assert len({change.incident.id for change in changes}) == 2


def test_coming_back_just_before_the_cooldown_ends_is_in_time_to_complete_again() -> None:
    changes = told(core(), Film(60, actors=person((0, 10), (39, 60))))
    assert "closed" not in kinds(changes)


def test_a_short_return_neither_extends_an_incident_nor_keeps_it_open() -> None:
    changes = told(core(), Film(60, actors=person((0, 10), (20, 21), (30, 31))))
    assert kinds(changes) == ["opened", "closed"]
    assert changes[-1].incident.last_held.mono == pytest.approx(9.8)


def test_while_it_is_open_the_server_hears_of_it_at_least_every_minute() -> None:
    film = Film(400, every_s=1.0, actors=person((0, 300)))
    moments = [0.0]
    camera = core()
    for detections, _ in film.detections():
        if camera.step(detections):
            moments.append(detections.at.mono)
    gaps = [later - earlier for earlier, later in pairwise(moments[1:])]
    assert max(gaps) <= 60
    assert len(moments) < 10, "but not much more often"


def test_an_update_tells_what_was_seen_last_even_if_nothing_is_there_now() -> None:
    changes = told(core(), Film(60, actors=person((0, 30))))
    updated = changes[1]
    assert updated.change is Change.UPDATED
    assert updated.scene is not None
    assert updated.finding is not None
    assert updated.finding.subjects
    assert updated.scene.at.mono == pytest.approx(29.8)
    assert updated.incident.seq == 2


def test_the_end_of_a_file_closes_quietly_what_is_open() -> None:
    changes = told(core(), Film(20, actors=person((0, 15))), ends=True)
    assert kinds(changes) == ["opened", "closed"]
    assert changes[-1].incident.last_held.mono == pytest.approx(14.8)


def test_the_end_of_a_file_opens_nothing_that_was_not_complete() -> None:
    assert told(core(), Film(20, actors=person((18, 20))), ends=True) == []


def test_hazards_and_zones_have_incidents_of_their_own() -> None:
    other = replace(RULE, zone=None)
    film = Film(60, actors=(*person((0, 10)), Actor("f", "fire", BOX, (5, 10))))
    changes = told(core(RULE, other, FIRE), film)
    assert kinds(changes) == ["opened"] * 3 + ["closed"] * 3
    assert len({change.incident.id for change in changes}) == 3


def test_a_hazard_bound_twice_to_a_zone_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"camera gate.*ZONE-01.*zone yard"):
        core(RULE, RULE)


def test_the_same_film_gives_the_same_changes() -> None:
    film = Film(200, actors=person((0, 10), (30, 90), (150, 160)), cuts=((40, 44),))
    assert told(core(), film, ends=True) == told(core(), film, ends=True)


def test_ten_minutes_with_id_switches_and_occlusions_are_one_incident() -> None:
    """Lesson 23: one standing fault makes one lead."""
    elsewhere = (320.0, 210.0, 380.0, 372.0)
    jumps = (60.0, 170.0, 280.0, 390.0, 500.0)
    occluded = ((100.0, 108.0), (310.0, 325.0), (450.0, 453.0))
    spans = list(zip((0.0, *jumps), (*jumps, 600.0), strict=True))
    actors = tuple(
        Actor(f"p{n}", "person", BOX if n % 2 else elsewhere, (start, end), hidden=occluded)
        for n, (start, end) in enumerate(spans)
    )
    dwelling = Dwell.model_validate(
        {"subject": "person", "zone": "optional", "for": "20s", "cooldown": "30s"}
    )
    camera = core(RULE, RuleBinding(HazardId("MINE-01"), dwelling))
    changes = told(camera, Film(600, actors=actors), ends=True)
    assert kinds(changes).count("opened") == 2, "one for each of the two hazards"
    assert kinds(changes).count("closed") == 2
    assert {change.incident.hazard for change in changes} == {INTRUSION, "MINE-01"}
    assert all(change.incident.last_held.mono > 599 for change in changes[-2:])


# the clock


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0, -56 * 365 * 86400.0])
def test_a_step_of_the_clock_moves_no_duration_and_keeps_times_in_order(step_s: float) -> None:
    film = Film(60, actors=person((0, 20)), clock_steps=((1.5, step_s), (10.0, -step_s)))
    changes = told(core(), film)
    assert kinds(changes) == ["opened", "closed"]
    incident = changes[-1].incident
    assert incident.started.utc < incident.opened.utc < incident.last_held.utc
    assert incident.opened.utc - incident.started.utc == timedelta(seconds=3)
    assert incident.last_held.utc - incident.opened.utc == timedelta(seconds=16.8)
    assert incident.last_held.uncertainty_s == pytest.approx(abs(step_s), abs=0.01)


# not seeing


def test_a_covered_camera_finds_nothing_and_its_incident_waits() -> None:
    film = Film(300, actors=person((0, 10)), blind=((12, 250),))
    changes = told(core(), film)
    assert "closed" not in kinds(changes[:-1])
    assert kinds(changes)[-1] == "closed"
    assert changes[-1].incident.last_held.mono == pytest.approx(9.8)


def test_what_is_detected_in_a_frozen_picture_is_not_followed() -> None:
    camera = core()
    (detections, _), *_ = Film(1, actors=person((0, 1))).detections()
    camera.step(detections, "frozen")
    assert camera.scene is not None
    assert (camera.scene.tracks, camera.scene.blind) == ((), "frozen")


def test_time_without_looks_is_no_absence() -> None:
    film = Film(120, actors=person((0, 10), (100, 120)), cuts=((11, 100),))
    assert "closed" not in kinds(told(core(), film))


def test_an_incident_nobody_can_see_any_more_does_not_stay_open_for_ever() -> None:
    film = Film(800, every_s=1.0, actors=person((0, 10), (700, 800)), blind=((10, 690),))
    changes = [change for change in told(core(), film) if change.change is not Change.UPDATED]
    assert kinds(changes) == ["opened", "closed", "opened"]
    assert changes[1].incident.last_held.mono == pytest.approx(9)


def test_pictures_that_stop_coming_let_time_pass() -> None:
    camera = core()
    film = Film(20, actors=person((0, 20)))
    assert kinds(told(camera, film)) == ["opened"]
    later = [moment for at_s, moment in Film(700, every_s=1.0).looks() if at_s >= 20]
    changes = [change for at in later for change in camera.unseen(at, "offline")]
    assert kinds(changes)[-1] == "closed"
    assert kinds(changes).count("updated") >= 9
    assert camera.open_incidents == ()


def test_pictures_that_never_came_are_nothing() -> None:
    (_, at), *_ = Film(1).looks()
    assert core().unseen(at, "offline") == ()


# restarts


def restarted(film: Film, incidents: tuple[Incident, ...]) -> tuple[CameraCore, list[str]]:
    camera = core()
    camera.restore(incidents)
    return camera, kinds(told(camera, film))


def test_twenty_restarts_in_a_steady_scene_open_no_new_incident() -> None:
    """Lesson 19. After each start the box's monotonic clock has another origin."""
    everything = Film(30, actors=person((0, 999)))
    camera = core()
    assert kinds(told(camera, everything)) == ["opened"]
    (first,) = camera.open_incidents
    for number in range(1, 21):
        begin = everything.begin + timedelta(seconds=45 * number)
        film = replace(everything, begin=begin, mono_begin=1000.0 * (number % 3))
        camera, changes = restarted(film, camera.open_incidents)
        # That it goes on is told, so that the store knows it as well.
        assert changes == ["updated"]
    (last,) = camera.open_incidents
    assert (last.id, last.seq, last.opened.utc) == (first.id, 21, first.opened.utc)
    assert last.last_held.utc == everything.begin + timedelta(seconds=45 * 20 + 29.8)
    assert last.last_held.mono - last.started.mono == pytest.approx(
        (last.last_held.utc - last.started.utc).total_seconds()
    )


def test_a_restored_incident_closes_when_its_condition_is_gone() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    later = replace(Film(60), begin=Film(1).begin + timedelta(seconds=20), mono_begin=5.0)
    incidents = camera.open_incidents
    _, changes = restarted(later, incidents)
    assert changes == ["closed"]
    _, changes = restarted(replace(later, lasting_s=29), incidents)
    assert changes == []


def test_after_a_long_time_off_the_old_incident_ends_and_a_new_one_begins() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    next_day = replace(
        Film(10, actors=person((0, 10))), begin=Film(1).begin + timedelta(days=1), mono_begin=3.0
    )
    _, changes = restarted(next_day, camera.open_incidents)
    assert changes == ["closed", "opened"]


def test_a_clock_that_was_put_back_during_the_restart_harms_nothing() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    back = replace(
        Film(60, actors=person((0, 20))), begin=Film(1).begin - timedelta(hours=1), mono_begin=7.0
    )
    fresh = core()
    fresh.restore(camera.open_incidents)
    changes = told(fresh, back)
    assert kinds(changes) == ["updated", "closed"]
    incident = changes[-1].incident
    assert incident.started.utc < incident.opened.utc < incident.last_held.utc
    assert incident.started.mono < incident.opened.mono < incident.last_held.mono


def test_incidents_of_other_cameras_are_left_alone() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    (incident,) = camera.open_incidents
    stranger = replace(incident, camera=CameraId("yard"))
    fresh = core()
    fresh.restore((stranger,))
    assert fresh.open_incidents == ()


def test_of_two_restored_for_one_place_the_newer_one_goes_on() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    (newer,) = camera.open_incidents
    earlier = replace(newer.last_held, utc=newer.last_held.utc - timedelta(seconds=4))
    older = replace(newer, id=incident_id(DEVICE, newer.camera, INTRUSION, None, BEGIN))
    older = replace(older, last_held=earlier)
    for stored in ((newer, older), (older, newer)):
        fresh = core()
        fresh.restore(stored)
        (closed,) = told(fresh, replace(Film(1), begin=BEGIN + timedelta(seconds=12)))
        assert (closed.change, closed.incident.id) == (Change.CLOSED, older.id)
        assert [incident.id for incident in fresh.open_incidents] == [newer.id]


def test_a_restored_incident_closes_though_its_camera_never_comes_back() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    fresh = core()
    fresh.restore(camera.open_incidents)
    later = replace(Film(700, every_s=1.0), begin=BEGIN + timedelta(seconds=12))
    changes = [change for _, at in later.looks() for change in fresh.unseen(at, "offline")]
    assert kinds(changes)[-1] == "closed"
    assert fresh.open_incidents == ()


def test_an_incident_whose_rule_was_switched_off_closes_at_the_first_look() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    fire_only = core(FIRE)
    fire_only.restore(camera.open_incidents)
    assert kinds(told(fire_only, Film(1))) == ["closed"]


def test_a_file_that_ends_before_the_first_look_closes_what_was_restored() -> None:
    camera = core()
    told(camera, Film(10, actors=person((0, 10))))
    (incident,) = camera.open_incidents
    fresh = core()
    fresh.restore(camera.open_incidents)
    (closed,) = fresh.finish()
    assert (closed.incident.id, closed.incident.seq, closed.finding) == (incident.id, 2, None)


# whatever happens

SPANS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 60)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=5,
)


@settings(max_examples=60)
@given(SPANS, SPANS, SPANS)
def test_changes_of_an_incident_always_tell_one_story(
    there: list[Span], blind: list[Span], cuts: list[Span]
) -> None:
    film = Film(300, 0.5, actors=person(*there), blind=tuple(blind), cuts=tuple(cuts))
    changes = told(core(), film, ends=True)
    stories: dict[object, list[IncidentChange]] = {}
    for change in changes:
        stories.setdefault(change.incident.id, []).append(change)
    ends_before = -1.0
    for story in stories.values():
        assert kinds(story)[0] == "opened"
        assert kinds(story)[-1] == "closed"
        assert set(kinds(story)[1:-1]) <= {"updated"}
        assert [change.incident.seq for change in story] == list(range(1, len(story) + 1))
        last = story[-1].incident
        assert ends_before < last.started.mono <= last.opened.mono <= last.last_held.mono
        ends_before = last.last_held.mono
