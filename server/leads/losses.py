"""Evidence that boxes lost for good, with the leads that lack it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import DeviceId, HazardId
from server.documents.schemas import HazardName, Named, hazard_name
from server.evidence import service as evidence
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.leads import repository

#: So many are listed, the newest; the audit chain has them all.
_MOST = 100


class LeadLacking(BaseModel):
    """The lead that a lost file belongs to."""

    id: UUID
    number: str
    hazard: HazardName
    camera: Named
    opened_at: datetime = Field(description="When its incident was raised")


class LostFile(BaseModel):
    """A file that will never come."""

    lost_at: datetime = Field(description="When the box told it, by the server's clock")
    kind: EvidenceKind | None = Field(description="None: nothing announced it")
    bytes: int
    reason: str
    lead: LeadLacking | None = Field(description="None: no lead that the reader may see")


class LostFiles(BaseModel):
    """The newest losses of a box."""

    items: tuple[LostFile, ...]


def lost_files(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, device: DeviceId
) -> LostFiles:
    """List what a box lost, newest first; a lead is named to whoever may read it.

    Raises:
        NotPermitted: the role reads no boxes.
    """
    actor.require(Act.DEVICES_READ, at)
    lost = evidence.lost_files(db, device, _MOST)
    of = _leads(db, at, actor, catalogue, {one.incident for one in lost if one.incident})
    return LostFiles(
        items=tuple(
            LostFile(
                lost_at=one.lost_at,
                kind=one.kind,
                bytes=one.bytes,
                reason=one.reason,
                lead=of.get(one.incident) if one.incident else None,
            )
            for one in lost
        )
    )


def _leads(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, incidents: Collection[UUID]
) -> dict[UUID, LeadLacking]:
    if not actor.may(Act.LEADS_READ, at):
        return {}
    rows = repository.visible_incidents(db, jurisdiction.scope(db, actor), incidents)
    return {
        row.incident_id: LeadLacking(
            id=lead.id,
            number=lead.number,
            hazard=hazard_name(catalogue, HazardId(row.hazard)),
            camera=Named(id=lead.camera, name=lead.camera_name),
            opened_at=row.opened_at,
        )
        for row, lead in rows
    }
