"""The rules as the catalogue writes them, on boxes of a real film and on films written as data."""

import json
import os
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.detections import Detections
from edge.core.incidents import IncidentChange
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.scene import Zone
from edge.testing.films import BEGIN, Film, told
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import Change
from hazard_library.contract.ids import DeviceId, HazardId, ZoneId

YARD = Zone(ZoneId("yard"), ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


def core(*hazards: str, zone: Zone | None = None) -> CameraCore:
    catalogue = load_catalogue()
    bindings = tuple(
        RuleBinding(HazardId(code), catalogue.hazards[HazardId(code)].rule, zone)
        for code in hazards
    )
    return CameraCore(CoreSpec(DeviceId("box-1"), Film(1).camera, bindings))


@pytest.mark.material
def test_a_house_on_fire_from_first_to_last_frame_is_one_incident() -> None:
    """The boxes are those people drew; only this test knows that they are perfect."""
    material = os.environ.get("PATROL_MATERIAL")
    if material is None:
        pytest.skip("PATROL_MATERIAL is not set: there are no boxes of a real fire")
    drawn = json.loads((Path(material) / "video" / "house6.boxes.json").read_text())
    camera = core("FIRE-01")
    changes: list[IncidentChange] = []
    for entry in drawn["frames"]:
        at_s = entry["frame"] / drawn["fps"]
        boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in entry["fire"]], np.float32)
        detections = Detections(
            at=Moment(at_s, BEGIN + timedelta(seconds=at_s)),
            boxes=boxes.reshape(-1, 4),
            scores=np.full(len(boxes), 0.8, np.float32),
            labels=("fire",) * len(boxes),
            width=drawn["width"],
            height=drawn["height"],
        )
        changes += camera.step(detections)
    changes += camera.finish()
    assert [change.change for change in changes] == [Change.OPENED, Change.CLOSED]
    incident = changes[-1].incident
    assert incident.started.mono == 0.0
    assert incident.opened.mono == pytest.approx(3.0, abs=0.05)
    assert incident.last_held.mono == pytest.approx(899 / drawn["fps"], abs=0.05)


def test_a_worker_without_a_helmet_in_a_danger_zone_raises_both_hazards() -> None:
    film = Film(30).with_person("p1", during=(5, 25)).with_bare_head("p1")
    changes = told(core("PPE-01", "ZONE-01", zone=YARD), film, ends=True)
    opened = {one.incident.hazard for one in changes if one.change is Change.OPENED}
    assert opened == {"PPE-01", "ZONE-01"}


def test_a_worker_with_a_helmet_raises_nothing_about_helmets() -> None:
    film = Film(30).with_person("p1", during=(5, 25)).with_helmet("p1")
    assert told(core("PPE-01", zone=YARD), film, ends=True) == []
