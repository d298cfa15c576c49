from datetime import UTC, datetime, timedelta

import pytest

from edge.config import CameraConfig
from edge.core.schedule import Calendar, Day, Schedule, Shift
from edge.runtime.bindings import SwitchedOn, switch_on
from hazard_library.catalogue.hazard import Maturity
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.catalogue.rules import Absence, Count, Direction, Proximity, Speed

ALL = frozenset({"person", "helmet", "no_helmet", "fire", "smoke"})
PIT = {"id": "pit", "points": [[0, 0], [1, 0], [1, 1]]}
LINE = {"id": "belt", "points": [[0, 0.5], [1, 0.5]]}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def _on(catalogue: Catalogue, labels: frozenset[str] = ALL, **settings: object) -> SwitchedOn:
    camera = {"id": "gate", "source": {"kind": "file", "path": "a.mp4"}} | settings
    return switch_on(CameraConfig.model_validate(camera), catalogue, labels)


def _places(on: SwitchedOn) -> set[tuple[str, str | None]]:
    return {(binding.hazard, binding.zone_id) for binding in on.bindings}


def test_a_listed_hazard_works_on_each_zone_named_for_it(catalogue: Catalogue) -> None:
    on = _on(
        catalogue,
        zones=[PIT, PIT | {"id": "yard"}],
        hazards=[{"id": "ZONE-01", "zones": ["pit", "yard"]}],
    )
    assert _places(on) == {("ZONE-01", "pit"), ("ZONE-01", "yard")}
    assert on.notes == ()


def test_under_all_with_model_every_hazard_it_can_see_is_on_and_the_rest_is_told(
    catalogue: Catalogue,
) -> None:
    on = _on(catalogue, all_with_model=True, whole_picture=True)
    assert ("ZONE-01", None) in _places(on)
    assert ("FIRE-01", None) in _places(on)
    assert "ZONE-07" not in {hazard for hazard, _ in _places(on)}
    assert any(note.startswith("ZONE-07 stays off: it means nothing until") for note in on.notes)
    assert any(note.startswith("ZONE-01 works on the whole picture") for note in on.notes)
    assert ("CAM-01", None) in _places(on)


def test_a_camera_that_pans_is_not_watched_for_having_moved(catalogue: Catalogue) -> None:
    on = _on(catalogue, frozenset(), all_with_model=True, unwatched=["moved"])
    states = {hazard for hazard, _ in _places(on)}
    assert states == {"CAM-01", "CAM-03", "CAM-04", "CAM-05", "CAM-07"}
    assert "CAM-02 stays off: moved is unwatched at this camera" in on.notes


def test_a_drawn_line_switches_crossing_on_under_all_with_model(catalogue: Catalogue) -> None:
    on = _on(catalogue, all_with_model=True, whole_picture=True, zones=[LINE, PIT])
    assert ("ZONE-07", "belt") in _places(on)
    assert ("ZONE-01", "pit") in _places(on)
    assert ("ZONE-01", "belt") not in _places(on)


def test_what_the_model_does_not_see_stays_off_and_is_told(catalogue: Catalogue) -> None:
    on = _on(catalogue, frozenset({"person"}), all_with_model=True, whole_picture=True)
    assert not {"FIRE-01", "PPE-01"} & {hazard for hazard, _ in _places(on)}
    assert "FIRE-01 stays off: no model that runs sees fire" in on.notes


def test_a_zone_with_a_purpose_is_never_guessed(catalogue: Catalogue) -> None:
    sees = frozenset({"person", "vehicle", "fallen", "forklift"})
    on = _on(catalogue, sees, all_with_model=True, whole_picture=True, zones=[PIT, LINE])
    assert "FIRE-07" not in {hazard for hazard, _ in _places(on)}
    assert "FIRE-07 stays off: it works only in a zone that is named for it" in on.notes
    named = _on(catalogue, sees, zones=[PIT], hazards=[{"id": "FIRE-07", "zones": ["pit"]}])
    assert _places(named) == {("FIRE-07", "pit")}


def test_drafts_are_never_on_by_accident_and_only_counted(catalogue: Catalogue) -> None:
    everything = frozenset(catalogue.labels)
    on = _on(catalogue, everything, all_with_model=True, whole_picture=True, zones=[PIT, LINE])
    drafts = {h.id for h in catalogue.hazards.values() if h.maturity is Maturity.DRAFT}
    assert drafts.isdisjoint(hazard for hazard, _ in _places(on))
    assert f"{len(drafts)} drafts of the catalogue stay off" in on.notes


def test_a_site_narrows_how_long_and_how_certain(catalogue: Catalogue) -> None:
    on = _on(
        catalogue,
        zones=[PIT],
        hazards=[{"id": "ZONE-01", "zones": ["pit"], "for": "30s", "min_score": 0.6}],
    )
    (binding,) = on.bindings
    assert binding.rule.lasting == timedelta(seconds=30)
    assert binding.rule.min_score == 0.6


def test_a_site_says_how_many_people_are_approved_for_a_place(catalogue: Catalogue) -> None:
    on = _on(catalogue, zones=[PIT], hazards=[{"id": "ZONE-03", "zones": ["pit"], "maximum": 3}])
    (binding,) = on.bindings
    assert isinstance(binding.rule, Count)
    assert binding.rule.maximum == 3


MOVING = frozenset({"person", "vehicle", "forklift"})
LANE = {"id": "lane", "points": [[0, 0.2], [1, 0.2], [1, 1]], "arrow": [[0, 0.5], [1, 0.5]]}
CORNERS = [
    {"picture": [0.1, 0.9], "ground": [0, 0]},
    {"picture": [0.9, 0.9], "ground": [6, 0]},
    {"picture": [0.7, 0.5], "ground": [6, 12]},
    {"picture": [0.3, 0.5], "ground": [0, 12]},
]


def test_a_calibrated_camera_measures_in_metres(catalogue: Catalogue) -> None:
    on = _on(catalogue, MOVING, calibration=CORNERS, hazards=[{"id": "VEH-01"}])
    (binding,) = on.bindings
    assert binding.ground is not None
    assert binding.ground.place((0.1, 0.9)) == pytest.approx((0, 0), abs=1e-6)
    assert not any("bodies" in note for note in on.notes)


def test_a_camera_without_a_calibration_says_that_bodies_are_its_measure(
    catalogue: Catalogue,
) -> None:
    on = _on(catalogue, MOVING, all_with_model=True, zones=[LANE])
    (near,) = (one for one in on.bindings if one.hazard == "VEH-01")
    assert near.ground is None
    assert any(note.startswith("VEH-01 takes bodies of 1.7 m") for note in on.notes)
    assert "VEH-02 stays off: it measures in metres, and the camera has no calibration" in on.notes


def test_a_lane_brings_its_arrow_and_levels_are_looked_at_together(catalogue: Catalogue) -> None:
    on = _on(
        catalogue,
        MOVING,
        zones=[LANE, PIT],
        hazards=[{"id": "BEH-05", "zones": ["lane"]}, {"id": "MINE-02", "zones": ["lane", "pit"]}],
    )
    lane, levels = on.bindings
    assert lane.zone is not None
    assert lane.zone.arrow == ((0, 0.5), (1, 0.5))
    assert [zone.id for zone in levels.together] == ["lane", "pit"]
    assert levels.zone_id == "lane"


def test_a_site_narrows_what_is_measured(catalogue: Catalogue) -> None:
    on = _on(
        catalogue,
        MOVING,
        zones=[LANE],
        calibration=CORNERS,
        hazards=[
            {"id": "VEH-01", "distance_m": 1.5},
            {"id": "VEH-02", "zones": ["lane"], "limit_m_s": 4.2},
            {"id": "VEH-03", "zones": ["lane"], "within_m": 15},
            {"id": "BEH-05", "zones": ["lane"], "distance_m": 8},
        ],
    )
    near, fast, company, against = (one.rule for one in on.bindings)
    assert isinstance(near, Proximity)
    assert near.distance_m == 1.5
    assert isinstance(fast, Speed)
    assert fast.limit_m_s == 4.2
    assert isinstance(company, Absence)
    assert company.within_m == 15
    assert isinstance(against, Direction)
    assert against.distance_m == 8


def test_a_hazard_of_the_clock_is_on_by_the_hours_named_for_it(catalogue: Catalogue) -> None:
    night = Schedule(Calendar(UTC), (Shift(frozenset({Day.EVERY}), 22 * 60, 5 * 60),))
    listed = {"id": "BEH-06", "zones": ["pit"], "when": {"during": ["night"]}}
    camera = {"id": "gate", "source": {"kind": "file", "path": "a.mp4"}}
    camera |= {"zones": [PIT], "hazards": [listed]}
    on = switch_on(CameraConfig.model_validate(camera), catalogue, ALL, schedules={"night": night})
    (binding,) = on.bindings
    assert binding.is_on(datetime(2026, 3, 2, 23, 0, tzinfo=UTC))
    assert not binding.is_on(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


def test_a_hazard_of_the_clock_is_never_on_by_itself(catalogue: Catalogue) -> None:
    on = _on(catalogue, all_with_model=True, whole_picture=True, zones=[PIT])
    assert "BEH-06 stays off: it is on by the clock only, and no hours are set for it" in on.notes
