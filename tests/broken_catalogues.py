"""Small copies of the shipped catalogue that a test may break."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from hazard_library.catalogue.check import mistakes_on
from hazard_library.catalogue.load import HOME, load_catalogue, read_shelf
from hazard_library.errors import CatalogueError

HELMET = "hazards/general/ppe-01-no-helmet.yaml"
FIRE = "hazards/general/fire-01-open-flame.yaml"
SMOKE = "hazards/general/fire-02-smoke.yaml"
COVERED = "hazards/cameras/cam-01-camera-covered.yaml"
SMOKING = "hazards/general/fire-03-smoking.yaml"
FORKLIFT = "hazards/general/veh-05-forklift-in-pedestrian-area.yaml"
FIRE_LANE = "hazards/general/fire-07-fire-lane-occupied.yaml"
SPAN = "hazards/metallurgy/zone-05-people-staying-in-span.yaml"
TOO_MANY = "hazards/general/zone-03-too-many-people.yaml"
DANGER_ZONE = "hazards/general/zone-01-person-in-danger-zone.yaml"
SAFETY_LAW = "legal/aqscf-2021.yaml"


#: The hazards of a copy: enough to break, few enough to be read in a moment.
_KEPT = (HELMET, FIRE, SMOKE, COVERED, SMOKING, FORKLIFT, FIRE_LANE, SPAN, TOO_MANY, DANGER_ZONE)


def copied(to: Path, kept: tuple[str, ...] = _KEPT) -> Path:
    """Copy all law and classes, and some hazards with their scenes."""
    shutil.copytree(HOME / "legal", to / "legal")
    shutil.copy(HOME / "labels.yaml", to)
    (to / "scenes").mkdir()
    for file in kept:
        (to / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOME / file, to / file)
        code = "-".join(Path(file).stem.split("-")[:2])
        if (HOME / f"scenes/{code}.yaml").is_file():
            shutil.copy(HOME / f"scenes/{code}.yaml", to / "scenes")
    return to


def change(root: Path, file: str, old: str, new: str) -> None:
    """Replace a piece of a file that must be there."""
    text = (root / file).read_text(encoding="utf-8")
    assert old in text, f"the test's own expectation of {file} is stale"
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def mistakes(root: Path) -> str:
    """Return what loading a broken catalogue says."""
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(root)
    return str(refused.value)


def mistakes_of_the_day(root: Path, day: date) -> str:
    """Return what is cited although it is not law on a day."""
    return "\n".join(str(mistake) for mistake in mistakes_on(read_shelf(root), day))
