"""Files of evidence in a folder, named by their SHA-256; what became of them in SQLite."""

from datetime import datetime
from pathlib import Path

from hazard_library.contract.evidence import EvidenceRef

from edge.ports import Clock, Upload


class DirectoryStore:
    """Implements `ports.EvidenceStore`; opening it reconciles rows and files."""

    def __init__(self, folder: Path, clock: Clock, quota_bytes: int) -> None: ...

    def put(self, data: bytes, ref_kind: EvidenceRef) -> Path:
        """Keep a file: temporary, fsync, rename, fsync folder, then row. Idempotent."""
        raise NotImplementedError

    def to_upload(self, limit: int) -> tuple[Upload, ...]:
        """Return files the server does not have yet, key frames before clips, oldest first."""
        raise NotImplementedError

    def mark_uploaded(self, sha256: str, at: datetime) -> None:
        """Remember that the server confirmed a file's hash."""
        raise NotImplementedError
