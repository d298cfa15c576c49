"""SQL of materials, their uses, holds and exports."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from server.evidence.material_states import HoldState, MaterialState
from server.evidence.material_tables import (
    EvidenceExport,
    EvidenceHold,
    EvidenceMaterial,
    EvidenceTombstone,
    EvidenceUse,
)
from server.evidence.states import FileState
from server.evidence.tables import EvidenceFile, EvidenceItem
from server.kit.ids import new_id


def track(db: Session, at: datetime, device_id: str, incident_id: UUID) -> None:
    """Begin a material for an incident, unless there is one."""
    values = {
        "id": new_id(at),
        "incident_id": incident_id,
        "device_id": device_id,
        "state": MaterialState.ANNOUNCED,
        "version": 1,
        "announced_at": at,
    }
    db.execute(insert(EvidenceMaterial).values(values).on_conflict_do_nothing())


def material(db: Session, material_id: UUID) -> EvidenceMaterial | None:
    """Return a material, locked."""
    return db.get(EvidenceMaterial, material_id, with_for_update=True, populate_existing=True)


def seen(db: Session, material_id: UUID) -> EvidenceMaterial | None:
    """Return a material to look at."""
    return db.get(EvidenceMaterial, material_id)


def seen_of_incident(db: Session, incident_id: UUID) -> EvidenceMaterial | None:
    """Return an incident's material to look at."""
    query = select(EvidenceMaterial).where(EvidenceMaterial.incident_id == incident_id)
    return db.scalars(query).one_or_none()


def of_incident(db: Session, incident_id: UUID) -> EvidenceMaterial | None:
    """Return an incident's material, locked."""
    query = select(EvidenceMaterial).where(EvidenceMaterial.incident_id == incident_id)
    return db.scalars(
        query.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def of_incidents(db: Session, incidents: Collection[UUID]) -> Sequence[EvidenceMaterial]:
    """Return the materials of incidents, oldest first."""
    query = select(EvidenceMaterial).where(EvidenceMaterial.incident_id.in_(incidents))
    return db.scalars(query.order_by(EvidenceMaterial.announced_at, EvidenceMaterial.id)).all()


def holding(db: Session, sha256: str) -> Sequence[EvidenceMaterial]:
    """Return the materials that a file belongs to, locked."""
    incidents = select(EvidenceItem.incident_id).where(EvidenceItem.sha256 == sha256)
    query = select(EvidenceMaterial).where(EvidenceMaterial.incident_id.in_(incidents))
    return db.scalars(query.with_for_update()).all()


def listed(
    db: Session, units: Collection[UUID], states: Collection[MaterialState], limit: int
) -> Sequence[EvidenceMaterial]:
    """Return the fixed materials of units in some states, oldest first."""
    query = (
        select(EvidenceMaterial)
        .where(EvidenceMaterial.unit_id.in_(units), EvidenceMaterial.state.in_(states))
        .order_by(EvidenceMaterial.fixed_at, EvidenceMaterial.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def waiting(db: Session, before: datetime, limit: int) -> Sequence[EvidenceMaterial]:
    """Return what was announced before a moment and is not whole, oldest first."""
    query = (
        select(EvidenceMaterial)
        .where(
            EvidenceMaterial.state == MaterialState.ANNOUNCED,
            EvidenceMaterial.announced_at < before,
        )
        .order_by(EvidenceMaterial.announced_at, EvidenceMaterial.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def destroyable(
    db: Session, before: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[EvidenceMaterial]:
    """Return a page of what was announced before a moment and still holds something."""
    query = select(EvidenceMaterial).where(
        EvidenceMaterial.announced_at < before,
        EvidenceMaterial.state.not_in((MaterialState.DESTROYED, MaterialState.TAMPERED)),
    )
    if after is not None:
        at, known = after
        query = query.where(
            (EvidenceMaterial.announced_at > at)
            | ((EvidenceMaterial.announced_at == at) & (EvidenceMaterial.id > known))
        )
    return db.scalars(
        query.order_by(EvidenceMaterial.announced_at, EvidenceMaterial.id).limit(limit)
    ).all()


def files(db: Session, incident_id: UUID) -> Sequence[EvidenceFile]:
    """Return an incident's files."""
    named = select(EvidenceItem.sha256).where(EvidenceItem.incident_id == incident_id)
    query = select(EvidenceFile).where(EvidenceFile.sha256.in_(named))
    return db.scalars(query.order_by(EvidenceFile.sha256)).all()


def kinds(db: Session, incident_id: UUID, sha256: str) -> str:
    """Return what a file is to an incident."""
    query = select(EvidenceItem.kind).where(
        EvidenceItem.incident_id == incident_id, EvidenceItem.sha256 == sha256
    )
    return ", ".join(sorted(kind.value for kind in db.scalars(query)))


def is_shared(db: Session, sha256: str, incident_id: UUID) -> bool:
    """Whether another material that is not destroyed needs a file too."""
    others = (
        select(EvidenceMaterial.id)
        .join(EvidenceItem, EvidenceItem.incident_id == EvidenceMaterial.incident_id)
        .where(
            EvidenceItem.sha256 == sha256,
            EvidenceItem.incident_id != incident_id,
            EvidenceMaterial.state != MaterialState.DESTROYED,
        )
    )
    return db.scalar(others.limit(1)) is not None


def open_uses(db: Session, material_id: UUID) -> Sequence[EvidenceUse]:
    """Return the matters that use a material now."""
    query = select(EvidenceUse).where(
        EvidenceUse.material_id == material_id, EvidenceUse.ended_at.is_(None)
    )
    return db.scalars(query.order_by(EvidenceUse.attached_at)).all()


def uses_of_matter(db: Session, kind: str, matter_id: str) -> Sequence[EvidenceUse]:
    """Return what a matter uses now."""
    query = select(EvidenceUse).where(
        EvidenceUse.matter_kind == kind,
        EvidenceUse.matter_id == matter_id,
        EvidenceUse.ended_at.is_(None),
    )
    return db.scalars(query.order_by(EvidenceUse.attached_at, EvidenceUse.id)).all()


def holds(db: Session, material_id: UUID) -> Sequence[EvidenceHold]:
    """Return a material's holds, oldest first."""
    query = select(EvidenceHold).where(EvidenceHold.material_id == material_id)
    return db.scalars(query.order_by(EvidenceHold.held_at, EvidenceHold.id)).all()


def is_held(db: Session, material_id: UUID) -> bool:
    """Whether a hold stands."""
    return any(hold.state is HoldState.HELD for hold in holds(db, material_id))


def exports(db: Session, material_id: UUID) -> Sequence[EvidenceExport]:
    """Return a material's exports, oldest first."""
    query = select(EvidenceExport).where(EvidenceExport.material_id == material_id)
    return db.scalars(query.order_by(EvidenceExport.requested_at, EvidenceExport.id)).all()


def next_copy(db: Session, material_id: UUID) -> int:
    """Return the number of the next copy."""
    query = select(func.max(EvidenceExport.copy_no)).where(
        EvidenceExport.material_id == material_id
    )
    return (db.scalar(query) or 0) + 1


def tombstones(db: Session, material_id: UUID) -> Sequence[EvidenceTombstone]:
    """Return what was destroyed of a material."""
    query = select(EvidenceTombstone).where(EvidenceTombstone.material_id == material_id)
    return db.scalars(query.order_by(EvidenceTombstone.seq)).all()


def are_stored(db: Session, hashes: Collection[str]) -> bool:
    """Whether every one of these files is here and was found whole."""
    query = select(func.count()).where(
        EvidenceFile.sha256.in_(hashes), EvidenceFile.state == FileState.STORED
    )
    return (db.scalar(query) or 0) == len(set(hashes))
