"""A recorder that makes no evidence: it names files and remembers what it was told."""

from hashlib import sha256
from threading import Event

from edge.core.detections import Detections
from edge.core.incidents import IncidentChange
from edge.core.moment import Moment
from edge.errors import EvidenceError
from edge.ports import Frame
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.events import Change
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef
from hazard_library.contract.ids import CameraId, HazardId


class MemoryRecorder:
    """Implements `edge.ports.Recorder`."""

    def __init__(self) -> None:
        self.observed: list[tuple[CameraId, Moment, int]] = []
        self.ended: list[tuple[CameraId, str]] = []
        self.states: list[tuple[CameraId, Moment, CameraCondition, bool]] = []
        self.captured_states: list[HazardId] = []
        self.is_broken = False
        self.configuration: str | None = None

    def capture(self, change: IncidentChange, frame: Frame) -> tuple[EvidenceRef, ...]:
        """Name the key frame of an opened incident by the hash of its pixels."""
        if self.is_broken:
            raise EvidenceError("the disk is full; make room")
        if change.change is not Change.OPENED:
            return ()
        data = frame.pixels.tobytes()
        return (
            EvidenceRef(
                kind=EvidenceKind.FRAME_ORIGINAL,
                sha256=sha256(data).hexdigest(),
                bytes=len(data),
                media_type="image/jpeg",
                redaction="none",
            ),
        )

    def note_state(
        self, camera: CameraId, at: Moment, condition: CameraCondition, frame: Frame | None
    ) -> None:
        """Remember a state, and whether a picture came with it."""
        self.states.append((camera, at, condition, frame is not None))

    def capture_state(self, change: IncidentChange) -> tuple[EvidenceRef, ...]:
        """Remember whose state it was; there are no files."""
        self.captured_states.append(change.incident.hazard)
        return ()

    def observe(self, camera: CameraId, at: Moment, detections: Detections) -> None:
        """Remember a look and how many boxes it had."""
        self.observed.append((camera, at, len(detections)))

    def source_ended(self, camera: CameraId, reason: str) -> None:
        """Remember where a source ended."""
        self.ended.append((camera, reason))

    def adopt_configuration(self, sha256: str) -> None:
        """Remember which configuration is in force."""
        self.configuration = sha256

    def run(self, stop: Event) -> None:
        """Do nothing until told to stop."""
        stop.wait()

    def drain(self, timeout_s: float) -> bool:
        """No clip was ordered, so none is left."""
        del timeout_s
        return True
