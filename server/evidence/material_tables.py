"""Evidence of incidents as something that is reviewed, used, held, exported and destroyed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.evidence.material_states import ExportState, HoldState, MaterialState, Use
from server.kit.append_only import append_only
from server.kit.db import Entity, Json, Word, one_of


class EvidenceMaterial(Entity):
    """One incident's evidence, as the box's signed manifest binds it 证据材料."""

    __tablename__ = "evidence_material"
    __table_args__ = (
        one_of("state", MaterialState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(fixed_at IS NULL) = (handler_person IS NULL)", name="handler"),
        # Whatever a program does: what counts as reviewed has two halves by two persons, neither
        # of them the handler.
        CheckConstraint(
            "state NOT IN ('qualified', 'sealed', 'exported') OR (handler_person IS NOT NULL"
            " AND legal_person IS NOT NULL AND tech_person IS NOT NULL)",
            name="both_halves",
        ),
        CheckConstraint(
            "legal_person <> tech_person AND legal_person <> handler_person"
            " AND tech_person <> handler_person",
            name="apart",
        ),
        CheckConstraint("(state = 'destroyed') = (destroyed_at IS NOT NULL)", name="destroyed_at"),
        Index(None, "state", "announced_at"),
        Index(None, "unit_id", "state"),
        {"comment": "Evidence of incidents as it is reviewed and used 证据材料"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    incident_id: Mapped[UUID] = mapped_column(unique=True, comment="Whose evidence it is")
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), comment="Who announced it")
    state: Mapped[MaterialState] = mapped_column(
        Word(MaterialState), comment="See evidence/material_states.py"
    )
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    announced_at: Mapped[datetime] = mapped_column(comment="First heard of, server time")
    unit_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="Whose officer fixed it"
    )
    fixed_at: Mapped[datetime | None] = mapped_column(comment="When an officer fixed it 固定")
    handler_person: Mapped[UUID | None] = mapped_column(comment="Who fixed it")
    handler_name: Mapped[str | None] = mapped_column(comment="That person's name")
    legal_person: Mapped[UUID | None] = mapped_column(comment="Who passed the legal half")
    tech_person: Mapped[UUID | None] = mapped_column(comment="Who passed the technical half")
    legal: Mapped[Json | None] = mapped_column(comment="The legal half as given")
    tech: Mapped[Json | None] = mapped_column(comment="The technical half as given")
    tampered_because: Mapped[str | None] = mapped_column(comment="What is wrong with which file")
    destroyed_at: Mapped[datetime | None] = mapped_column(comment="See evidence_tombstone")


class EvidenceUse(Entity):
    """A matter that uses a material, as evidence of a penalty or as a lead only."""

    __tablename__ = "evidence_use"
    __table_args__ = (
        one_of("use", Use),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
        Index(
            "uq_evidence_use_open",
            *("material_id", "matter_kind", "matter_id"),
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        Index(None, "matter_kind", "matter_id"),
        {"comment": "Which matters use which evidence"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    material_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence_material.id"), comment="Which material"
    )
    matter_kind: Mapped[str] = mapped_column(comment="handover, task, transfer, referral …")
    matter_id: Mapped[str] = mapped_column(comment="Which one")
    matter_number: Mapped[str] = mapped_column(comment="Its human number")
    use: Mapped[Use] = mapped_column(Word(Use), comment="As evidence of a penalty or as a lead")
    attached_at: Mapped[datetime] = mapped_column(comment="Server time")
    attached_person: Mapped[UUID] = mapped_column(comment="Who attached it: a handler too")
    attached_name: Mapped[str] = mapped_column(comment="That person's name")
    ended_at: Mapped[datetime | None] = mapped_column(comment="The matter needs it no more")
    ended_because: Mapped[str | None] = mapped_column(comment="Why: archived, taken back")


class EvidenceHold(Entity):
    """A legal hold: as long as it stands, nothing of the material is destroyed."""

    __tablename__ = "evidence_hold"
    __table_args__ = (
        one_of("state", HoldState),
        CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released"),
        Index(None, "material_id", "state"),
        {"comment": "Legal holds on evidence"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    material_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence_material.id"), comment="Which material"
    )
    state: Mapped[HoldState] = mapped_column(Word(HoldState), comment="held or released")
    reason: Mapped[str] = mapped_column(comment="Why it is held")
    held_at: Mapped[datetime] = mapped_column(comment="Server time")
    held_by: Mapped[str] = mapped_column(comment="Who holds it, by name")
    released_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    released_by: Mapped[str | None] = mapped_column(comment="Who released it, by name")
    released_because: Mapped[str | None] = mapped_column(comment="Why")


class EvidenceExport(Entity):
    """One copy of one material that left, or that somebody wants to leave."""

    __tablename__ = "evidence_export"
    __table_args__ = (
        one_of("state", ExportState),
        one_of("use", Use),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("decided_person <> requested_person", name="apart"),
        CheckConstraint("state IN ('requested', 'refused') OR copy_no IS NOT NULL", name="copy_no"),
        UniqueConstraint("material_id", "copy_no"),
        {"comment": "Copies of evidence that left the server"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    material_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence_material.id"), comment="Which material"
    )
    state: Mapped[ExportState] = mapped_column(Word(ExportState), comment="See material_states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    use: Mapped[Use] = mapped_column(Word(Use), comment="As evidence of a penalty or as a lead")
    purpose: Mapped[str] = mapped_column(comment="What for, as typed")
    receiver: Mapped[str] = mapped_column(comment="Who gets it, as typed")
    requested_at: Mapped[datetime] = mapped_column(comment="Server time")
    requested_person: Mapped[UUID] = mapped_column(comment="Who asks")
    requested_name: Mapped[str] = mapped_column(comment="That person's name")
    decided_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    decided_person: Mapped[UUID | None] = mapped_column(comment="Who approved or refused")
    decided_name: Mapped[str | None] = mapped_column(comment="That person's name")
    decided_because: Mapped[str | None] = mapped_column(comment="The decider's words")
    copy_no: Mapped[int | None] = mapped_column(comment="Which copy of the material, from 1")
    delivered_at: Mapped[datetime | None] = mapped_column(comment="When the file was fetched")
    receipt: Mapped[str | None] = mapped_column(comment="The receiver's receipt, as typed")


class EvidenceTombstone(Entity):
    """One destroyed file: what it was, who destroyed it, when and on what basis."""

    __tablename__ = "evidence_tombstone"
    __table_args__ = (
        CheckConstraint("bytes >= 1", name="bytes"),
        Index(None, "material_id"),
        {"comment": "What was destroyed; append-only"},
    )

    seq: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), primary_key=True, comment="In the order of destruction"
    )
    material_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence_material.id"), comment="Which material"
    )
    incident_id: Mapped[UUID] = mapped_column(comment="Whose evidence it was")
    sha256: Mapped[str] = mapped_column(comment="Hash of the destroyed bytes")
    bytes: Mapped[int] = mapped_column(comment="Their length")
    kinds: Mapped[str] = mapped_column(comment="What it was to the incident")
    was_here: Mapped[bool] = mapped_column(comment="Whether its bytes had ever come")
    manifest_sha256: Mapped[str | None] = mapped_column(comment="The signed manifest that stays")
    destroyed_at: Mapped[datetime] = mapped_column(comment="Server time")
    destroyed_by: Mapped[str] = mapped_column(comment="Who: the retention job")
    basis: Mapped[str] = mapped_column(comment="Rule and version, and why its time was over")


append_only(EvidenceTombstone.__table__)
