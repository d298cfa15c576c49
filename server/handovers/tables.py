"""Draft transfers to other departments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from server.handovers.states import TransferState
from server.kit.db import Entity, Json, Word, one_of


class Transfer(Entity):
    """A matter that another department is competent for."""

    __tablename__ = "transfer"
    __table_args__ = (
        one_of("state", TransferState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("length(receiver) >= 1", name="receiver"),
        Index("ix_transfer_unit", "unit_id", "created_at"),
        {"comment": "Transfers 移送函"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="YS-…, gap-free by unit and year")
    state: Mapped[TransferState] = mapped_column(
        Word(TransferState), comment="See handovers/states.py"
    )
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("lead.id"), unique=True, comment="The lead it comes from"
    )
    lead_number: Mapped[str] = mapped_column(comment="Number of that lead")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who transfers")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="About whom")
    hazard: Mapped[str] = mapped_column(comment="Suspected hazard")
    receiver: Mapped[str] = mapped_column(comment="Proposed receiver")
    incidents: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), comment="Incidents whose evidence goes along"
    )
    content: Mapped[Json] = mapped_column(comment="The fields as pre-filled, with law texts")
    catalogue_sha256: Mapped[str] = mapped_column(comment="Catalogue it was pre-filled from")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
