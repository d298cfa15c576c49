"""What the database holds, counted: `patrol server report --json`."""

from pydantic import BaseModel, Field
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from server.evidence import service as evidence
from server.evidence.arriving import EvidenceStore
from server.evidence.service import StoreReport
from server.ingest import repository as messages
from server.ingest import service as ingest
from server.kit.clock import Clock
from server.kit.db import Database


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
    without_lead: int = Field(description="Incidents that belong to no lead: always 0")
    quarantined: int
    events: tuple[tuple[str, int], ...]
    gaps: tuple[Gap, ...]
    lost: int = Field(default=0, description="Messages that their boxes no longer have, and told")
    evidence: EvidenceCount


_LEADS = text("SELECT count(*) FROM lead")
_LOST = text("SELECT coalesce(sum(last - first + 1), 0) FROM lost_messages")
_TASKS = text("SELECT count(*) FROM inspection_task")
_TRANSFERS = text("SELECT count(*) FROM transfer")

#: Two undecided leads of one place and hazard that were seen at the same time are one lead twice.
_LEADS_TWICE = text(
    """
    SELECT count(*) FROM lead AS one JOIN lead AS other
        ON one.id < other.id
        AND (one.device, one.camera, one.hazard) = (other.device, other.camera, other.hazard)
        AND one.zone IS NOT DISTINCT FROM other.zone
        AND one.first_seen <= other.last_seen AND other.first_seen <= one.last_seen
    WHERE one.state IN ('new', 'prescreened', 'relook')
        AND other.state IN ('new', 'prescreened', 'relook')
        AND NOT one.is_storm AND NOT other.is_storm
    """
)
_WITHOUT_LEAD = text(
    """
    SELECT count(*) FROM incident
    WHERE NOT EXISTS (SELECT FROM lead_incident WHERE lead_incident.incident_id = incident.id)
    """
)


def report(database: Database, clock: Clock, files: EvidenceStore) -> Report:
    """Count everything, and hash every file of evidence again."""
    store = evidence.check_stores(database, clock, files)
    with database.reading() as db:
        return _report(db, store)


def _report(db: Session, store: StoreReport) -> Report:
    return Report(
        leads=_count(db, _LEADS),
        tasks=_count(db, _TASKS),
        transfers=_count(db, _TRANSFERS),
        duplicates=messages.duplicates(db) + _count(db, _LEADS_TWICE),
        without_lead=_count(db, _WITHOUT_LEAD),
        quarantined=messages.quarantined(db),
        events=tuple((str(incident), seq) for incident, seq in messages.events(db)),
        gaps=tuple(
            Gap(device=device, boot=boot, missing=tuple(missing))
            for device, boot, missing in ingest.gaps(db)
        ),
        lost=_count(db, _LOST),
        evidence=EvidenceCount(
            files=store.files,
            verified=store.verified,
            pending=store.pending,
            missing=store.missing,
            altered=store.altered,
        ),
    )


def _count(db: Session, query: TextClause) -> int:
    return int(db.scalar(query) or 0)
