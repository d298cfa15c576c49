"""SQL of evidence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hazard_library.contract.evidence import EvidenceKind, EvidenceManifest, EvidenceSealed
from server.evidence.states import FileState
from server.evidence.tables import EvidenceFile, EvidenceItem, EvidenceManifestRow

#: What one message announces has one instant: the kinds' own order keeps the pages steady.
_ORDER = {kind: place for place, kind in enumerate(EvidenceKind)}


def file(db: Session, sha256: str) -> EvidenceFile | None:
    """Return a file, locked."""
    return db.get(EvidenceFile, sha256, with_for_update=True, populate_existing=True)


def files(db: Session) -> Sequence[EvidenceFile]:
    """Return all files."""
    return db.scalars(select(EvidenceFile).order_by(EvidenceFile.sha256)).all()


def is_announced_by(db: Session, device_id: str, sha256: str) -> bool:
    """Whether this device has announced this hash."""
    query = select(EvidenceItem.id).where(
        EvidenceItem.device_id == device_id, EvidenceItem.sha256 == sha256
    )
    return db.scalar(query.limit(1)) is not None


def announcers(db: Session, sha256: str) -> set[str]:
    """Return the devices that have announced this hash."""
    query = select(EvidenceItem.device_id).where(EvidenceItem.sha256 == sha256).distinct()
    return set(db.scalars(query))


def incidents_of(db: Session, sha256: str) -> Sequence[UUID]:
    """Return the incidents that a file belongs to."""
    query = select(EvidenceItem.incident_id).where(EvidenceItem.sha256 == sha256).distinct()
    return db.scalars(query).all()


def add_file(db: Session, sha256: str, size: int, at: datetime) -> None:
    """Expect a file, unless it is expected or there already."""
    values = {"sha256": sha256, "bytes": size, "state": FileState.ANNOUNCED, "announced_at": at}
    db.execute(insert(EvidenceFile).values(values).on_conflict_do_nothing())


def add_item(db: Session, item: dict[str, object]) -> bool:
    """Add what a file is to an incident; False when that is known."""
    row = insert(EvidenceItem).values(item).on_conflict_do_nothing().returning(EvidenceItem.id)
    return db.scalar(row) is not None


def items(db: Session, incidents: Iterable[UUID]) -> list[tuple[EvidenceItem, EvidenceFile | None]]:
    """Return the evidence of incidents with its files, oldest first, pictures before clips."""
    query = (
        select(EvidenceItem, EvidenceFile)
        .outerjoin(EvidenceFile, EvidenceItem.sha256 == EvidenceFile.sha256)
        .where(EvidenceItem.incident_id.in_(list(incidents)))
    )
    found = [(row[0], row[1]) for row in db.execute(query)]
    return sorted(found, key=lambda pair: (pair[0].announced_at, _ORDER[pair[0].kind], pair[0].id))


def item(db: Session, item_id: UUID) -> tuple[EvidenceItem, EvidenceFile | None] | None:
    """Return one item with its file."""
    query = (
        select(EvidenceItem, EvidenceFile)
        .outerjoin(EvidenceFile, EvidenceItem.sha256 == EvidenceFile.sha256)
        .where(EvidenceItem.id == item_id)
    )
    row = db.execute(query).one_or_none()
    return (row[0], row[1]) if row is not None else None


def losses(db: Session, since: datetime) -> list[tuple[str, int, datetime]]:
    """Return who lost files since a moment, how many, and when last."""
    query = (
        select(EvidenceFile.lost_by, func.count(), func.max(EvidenceFile.lost_at))
        .where(EvidenceFile.lost_at >= since)
        .group_by(EvidenceFile.lost_by)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query) if row[0] and row[2]]


def lost_files(
    db: Session, device_id: str, most: int
) -> list[tuple[EvidenceFile, EvidenceItem | None]]:
    """Return what a device lost, newest first, with what each file was to an incident."""
    mine = and_(
        EvidenceItem.sha256 == EvidenceFile.sha256, EvidenceItem.device_id == EvidenceFile.lost_by
    )
    query = (
        select(EvidenceFile, EvidenceItem)
        .outerjoin(EvidenceItem, mine)
        .where(EvidenceFile.lost_by == device_id)
        .order_by(EvidenceFile.lost_at.desc(), EvidenceFile.sha256, EvidenceItem.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def lost_since(db: Session, since: datetime) -> list[tuple[UUID, str, datetime]]:
    """Return incident, device and time of each loss since a moment, oldest first."""
    mine = and_(
        EvidenceItem.sha256 == EvidenceFile.sha256, EvidenceItem.device_id == EvidenceFile.lost_by
    )
    query = (
        select(EvidenceItem.incident_id, EvidenceItem.device_id, func.min(EvidenceFile.lost_at))
        .join(EvidenceFile, mine)
        .where(EvidenceFile.lost_at >= since)
        .group_by(EvidenceItem.incident_id, EvidenceItem.device_id)
        .order_by(func.min(EvidenceFile.lost_at))
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query) if row[2] is not None]


def add_manifest(
    db: Session, at: datetime, sealed: EvidenceSealed, manifest: EvidenceManifest
) -> None:
    """Keep a manifest, exactly as it was signed."""
    row = EvidenceManifestRow(
        id=manifest.id,
        incident_id=manifest.incident_id,
        device_id=manifest.device,
        sha256=sealed.manifest_sha256,
        previous_sha256=manifest.previous_manifest_sha256,
        manifest=sealed.manifest.encode(),
        signature=sealed.signature,
        received_at=at,
    )
    db.add(row)


def manifest_of(db: Session, incident_id: UUID) -> EvidenceManifestRow | None:
    """Return an incident's manifest."""
    return db.scalar(
        select(EvidenceManifestRow).where(EvidenceManifestRow.incident_id == incident_id)
    )


def manifest_by_hash(db: Session, device_id: str, sha256: str) -> EvidenceManifestRow | None:
    """Return a device's manifest of that hash."""
    return db.scalar(
        select(EvidenceManifestRow).where(
            EvidenceManifestRow.device_id == device_id, EvidenceManifestRow.sha256 == sha256
        )
    )


def manifests(db: Session) -> Sequence[EvidenceManifestRow]:
    """Return all manifests."""
    return db.scalars(select(EvidenceManifestRow).order_by(EvidenceManifestRow.received_at)).all()
