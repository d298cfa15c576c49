"""A box that says what a test tells it to, numbered and signed as a real one does."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hazard_library.contract.clock import ClockState
from hazard_library.contract.device import DeviceState
from hazard_library.contract.events import Box, Change, HazardEvent, ModelUsed
from hazard_library.contract.evidence import (
    EvidenceKind,
    EvidenceLost,
    EvidenceManifest,
    EvidenceRef,
    EvidenceSealed,
)
from hazard_library.contract.ids import (
    CameraId,
    DeviceId,
    HazardId,
    MessageId,
    ZoneId,
    event_message_id,
    incident_id,
    lost_message_id,
    manifest_id,
    sealed_message_id,
)

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_SHA = "ab" * 32
_STATES = UUID("5f3b9d3e-1d34-4b0a-9f61-0d5b6f2f4c11")


@dataclass
class FakeDevice:
    """One box in one boot. Every numbered message takes the next number."""

    id: DeviceId = field(default=DeviceId("box-1"))
    boot: str = "0123456789abcdef"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    numbered: int = 0
    secret: str = field(default="", repr=False)
    """What the server gave it at enrolment."""

    @property
    def public_key(self) -> bytes:
        """Return the raw public key."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def event(  # noqa: PLR0913 - a builder: every part of the message may matter to a test
        self,
        hazard: str = "PPE-01",
        *,
        camera: str = "gate",
        zone: str | None = None,
        opened_at: datetime = START,
        seq: int = 1,
        change: Change = Change.OPENED,
        evidence: Iterable[EvidenceRef] = (),
        **other: Any,
    ) -> HazardEvent:
        """Tell one change of the incident that opened then and there; `other` replaces fields."""
        names = (CameraId(camera), HazardId(hazard), ZoneId(zone) if zone else None)
        incident = incident_id(self.id, *names, opened_at)
        held = opened_at + timedelta(seconds=10 * (seq - 1))
        fields: dict[str, Any] = {
            **self._envelope(event_message_id(incident, seq)),
            "incident_id": incident,
            "seq": seq,
            "change": change,
            "camera": camera,
            "hazard": hazard,
            "zone": zone,
            "severity": 2,
            "started_at": opened_at - timedelta(seconds=5),
            "opened_at": opened_at,
            "last_held_at": held,
            "ended_at": held if change is Change.CLOSED else None,
            "clock": ClockState(source="file", synchronised=None, uncertainty_ms=0),
            "score": 0.8,
            "persons": 1,
            "boxes": (Box(label="no_helmet", score=0.8, box=(10, 10, 50, 60), subject=True),),
            "width": 640,
            "height": 480,
            "measured": {"seconds": 6.0},
            "required": {"seconds": 5.0},
            "models": (_MODEL,),
            "catalogue_sha256": _SHA,
            "config_sha256": _SHA,
            "evidence": tuple(evidence),
        }
        return HazardEvent(**(fields | other))

    def sealed(
        self, event: HazardEvent, files: Iterable[EvidenceRef], **other: Any
    ) -> EvidenceSealed:
        """Announce a signed manifest of an incident's files; `other` replaces its fields."""
        fields: dict[str, Any] = {
            "id": manifest_id(event.incident_id),
            "device": self.id,
            "key_id": hashlib.sha256(self.public_key).hexdigest(),
            "incident_id": event.incident_id,
            "camera": event.camera,
            "hazard": event.hazard,
            "trigger_at": event.opened_at,
            "sealed_at": event.opened_at + timedelta(seconds=20),
            "span": None,
            "files": tuple(files),
            "software": "hazard-patrol test",
            "models": {"site-hazards": _SHA},
            "config_sha256": _SHA,
            "previous_manifest_sha256": None,
        }
        manifest = EvidenceManifest(**(fields | other)).to_bytes()
        return EvidenceSealed(
            **self._envelope(sealed_message_id(manifest_id(event.incident_id))),
            manifest=manifest.decode(),
            manifest_sha256=hashlib.sha256(manifest).hexdigest(),
            signature=base64.b64encode(self.key.sign(manifest)).decode(),
        )

    def lost(self, ref: EvidenceRef, reason: str = "no room", **other: Any) -> EvidenceLost:
        """Tell that a file is gone for good; `other` replaces fields."""
        fields: dict[str, Any] = {
            **self._envelope(lost_message_id(self.id, ref.sha256)),
            "sha256": ref.sha256,
            "kind": ref.kind,
            "bytes": ref.bytes,
            "reason": reason,
        }
        return EvidenceLost(**(fields | other))

    def state(self, **other: Any) -> DeviceState:
        """Tell how the box is; `other` replaces fields."""
        fields: dict[str, Any] = {
            "id": MessageId(uuid5(_STATES, f"{self.boot}/{self.numbered}")),
            "device": self.id,
            "sent_at": START,
            "status": "online",
            "boot": self.boot,
            "software": "hazard-patrol test",
            "last_message_no": self.numbered,
        }
        return DeviceState(**(fields | other))

    def _envelope(self, message_id: MessageId) -> dict[str, Any]:
        self.numbered += 1
        return {
            "id": message_id,
            "device": self.id,
            "sent_at": START,
            "boot": self.boot,
            "message_no": self.numbered,
        }


def file_ref(content: bytes, kind: EvidenceKind = EvidenceKind.FRAME_SHOWN) -> EvidenceRef:
    """Name a file of evidence by its bytes."""
    is_clip = kind in {EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN}
    return EvidenceRef(
        kind=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type="video/mp4" if is_clip else "image/jpeg",
        redaction="none" if kind.is_sealed else "heads_blurred",
    )


_MODEL = ModelUsed(name="site-hazards", version="1", sha256=_SHA, precision="f32")
