"""Evidence of a camera that gives no picture: what there is, and a reason for all that is not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from readings import GATE
from recorders import BOX, Desk

from edge.core.findings import Finding
from edge.core.incidents import Incident, IncidentChange
from edge.core.moment import Moment
from edge.core.scene import Scene
from edge.testing.fake_clock import START
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.events import Change
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import HazardId, incident_id

LOST = HazardId("CAM-05")


def outage(at: Moment) -> IncidentChange:
    identity = incident_id(BOX, GATE, LOST, None, at.utc)
    incident = Incident(identity, GATE, LOST, None, at, at, at, 1, 1.0)
    finding = Finding(LOST, None, complete=True, held_since=at.mono, score=1.0, subjects=())
    return IncidentChange(Change.OPENED, incident, finding, Scene(at, GATE, 1, 1, (), "offline"))


def test_a_camera_that_was_never_seen_has_a_signed_manifest_that_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, waits_for_clips=False)
    at = Moment(120.0, START + timedelta(seconds=120))
    with desk.at_work():
        desk.recorder.note_state(GATE, replace(at, mono=0.0), CameraCondition.OFFLINE, None)
        assert desk.recorder.capture_state(outage(at)) == ()
        assert desk.recorder.drain(20)
        (manifest,) = desk.manifests()
    assert (manifest.files, manifest.span, manifest.last_good_at) == ((), None, None)
    assert set(manifest.lost) == set(EvidenceKind)
    assert manifest.lost[EvidenceKind.FRAME_ORIGINAL] == "the camera gives no picture"
    assert "was not seen well" in manifest.lost[EvidenceKind.BEFORE_SHOWN]
    assert "was not seen well" in manifest.lost[EvidenceKind.CLIP_ORIGINAL]
