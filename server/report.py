"""What the database holds, counted: `patrol server report --json`."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.evidence import service as evidence
from server.evidence.file_store import FileStore
from server.ingest import repository as messages
from server.ingest import service as ingest


class Gap(BaseModel):
    """Message numbers of one boot that never came."""

    device: str
    boot: str
    missing: tuple[int, ...]


class EvidenceCount(BaseModel):
    """Files announced, and how many of them have their hash now."""

    files: int
    verified: int
    pending: int
    missing: tuple[str, ...]
    altered: tuple[str, ...]


class Report(BaseModel):
    """The server's account of itself."""

    leads: int
    tasks: int
    transfers: int
    duplicates: int
    quarantined: int
    events: tuple[tuple[str, int], ...]
    gaps: tuple[Gap, ...]
    evidence: EvidenceCount


_COUNT = {
    "leads": text("SELECT count(*) FROM lead"),
    "tasks": text("SELECT count(*) FROM inspection_task"),
    "transfers": text("SELECT count(*) FROM transfer"),
}


def report(db: Session, at: datetime, files: FileStore) -> Report:
    """Count everything, and hash every file of evidence again."""
    store = evidence.check_stores(db, at, files)
    return Report(
        **{name: int(db.scalar(query) or 0) for name, query in _COUNT.items()},
        duplicates=messages.duplicates(db),
        quarantined=messages.quarantined(db),
        events=tuple((str(incident), seq) for incident, seq in messages.events(db)),
        gaps=tuple(
            Gap(device=device, boot=boot, missing=tuple(missing))
            for device, boot, missing in ingest.gaps(db)
        ),
        evidence=EvidenceCount(
            files=store.files,
            verified=store.verified,
            pending=store.pending,
            missing=store.missing,
            altered=store.altered,
        ),
    )
