"""Exports of evidence as a server writes them, for tests that then damage them."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hazard_library.contract.clock import ClockState
from hazard_library.contract.evidence import (
    ClipSpan,
    EvidenceKind,
    EvidenceManifest,
    EvidenceRef,
)
from hazard_library.contract.ids import CameraId, DeviceId, HazardId, incident_id, manifest_id
from hazard_library.proof.export import MANIFEST, SHEET, ExportSheet, SignedText, file_name
from hazard_library.proof.hashes import sm3

BEGIN = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
BOX = DeviceId("box-1")


def jpeg(quality: int) -> bytes:
    """Write one and the same picture in a quality."""
    ramp = np.tile(np.arange(160, dtype=np.uint8), (120, 1))
    return bytes(cv2.imencode(".jpg", ramp, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


@dataclass
class Exports:
    """One box's key, and exports that are signed with it."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    before: SignedText | None = None
    made: int = 0

    @property
    def public_key_file(self) -> Path:
        """Write the public key as `patrol edge identity` prints it."""
        path = self.folder / "box.pub"
        public = self.key.public_key()
        path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return path

    def write(self, **changes: Any) -> Path:
        """Write the next incident of the box; `changes` replace fields of the manifest."""
        self.made += 1
        contents = {
            EvidenceKind.FRAME_ORIGINAL: jpeg(95),
            EvidenceKind.FRAME_SHOWN: jpeg(80),
        }
        manifest = EvidenceManifest(**(self._fields(contents) | changes))
        text = manifest.to_bytes()
        signed = SignedText(
            manifest=text.decode(),
            manifest_sha256=sha256(text).hexdigest(),
            signature=base64.b64encode(self.key.sign(text)).decode(),
        )
        sheet = ExportSheet(
            device=BOX,
            public_key=base64.b64encode(self.key.public_key().public_bytes_raw()).decode(),
            manifest_sha256=signed.manifest_sha256,
            signature=signed.signature,
            previous=self.before,
            exported_at=BEGIN + timedelta(days=1),
        )
        self.before = signed
        place = self.folder / f"incident-{self.made}"
        place.mkdir()
        (place / MANIFEST).write_bytes(text)
        (place / SHEET).write_text(sheet.model_dump_json(by_alias=True))
        for ref in manifest.files:
            (place / file_name(ref)).write_bytes(contents[ref.kind])
        return place

    def _fields(self, contents: dict[EvidenceKind, bytes]) -> dict[str, Any]:
        at = BEGIN + timedelta(minutes=self.made)
        incident = incident_id(BOX, CameraId("gate"), HazardId("PPE-01"), None, at)
        return {
            "id": manifest_id(incident),
            "device": BOX,
            "key_id": sha256(self.key.public_key().public_bytes_raw()).hexdigest(),
            "incident_id": incident,
            "camera": "gate",
            "hazard": "PPE-01",
            "trigger_at": at,
            "sealed_at": at + timedelta(seconds=12),
            "span": ClipSpan(
                from_at=at - timedelta(seconds=11),
                to_at=at + timedelta(seconds=10),
                trigger_offset_s=11.0,
                pre_roll_s=10.0,
                post_roll_s=10.0,
            ),
            "files": tuple(_ref(kind, data) for kind, data in contents.items()),
            "software": "hazard-patrol test",
            "models": {"ppe": "ab" * 32},
            "config_sha256": "cd" * 32,
            "previous_manifest_sha256": self.before and self.before.manifest_sha256,
            "clock": ClockState(source="arrival", synchronised=True, uncertainty_ms=30.0),
        }


def change_sheet(place: Path, **changes: Any) -> None:
    """Put other values into an export's sheet."""
    path = place / SHEET
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _ref(kind: EvidenceKind, data: bytes) -> EvidenceRef:
    return EvidenceRef(
        kind=kind,
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        media_type="image/jpeg",
        redaction="none" if kind.is_sealed else "heads_blurred",
        sm3=sm3(data),
    )
