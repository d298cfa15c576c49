"""Revisions of the boxes' configurations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.configuration.states import RevisionState
from server.kit.db import Entity, Json, Word, one_of

_SENT = "number, document, document_sha256, signature, key_id, message_id, published_at"


class Revision(Entity):
    """One configuration for one box. Its files never change: another text is another revision."""

    __tablename__ = "config_revision"
    __table_args__ = (
        one_of("state", RevisionState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(files_sha256) = 64", name="files_sha256"),
        CheckConstraint("approved_by <> author", name="second_person"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approval"),
        CheckConstraint(f"num_nulls({_SENT}) IN (0, 7)", name="sent_whole"),
        CheckConstraint("document IS NULL OR approved_by IS NOT NULL", name="sent_approved"),
        CheckConstraint(
            "document IS NOT NULL OR state IN ('drafted', 'approved', 'withdrawn')",
            name="sent_state",
        ),
        UniqueConstraint("device_id", "number"),
        UniqueConstraint("device_id", "document_sha256"),
        Index("ix_config_revision_device", "device_id", "id"),
        Index(
            "ix_config_revision_one_published",
            "device_id",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        Index("ix_config_revision_at_broker", "id", postgresql_where=text("at_broker")),
        {"comment": "Revisions of the boxes' configurations 配置版本"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), comment="Which box")
    state: Mapped[RevisionState] = mapped_column(
        Word(RevisionState), comment="See configuration/states.py"
    )
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    files: Mapped[Json] = mapped_column(comment="Name of each file → its text")
    files_sha256: Mapped[str] = mapped_column(comment="Of the files: what was approved")
    author: Mapped[str] = mapped_column(comment="Account of who wrote it")
    reason: Mapped[str] = mapped_column(comment="Why it is wanted, in the author's words")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    restores_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("config_revision.id"), comment="The earlier revision that it brings back"
    )
    approved_by: Mapped[str | None] = mapped_column(comment="Account; never the author")
    approved_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    number: Mapped[int | None] = mapped_column(
        comment="Counts up per box in the order of publication; set with everything signed"
    )
    document: Mapped[str | None] = mapped_column(comment="The exact text that was signed")
    document_sha256: Mapped[str | None] = mapped_column(comment="By which the box answers")
    signature: Mapped[str | None] = mapped_column(comment="Ed25519 over the document, base64")
    key_id: Mapped[str | None] = mapped_column(comment="SHA-256 of the raw public key")
    message_id: Mapped[UUID | None] = mapped_column(comment="Of the message to the box")
    published_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    at_broker: Mapped[bool] = mapped_column(
        comment="It may lie at the broker for the box; False again once it was taken back"
    )
    handed_over_at: Mapped[datetime | None] = mapped_column(
        comment="When the broker first confirmed it"
    )
    ended_at: Mapped[datetime | None] = mapped_column(
        comment="When the box answered, or when it was withdrawn"
    )
    ended_because: Mapped[str | None] = mapped_column(
        comment="The box's reason for refusing, or why it was withdrawn"
    )
