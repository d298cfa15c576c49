"""Files of evidence, what each is to an incident, and the signed manifests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hazard_library.contract.evidence import EvidenceKind
from server.evidence.states import FileState
from server.kit.append_only import append_only
from server.kit.db import Entity, Word, one_of


class EvidenceFile(Entity):
    """One file, addressed by its hash; its bytes lie on disk, never in the database."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        one_of("state", FileState),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("bytes >= 1", name="bytes"),
        CheckConstraint(
            "CASE WHEN state IN ('announced', 'quarantined') THEN stored_at IS NULL"
            " ELSE stored_at IS NOT NULL OR state = 'destroyed' END",
            name="stored_at",
        ),
        CheckConstraint("mismatches >= 0", name="mismatches"),
        CheckConstraint("(lost_at IS NULL) = (lost_by IS NULL)", name="lost"),
        CheckConstraint(
            "lost_at IS NULL OR state IN ('announced', 'quarantined', 'destroyed')",
            name="lost_state",
        ),
        Index(
            "ix_evidence_file_lost", "lost_by", "lost_at", postgresql_where="lost_at IS NOT NULL"
        ),
        {"comment": "Files of evidence"},
    )

    sha256: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256, lower-case hex")
    bytes: Mapped[int] = mapped_column(comment="Length as announced")
    state: Mapped[FileState] = mapped_column(Word(FileState), comment="See evidence/states.py")
    reason: Mapped[str | None] = mapped_column(comment="Why it is missing or altered")
    mismatches: Mapped[int] = mapped_column(
        server_default="0", comment="How often other bytes came under its hash"
    )
    announced_at: Mapped[datetime] = mapped_column(comment="First announced, server time")
    stored_at: Mapped[datetime | None] = mapped_column(comment="All bytes there and checked")
    verified_at: Mapped[datetime | None] = mapped_column(comment="Hashed again, last time")
    lost_at: Mapped[datetime | None] = mapped_column(
        comment="When its box told that it will never come, server time"
    )
    lost_by: Mapped[str | None] = mapped_column(
        ForeignKey("device.id"), comment="The box that lost it; set with lost_at"
    )


class EvidenceItem(Entity):
    """What a file is to an incident; without a file: what could not be made, and why."""

    __tablename__ = "evidence_item"
    __table_args__ = (
        one_of("kind", EvidenceKind),
        UniqueConstraint("incident_id", "kind", "sha256"),
        CheckConstraint("(sha256 IS NULL) = (lost_because IS NOT NULL)", name="file_or_reason"),
        CheckConstraint("redaction IN ('none', 'heads_blurred')", name="redaction"),
        Index(None, "device_id", "sha256"),
        Index(
            "uq_evidence_item_lost",
            "incident_id",
            "kind",
            unique=True,
            postgresql_where="sha256 IS NULL",
        ),
        {"comment": "Evidence of incidents"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    incident_id: Mapped[UUID] = mapped_column(comment="Whose evidence it is")
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), comment="Who announced it")
    kind: Mapped[EvidenceKind] = mapped_column(Word(EvidenceKind), comment="What it is")
    sha256: Mapped[str | None] = mapped_column(
        ForeignKey("evidence_file.sha256"), comment="The file; None when it was lost"
    )
    media_type: Mapped[str | None] = mapped_column(comment="Its media type")
    redaction: Mapped[str | None] = mapped_column(comment="none or heads_blurred")
    lost_because: Mapped[str | None] = mapped_column(comment="Why the box could not make it")
    announced_at: Mapped[datetime] = mapped_column(comment="Server time")


class EvidenceManifestRow(Entity):
    """A signed manifest, exactly as it was signed."""

    __tablename__ = "evidence_manifest"
    __table_args__ = (
        UniqueConstraint("device_id", "sha256"),
        {"comment": "Signed manifests; append-only"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="Manifest id, given by the box")
    incident_id: Mapped[UUID] = mapped_column(unique=True, comment="Whose evidence it binds")
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), comment="Who signed")
    sha256: Mapped[str] = mapped_column(comment="Hash of the exact text")
    previous_sha256: Mapped[str | None] = mapped_column(comment="The device's manifest before")
    manifest: Mapped[bytes] = mapped_column(LargeBinary, comment="The exact text, as signed")
    signature: Mapped[str] = mapped_column(comment="Ed25519, base64")
    received_at: Mapped[datetime] = mapped_column(comment="Server time")


append_only(EvidenceManifestRow.__table__)
