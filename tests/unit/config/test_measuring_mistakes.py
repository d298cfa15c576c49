"""Calibrations, lanes and limits in a configuration: every mistake with its remedy."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.config import load_site
from edge.errors import ConfigError
from hazard_library.catalogue.load import Catalogue, load_catalogue

CORNERS = [
    {"picture": [0.1, 0.9], "ground": [0, 0]},
    {"picture": [0.9, 0.9], "ground": [6, 0]},
    {"picture": [0.7, 0.5], "ground": [6, 12]},
    {"picture": [0.3, 0.5], "ground": [0, 12]},
]
LANE = {
    "id": "lane",
    "points": [[0.1, 0.5], [0.9, 0.5], [0.5, 0.9]],
    "arrow": [[0.2, 0.6], [0.8, 0.6]],
}
PIT = {"id": "pit", "points": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.4]]}
BELT = {"id": "belt", "points": [[0.1, 0.5], [0.9, 0.5]]}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def site(hazards: list[dict[str, Any]], **camera: object) -> str:
    gate = {"id": "gate", "source": {"kind": "file", "path": "a.mp4"}}
    gate |= {"zones": [LANE, PIT, BELT], "hazards": hazards} | camera
    return yaml.safe_dump(
        {"site": "yard", "device": "box-1", "stores": "stores", "cameras": [gate]}
    )


def mistakes(folder: Path, catalogue: Catalogue, text: str) -> str:
    file = folder / "site.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as fault:
        load_site(file, catalogue)
    return str(fault.value)


def test_measured_hazards_with_all_they_need_are_a_good_configuration(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    hazards: list[dict[str, Any]] = [
        {"id": "VEH-01", "distance_m": 1.5},
        {"id": "VEH-02", "zones": ["lane"], "limit_m_s": 4.2},
        {"id": "VEH-03", "zones": ["pit"], "within_m": 15},
        {"id": "BEH-05", "zones": ["lane"], "distance_m": 10},
        {"id": "MINE-02", "zones": ["pit", "lane"]},
    ]
    file = tmp_path / "site.yaml"
    file.write_text(site(hazards, calibration=CORNERS), encoding="utf-8")
    (camera,) = load_site(file, catalogue).cameras
    assert len(camera.calibration) == 4


HAZARDS: list[tuple[dict[str, Any], str]] = [
    ({"id": "VEH-02", "zones": ["lane"]}, "VEH-02 measures in metres; give the camera a calib"),
    ({"id": "BEH-05", "zones": ["pit"]}, "BEH-05 needs a lane; give zone 'pit' an arrow: [[x, y]"),
    ({"id": "BEH-05"}, "BEH-05 means nothing without a drawn zone; draw and name it"),
    ({"id": "BEH-05", "zones": ["belt"]}, "BEH-05 needs an area of at least 3 points, zone 'belt'"),
    (
        {"id": "MINE-02", "zones": ["pit"]},
        "MINE-02 looks at 2 zones at once; name at least so many",
    ),
    ({"id": "MINE-02", "zones": ["pit", "pit"]}, "MINE-02 looks at 2 zones at once"),
    ({"id": "VEH-01", "distance_m": 3}, "distance_m: farther than the catalogue's 2 m; write that"),
    ({"id": "BEH-05", "zones": ["lane"], "distance_m": 1}, "shorter than the catalogue's 5 m"),
    ({"id": "FIRE-01", "distance_m": 1}, "distance_m: FIRE-01 measures no distance; remove it"),
    ({"id": "VEH-03", "zones": ["pit"], "within_m": 5}, "nearer than the catalogue's 10 m"),
    ({"id": "FIRE-01", "within_m": 5}, "FIRE-01 asks for nobody within a distance; remove it"),
    ({"id": "VEH-02", "zones": ["lane"], "limit_m_s": 1}, "lower than the catalogue's 1.4 m/s"),
    ({"id": "FIRE-01", "limit_m_s": 5}, "limit_m_s: FIRE-01 measures no speed; remove it"),
]


@pytest.mark.parametrize(("hazard", "said"), HAZARDS, ids=[said for _, said in HAZARDS])
def test_a_hazard_that_cannot_measure_is_named_with_its_remedy(
    tmp_path: Path, catalogue: Catalogue, hazard: dict[str, Any], said: str
) -> None:
    assert said in mistakes(tmp_path, catalogue, site([hazard]))


CAMERAS: list[tuple[dict[str, Any], str]] = [
    ({"calibration": CORNERS[:3]}, "cameras.0.calibration: 3 points; measure at least 4"),
    (
        {
            "calibration": [
                one | {"ground": [-one["ground"][0], one["ground"][1]]} for one in CORNERS
            ]
        },
        "cameras.0.calibration: the ground is mirrored",
    ),
    (
        {"calibration": [one | {"picture": [one["picture"][0], 0.5]} for one in CORNERS]},
        "cameras.0.calibration: in the picture three of every four points lie on one line",
    ),
    ({"calibration": [*CORNERS[:3], {"picture": [3, 0], "ground": [0, 1]}]}, "at most 1"),
    ({"zones": [BELT | {"arrow": [[0, 0], [1, 1]]}]}, "only a lane, an area, has an arrow"),
    ({"zones": [PIT | {"arrow": [[0.5, 0.2], [0.5, 0.2]]}]}, "of zone 'pit' leads nowhere"),
    ({"zones": [PIT | {"arrow": [[0.5, 0.2]]}]}, "cameras.0.zones.0.arrow"),
]


@pytest.mark.parametrize(("camera", "said"), CAMERAS, ids=[said for _, said in CAMERAS])
def test_a_wrong_drawing_or_measurement_is_named_with_its_remedy(
    tmp_path: Path, catalogue: Catalogue, camera: dict[str, Any], said: str
) -> None:
    assert said in mistakes(tmp_path, catalogue, site([{"id": "FIRE-01"}], **camera))
