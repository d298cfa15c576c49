"""A recorder over one rendered film, and everything that came of it, for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from readings import GATE

from edge.core.detections import Detections
from edge.core.findings import Finding
from edge.core.incidents import Incident, IncidentChange
from edge.core.moment import Moment
from edge.core.scene import PixelBox, Scene, Track
from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.identity_key import load_or_create, public_bytes
from edge.evidence.recorder import EvidenceRecorder, EvidenceSettings, EvidenceStores
from edge.fleet.box_clock import ClockReading, state_of
from edge.ports import Clock, Frame
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.tally import Tally
from edge.video.clip import ShownFormat
from edge.video.evidence_ring import EvidenceRing
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderOutlets
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.events import Change, ModelUsed
from hazard_library.contract.evidence import (
    EvidenceKind,
    EvidenceManifest,
    EvidenceSealed,
    PrivacyMask,
)
from hazard_library.contract.ids import DeviceId, HazardId, ZoneId, incident_id
from hazard_library.proof.signature import verified

BOX = DeviceId("box-1")
NO_HELMET = HazardId("PPE-01")
INTRUSION = HazardId("ZONE-01")

MODEL = ModelUsed(name="site-hazards", version="1.0.0", sha256="1" * 64, precision="float32")
BOX_CLOCK = ClockReading(synchronised=True, offset_ms=0.5, max_error_ms=20.0)

#: Who stands in every picture: the subject on the left, somebody else on the right.
SUBJECT: PixelBox = (10.0, 20.0, 50.0, 110.0)
BYSTANDER: PixelBox = (100.0, 20.0, 140.0, 110.0)


@dataclass
class Desk:
    """One recorder with its stores on disk."""

    folder: Path
    clock: Clock = field(default_factory=FakeClock)
    waits_for_clips: bool = True
    quota_bytes: int = 10**9
    pre_roll_s: float = 5.0
    post_roll_s: float = 2.0
    shown: ShownFormat = field(default_factory=ShownFormat)
    main_ring: PacketRing | None = None

    def __post_init__(self) -> None:
        self.tally = Tally()
        self.outbox = MemoryOutbox()
        self.ring = PacketRing(self.pre_roll_s + 5.0)
        self.database = EvidenceDatabase(self.folder / "evidence.db", START)
        self.store = DirectoryStore(
            self.folder / "evidence", self.database, self.clock, self.tally, self.quota_bytes
        )
        settings = EvidenceSettings(
            device=BOX,
            software="hazard-patrol 0",
            config_sha256="0" * 64,
            catalogue_sha256="2" * 64,
            models=lambda _camera, _hazard: (MODEL,),
            clock=lambda _camera, at: state_of("arrival", at, lambda: BOX_CLOCK),
            heads_are_the_hazard=frozenset({NO_HELMET}),
            pre_roll_s=self.pre_roll_s,
            post_roll_s=self.post_roll_s,
            waits_for_clips=self.waits_for_clips,
            shown=self.shown,
        )
        key_file = self.folder / "key.pem"
        stores = EvidenceStores(self.store, self.database, self.outbox, key_file, self.tally)
        main, sub = self.main_ring, self.ring
        rings = {GATE: sub if main is None else EvidenceRing(main, sub)}
        self.recorder = EvidenceRecorder(settings, stores, rings, self.clock)
        self.public_key = public_bytes(load_or_create(key_file))

    @contextmanager
    def at_work(self) -> Iterator["Desk"]:
        """Run the evidence thread."""
        stop = threading.Event()
        thread = threading.Thread(target=self.recorder.run, args=(stop,))
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join(30)
            self.database.close()

    def manifests(self) -> list[EvidenceManifest]:
        """Return every announced manifest, verified, in order."""
        return [verified(sealed, self.public_key) for sealed in self.sealed()]

    def sealed(self) -> list[EvidenceSealed]:
        messages = [kept.message for kept in self.outbox.kept.values()]
        return [message for message in messages if isinstance(message, EvidenceSealed)]

    def file(self, manifest: EvidenceManifest, kind: EvidenceKind) -> Path:
        """Return where a file of a manifest lies."""
        [sha] = [ref.sha256 for ref in manifest.files if ref.kind is kind]
        [path] = [up.path for up in self.store.to_upload(1000) if up.ref.sha256 == sha]
        return path


def tracks(at: Moment) -> tuple[Track, ...]:
    return tuple(
        Track(number, "person", box, 0.9, at, seen=True)
        for number, box in enumerate((SUBJECT, BYSTANDER))
    )


def detections(at: Moment, width: int = 160, height: int = 120) -> Detections:
    boxes = np.array([SUBJECT, BYSTANDER], np.float32)
    scores = np.array([0.9, 0.8], np.float32)
    return Detections(at, boxes, scores, ("person", "person"), width, height)


def opened(frame: Frame, hazard: HazardId = INTRUSION, zone: str = "north") -> IncidentChange:
    """Open an incident on the subject at a frame."""
    at = frame.at
    who = tracks(at)
    identity = incident_id(BOX, GATE, hazard, ZoneId(zone), at.utc)
    incident = Incident(identity, GATE, hazard, ZoneId(zone), at, at, at, 1, 0.9)
    finding = Finding(
        hazard, ZoneId(zone), complete=True, held_since=at.mono, score=0.9, subjects=who[:1]
    )
    height, width = frame.pixels.shape[:2]
    scene = Scene(at, GATE, width, height, who)
    return IncidentChange(Change.OPENED, incident, finding, scene)


@dataclass
class Shift:
    """Replays a film over a desk; an incident opens at each of the given seconds."""

    desk: Desk
    film: Path
    incidents_at: tuple[float, ...]
    hazard: HazardId = INTRUSION
    masks: tuple[PrivacyMask, ...] = ()
    frames: list[Frame] = field(default_factory=list)
    conditions: list[CameraCondition] = field(default_factory=list)

    def run(self) -> "Shift":
        """Read the film to its end."""
        spec = SourceSpec(GATE, FileAddress(self.film), Mode.REPLAY, masks=self.masks)
        outlets = ReaderOutlets(self.desk.ring, self._look, self._say)
        CameraReader(spec, self.desk.clock, outlets).run(threading.Event())
        self.desk.recorder.source_ended(GATE, "the film ended")
        return self

    def _look(self, frame: Frame) -> None:
        height, width = frame.pixels.shape[:2]
        self.desk.recorder.observe(GATE, frame.at, detections(frame.at, width, height))
        due = [s for s in self.incidents_at if abs(frame.at.mono - s) < 1e-3]
        for second in due:
            change = opened(frame, self.hazard, f"zone-{second:g}")
            self.desk.recorder.capture(change, frame)
            self.frames.append(frame)

    def _say(self, condition: CameraCondition, _detail: str) -> None:
        self.conditions.append(condition)
