"""How hours and clips of taught regions are counted."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge.bench.state_clips import scored
from edge.bench.state_hours import CHANGED, HARD, LOOK_EVERY_S, Hour, HourFilm
from edge.bench.states import figures_of
from hazard_library.evaluation.state_material import FilmRegion
from hazard_library.evaluation.state_scenes import MARGIN, Scene

REGION = FilmRegion.model_validate(
    {
        "id": "door",
        "region": (0, 0, 50, 50),
        "thing": (10, 10, 40, 40),
        "taught": (0, 2),
        "normal": ((2, 5),),
        "abnormal": ((6, 9), (20, 25)),
    }
)
HOUR = Hour(
    scene="a",
    film=False,
    hard="shadow",
    change="removed",
    found=True,
    delay_s=120.0,
    false_quiet=0,
    false_hard=0,
)


def drawn(hue: int) -> Scene:
    frame = np.full((84, 74, 3), 120, np.uint8)
    frame[::7] = 90
    cv2.rectangle(frame, (25, 20), (50, 60), (hue, 255 - hue, 40), -1)
    return Scene(str(hue), "drawn", "AGPL-3.0-or-later", (frame,), (23, 18, 52, 62))


def test_an_incident_that_touches_an_abnormal_stretch_is_its_own() -> None:
    found = scored("film.mp4", REGION, [(6.4, 9.6), (12.0, 13.0)], 30.0)
    assert (found.found, found.missed, found.false) == (1, 1, 1)
    assert scored("film.mp4", REGION, [(8.0, 24.0)], 30.0).found == 2
    assert scored("film.mp4", REGION, [], 30.0).missed == 2


def test_precision_counts_every_false_incident_and_recall_every_change() -> None:
    hours = [HOUR, replace(HOUR, false_hard=1, false_quiet=1), replace(HOUR, found=False)]
    told = figures_of(hours, [], "state-features 0.1.0", "ppe")
    composed = told["composed"]
    assert isinstance(composed, dict)
    assert composed["recall"]["value"] == pytest.approx(2 / 3, abs=1e-3)
    assert composed["precision"]["value"] == pytest.approx(2 / 4)
    assert composed["false_incidents_per_region_hour"] == pytest.approx(2 / 3, abs=1e-3)


def hour(hard: str) -> list[tuple[float, np.ndarray, bool]]:
    film = HourFilm(drawn(30), [drawn(200)], hard, "removed", np.random.default_rng(3))  # type: ignore[arg-type]
    film.lesson()
    return list(film.looks())


def test_an_hour_repeats_by_its_seed() -> None:
    for one, other in zip(hour("dusk"), hour("dusk"), strict=True):
        assert one[0] == other[0]
        assert np.array_equal(one[1], other[1])
        assert one[2] == other[2]


def test_an_hour_shows_its_hard_part_and_its_change_and_people() -> None:
    looks = {at_s: (region, seen) for at_s, region, seen in hour("dusk")}
    assert len(looks) == 3600 / LOOK_EVERY_S
    middle = {name: np.mean(spans) for name, spans in (("hard", HARD), ("changed", CHANGED))}
    shape = looks[0.0][0].shape
    assert shape == (84 - 2 * MARGIN, 74 - 2 * MARGIN, 3)
    bright = [one.mean() for at_s, (one, _) in looks.items() if at_s < HARD[0]]
    assert looks[middle["hard"]][0].mean() < 0.75 * np.median(bright)
    assert 5 < sum(seen for _, seen in looks.values()) < 120
