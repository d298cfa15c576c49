"""The gate finds on real film what looking at every picture finds."""

import os
from pathlib import Path

import pytest

from edge.bench.gated_walk import Walked, sampled, walk
from edge.config import CameraConfig
from edge.config.inference import Precision
from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.looking_gate import Decision, LookingGate
from edge.core.tracking import TrackingSettings
from edge.inference.layout import Layout
from edge.inference.loading import in_precision
from edge.inference.site_models import find_packages, panel_of
from edge.runtime.bindings import switch_on
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, DeviceId

FPS = 3
LAYOUT = Layout(precision=Precision.INT8)


@pytest.fixture
def films() -> Path:
    folder = Path(os.environ.get("PATROL_MATERIAL", "")) / "video"
    if not (folder / "bottle-detection.mp4").is_file():
        pytest.skip("PATROL_MATERIAL names no folder with real films")
    return folder


def _walk(film: Path, seconds: float, gate: LookingGate | None) -> Walked:
    packages = tuple(in_precision(one, Precision.INT8) for one in find_packages(("ppe",)))
    tracking = TrackingSettings(high_by_label=packages[0].card.thresholds)
    camera = CameraConfig.model_validate(
        {
            "id": "gate",
            "source": {"kind": "file", "path": str(film)},
            "hazards": [{"id": "ZONE-01"}, {"id": "PPE-01"}],
            "whole_picture": True,
        }
    )
    bindings = switch_on(camera, load_catalogue(), frozenset(packages[0].card.labels)).bindings
    core = CameraCore(CoreSpec(DeviceId("box-1"), CameraId("gate"), bindings, tracking))
    look = panel_of(packages, tracking.low, LAYOUT).detect
    pictures = (one for one in sampled(film, FPS) if one.at.mono < seconds)
    return walk(pictures, look, core, gate)


def _opened(walked: Walked) -> list[tuple[str, float]]:
    return [
        (change.incident.hazard, change.incident.started.mono)
        for change in walked.changes
        if change.change is Change.OPENED
    ]


@pytest.mark.material
@pytest.mark.slow
def test_the_same_incidents_are_found_with_and_without_the_gate(films: Path) -> None:
    film = films / "one-by-one-person-detection.mp4"
    every, gated = (_walk(film, 20, gate) for gate in (None, LookingGate()))
    assert [hazard for hazard, _ in _opened(every)] == [hazard for hazard, _ in _opened(gated)]
    assert _opened(every)
    for (_, one), (_, other) in zip(_opened(every), _opened(gated), strict=True):
        assert abs(one - other) <= 1.0
    # Nobody is there for the first five seconds.
    assert gated.decisions[: 5 * FPS].count(Decision.LOOK) == 2
