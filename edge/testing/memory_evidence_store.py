"""A store of evidence whose files lie in a folder and whose rows lie in memory."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from edge.ports import Loss, Upload
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef


class MemoryEvidenceStore:
    """Implements `edge.ports.EvidenceStore`; `uploaded` shows what the server confirmed."""

    def __init__(self, folder: Path) -> None:
        self.uploaded: dict[str, datetime] = {}
        self._folder = folder
        self._kept: dict[str, Upload] = {}
        self._lost: dict[str, Loss] = {}

    def put(self, data: bytes, ref: EvidenceRef) -> Path:
        """Keep a file under its hash."""
        path = self._folder / ref.sha256
        path.write_bytes(data)
        self._kept.setdefault(ref.sha256, Upload(ref, path))
        return path

    def keep(self, data: bytes, kind: EvidenceKind = EvidenceKind.CLIP_SHOWN) -> Upload:
        """Keep some bytes as evidence of a kind."""
        ref = EvidenceRef(
            kind=kind,
            sha256=sha256(data).hexdigest(),
            bytes=len(data),
            media_type="video/mp4",
            redaction="none",
        )
        self.put(data, ref)
        return self._kept[ref.sha256]

    def to_upload(self, limit: int) -> tuple[Upload, ...]:
        """Return files the server does not have yet, key frames before clips, oldest first."""
        frames = {EvidenceKind.FRAME_ORIGINAL, EvidenceKind.FRAME_SHOWN}
        waiting = [kept for name, kept in self._kept.items() if name not in self.uploaded]
        return tuple(sorted(waiting, key=lambda one: one.ref.kind not in frames)[:limit])

    def mark_uploaded(self, sha256: str, at: datetime) -> None:
        """Remember that the server confirmed a file's hash."""
        self.uploaded.setdefault(sha256, at)

    def lose(self, sha256: str, reason: str) -> None:
        """Let a file be gone before it reached the server."""
        gone = self._kept.pop(sha256)
        self._lost[sha256] = Loss(sha256, gone.ref.kind, gone.ref.bytes, reason)

    def losses(self, limit: int) -> tuple[Loss, ...]:
        """Return files that are gone without having reached the server, not told of yet."""
        return tuple(self._lost.values())[:limit]

    def mark_loss_told(self, sha256: str) -> None:
        """Remember that the loss of a file waits in the outbox."""
        self._lost.pop(sha256, None)
