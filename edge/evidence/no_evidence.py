"""A recorder for a desk: rules are tried out, and nothing is kept of what they find."""

import threading

from edge.core.detections import Detections
from edge.core.incidents import IncidentChange
from edge.core.moment import Moment
from edge.ports import Frame
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.evidence import EvidenceRef
from hazard_library.contract.ids import CameraId


class NoEvidence:
    """Implements `edge.ports.Recorder`; its thread has nothing to do."""

    def capture(self, change: IncidentChange, frame: Frame) -> tuple[EvidenceRef, ...]:
        """Keep nothing: the event goes out without files."""
        del change, frame
        return ()

    def note_state(
        self, camera: CameraId, at: Moment, condition: CameraCondition, frame: Frame | None
    ) -> None:
        """Remember nothing: no picture will be kept."""

    def capture_state(self, change: IncidentChange) -> tuple[EvidenceRef, ...]:
        """Keep nothing."""
        del change
        return ()

    def observe(self, camera: CameraId, at: Moment, detections: Detections) -> None:
        """Remember nothing: no head will have to be blurred."""
        del camera, at, detections

    def source_ended(self, camera: CameraId, reason: str) -> None:
        """No clip waits for the end of a source."""
        del camera, reason

    def adopt_configuration(self, sha256: str) -> None:
        """Nothing is sealed that would name it."""
        del sha256

    def run(self, stop: threading.Event) -> None:
        """Leave at once."""
        del stop

    def drain(self, timeout_s: float) -> bool:
        """Nothing was ordered, so nothing is left."""
        del timeout_s
        return True
