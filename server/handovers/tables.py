"""Transfers to other departments and other units."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from server.handovers.matter import Matter
from server.handovers.states import TransferState
from server.kit.db import Json, Word, one_of


class Transfer(Matter):
    """A matter that another department is competent for."""

    __tablename__ = "transfer"
    __table_args__ = (
        one_of("state", TransferState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("length(receiver) >= 1", name="receiver"),
        CheckConstraint("department IS NULL OR to_unit_id IS NULL", name="one_receiver"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approval"),
        CheckConstraint("approved_by <> drafted_by", name="second_person"),
        CheckConstraint("(state = 'draft') = (approved_by IS NULL)", name="approved_state"),
        CheckConstraint(
            "(state IN ('draft', 'approved')) = (sent_at IS NULL)"
            " AND (sent_at IS NULL) = (document_no IS NULL)",
            name="sent_state",
        ),
        CheckConstraint("(receipt IS NULL) = (received_at IS NULL)", name="receipt"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer"),
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
    receiver: Mapped[str] = mapped_column(comment="Name of the receiver")
    department: Mapped[str | None] = mapped_column(
        comment="The receiver in handovers/departments.yaml; None: a unit, or not chosen yet"
    )
    to_unit_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="The receiver, where that is another enforcing unit"
    )
    incidents: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), comment="Incidents whose evidence goes along"
    )
    content: Mapped[Json] = mapped_column(comment="The fields as pre-filled, with law texts")
    catalogue_sha256: Mapped[str] = mapped_column(comment="Catalogue it was pre-filled from")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    drafted_by: Mapped[str | None] = mapped_column(
        comment="Account; None: drafted before this was kept"
    )
    opinion: Mapped[str | None] = mapped_column(comment="The leader's opinion, own words")
    approved_by: Mapped[str | None] = mapped_column(comment="Account of the leader")
    approved_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    document_no: Mapped[str | None] = mapped_column(comment="文号 of the provincial system, typed")
    sent_how: Mapped[str | None] = mapped_column(comment="By which way it was sent")
    sent_at: Mapped[datetime | None] = mapped_column(comment="Server time; R-021 counts from it")
    receipt: Mapped[str | None] = mapped_column(comment="Who signed for it, as on the receipt")
    received_at: Mapped[datetime | None] = mapped_column(comment="When the receipt was noted")
    answer: Mapped[str | None] = mapped_column(comment="What the receiver did, as it answered")
    answered_at: Mapped[datetime | None] = mapped_column(comment="When the answer was noted")
    closed_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    returned_because: Mapped[str | None] = mapped_column(comment="Why the receiver sent it back")
