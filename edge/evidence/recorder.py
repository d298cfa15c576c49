"""Evidence of incidents: the picture at once, the clip after its post-roll, then the manifest."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hazard_library.contract.evidence import EvidenceRef
from hazard_library.contract.ids import CameraId, DeviceId, HazardId

from edge.core.detections import Detections
from edge.core.incidents import IncidentChange
from edge.core.moment import Moment
from edge.core.scene import Zone
from edge.evidence.directory_store import DirectoryStore
from edge.ports import Clock, Frame, Outbox
from edge.video.packet_ring import PacketRing


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """What evidence says about its maker, and how much stream surrounds a trigger.

    models: name → sha256. zones: drawn in the key frame. waits_for_clips: in a replay the pipeline
    waits when clips pile up; live, the clip is given up and reported.
    """

    device: DeviceId
    software: str
    config_sha256: str
    models: Mapping[str, str]
    heads_are_the_hazard: frozenset[HazardId] = frozenset()
    zones: Mapping[CameraId, tuple[Zone, ...]] = field(default_factory=dict)
    pre_roll_s: float = 10.0
    post_roll_s: float = 10.0
    waits_for_clips: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceStores:
    """What the recorder writes to."""

    store: DirectoryStore
    outbox: Outbox
    key_file: Path


class EvidenceRecorder:
    """Implements `ports.Recorder`. `run` is the evidence thread's body; all else may be called by
    the pipelines."""

    def __init__(
        self,
        settings: EvidenceSettings,
        stores: EvidenceStores,
        rings: Mapping[CameraId, PacketRing],
        clock: Clock,
    ) -> None: ...

    def capture(self, change: IncidentChange, frame: Frame) -> tuple[EvidenceRef, ...]:
        """Keep the key frame of an opened incident, original and shown, and order its clip."""
        raise NotImplementedError

    def observe(self, camera: CameraId, at: Moment, detections: Detections) -> None:
        """Remember where heads were: call for every analysed picture, in order."""

    def source_ended(self, camera: CameraId, reason: str) -> None:
        """The camera's pipeline has seen its last picture: finish its clips with what there is."""

    def run(self, stop: threading.Event) -> None:
        """Make clips until told to stop (what was ordered is kept for the next start)."""

    def drain(self, timeout_s: float) -> bool:
        """Wait until every ordered clip is sealed; False when time ran out first."""
        raise NotImplementedError
