"""What is asked and shown of evidence materials."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from server.evidence import material_repository as materials
from server.evidence.custody import chain
from server.evidence.gate import lacking
from server.evidence.machine_checks import grade_of, machine_checks
from server.evidence.material_states import (
    LEAD_ONLY_MARK,
    MATERIALS,
    ExportState,
    HoldState,
    MaterialEvent,
    MaterialState,
    Use,
)
from server.evidence.material_tables import EvidenceMaterial
from server.evidence.materials import number_of, opinion_of
from server.kit.double_review import Half, Opinion, checklist

Typed = Annotated[str, Field(min_length=4, max_length=500)]


class ExportWish(BaseModel):
    """What copy is wanted."""

    use: Use
    purpose: Typed
    receiver: Annotated[str, Field(min_length=2, max_length=200)]


class Words(BaseModel):
    """Why, or a receipt."""

    reason: Typed


class CheckShown(BaseModel):
    """One item of a checklist, with what the server itself finds about it."""

    id: str
    zh: str
    en: str
    holds: bool | None = Field(description="None: only a person can tell")
    found_zh: str | None
    may_be_explained: bool


class HoldShown(BaseModel):
    """A legal hold."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    material_id: UUID
    state: HoldState
    reason: str
    held_at: datetime
    held_by: str
    released_at: datetime | None
    released_by: str | None
    released_because: str | None


class ExportShown(BaseModel):
    """A copy that left, or that somebody wants to leave."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    material_id: UUID
    state: ExportState
    version: int
    use: Use
    purpose: str
    receiver: str
    requested_at: datetime
    requested_name: str
    decided_at: datetime | None
    decided_name: str | None
    decided_because: str | None
    copy_no: int | None
    delivered_at: datetime | None
    receipt: str | None


class UseShown(BaseModel):
    """A matter that uses the material."""

    model_config = ConfigDict(from_attributes=True)

    matter_kind: str
    matter_id: str
    matter_number: str
    use: Use
    attached_at: datetime
    attached_name: str


class MaterialRow(BaseModel):
    """A material in a list."""

    id: UUID
    number: str
    incident_id: UUID
    device: str
    state: MaterialState
    version: int
    announced_at: datetime
    fixed_at: datetime | None
    handler: str | None


class MaterialShown(MaterialRow):
    """A material: where it stands, who found what, and what it still lacks."""

    grade: str = Field(description="A or B, judged at the time of recording")
    mark: str | None = Field(description="What stands on everything of grade B")
    lacks: tuple[str, ...] = Field(description="Before it may be evidence of a penalty")
    legal: Opinion | None
    tech: Opinion | None
    legal_checks: tuple[CheckShown, ...]
    tech_checks: tuple[CheckShown, ...]
    tampered_because: str | None
    destroyed_at: datetime | None
    events: tuple[MaterialEvent, ...] = Field(description="What the state allows")
    uses: tuple[UseShown, ...]
    holds: tuple[HoldShown, ...]
    exports: tuple[ExportShown, ...]
    review_status: str = Field(default="UNREVIEWED", description="未经法制审核")


class MaterialList(BaseModel):
    """Materials, oldest first."""

    items: tuple[MaterialRow, ...]


class WaitingRow(MaterialRow):
    """A material that is not whole: what it waits for."""

    waits_for: tuple[str, ...]


class WaitingList(BaseModel):
    """What was announced long ago and is not whole, or belongs to no incident."""

    items: tuple[WaitingRow, ...]


class LinkShown(BaseModel):
    """One line of the custody chain."""

    at: datetime
    who: str
    zh: str
    en: str
    detail: str | None


class TombstoneShown(BaseModel):
    """One destroyed file."""

    model_config = ConfigDict(from_attributes=True)

    sha256: str
    bytes: int
    kinds: str
    was_here: bool
    destroyed_at: datetime
    destroyed_by: str
    basis: str


class Custody(BaseModel):
    """Who had a material when, and what was checked; and what was destroyed of it."""

    number: str
    links: tuple[LinkShown, ...]
    tombstones: tuple[TombstoneShown, ...]


def row_of(material: EvidenceMaterial) -> MaterialRow:
    """Write a material for a list."""
    return MaterialRow(
        id=material.id,
        number=number_of(material),
        incident_id=material.incident_id,
        device=material.device_id,
        state=material.state,
        version=material.version,
        announced_at=material.announced_at,
        fixed_at=material.fixed_at,
        handler=material.handler_name,
    )


def page_of(db: Session, material: EvidenceMaterial) -> MaterialShown:
    """Write a material's page."""
    grade = grade_of(db, material)
    return MaterialShown(
        **row_of(material).model_dump(),
        grade=grade,
        mark=LEAD_ONLY_MARK if grade == "B" else None,
        lacks=tuple(lacking(db, material)),
        legal=opinion_of(material, Half.LEGAL),
        tech=opinion_of(material, Half.TECH),
        legal_checks=_checks(db, material, Half.LEGAL),
        tech_checks=_checks(db, material, Half.TECH),
        tampered_because=material.tampered_because,
        destroyed_at=material.destroyed_at,
        events=MATERIALS.allowed(material.state),
        uses=tuple(UseShown.model_validate(one) for one in materials.open_uses(db, material.id)),
        holds=tuple(HoldShown.model_validate(one) for one in materials.holds(db, material.id)),
        exports=tuple(
            ExportShown.model_validate(one) for one in materials.exports(db, material.id)
        ),
    )


def custody_of(db: Session, material: EvidenceMaterial) -> Custody:
    """Write a material's custody chain."""
    return Custody(
        number=number_of(material),
        links=tuple(
            LinkShown(at=one.at, who=one.who, zh=one.zh, en=one.en, detail=one.detail)
            for one in chain(db, material)
        ),
        tombstones=tuple(
            TombstoneShown.model_validate(one) for one in materials.tombstones(db, material.id)
        ),
    )


def _checks(db: Session, material: EvidenceMaterial, half: Half) -> tuple[CheckShown, ...]:
    found = machine_checks(db, material, half)
    return tuple(
        CheckShown(
            id=check.id,
            zh=check.zh,
            en=check.en,
            holds=found[check.id].holds if check.id in found else None,
            found_zh=found[check.id].zh if check.id in found else None,
            may_be_explained=check.id in found and found[check.id].may_be_explained,
        )
        for check in checklist("evidence", half)
    )
