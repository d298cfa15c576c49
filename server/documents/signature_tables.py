"""Signatures on what is written down."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.append_only import append_only
from server.kit.db import Entity, Word, one_of


class Signed(StrEnum):
    """What bears the signature."""

    RECORD = "inspection_record"
    ORDER = "rectification_order"
    RECHECK = "recheck"


class SignedBy(StrEnum):
    """Who signed; a refusal is the officers' note that the enterprise would not."""

    OFFICER = "officer"
    ENTERPRISE = "enterprise"
    REFUSAL = "refusal"


class Signature(Entity):
    """One signature on one text. It counts as long as the text still has this hash."""

    __tablename__ = "signature"
    __table_args__ = (
        one_of("document", Signed),
        one_of("signed_by", SignedBy),
        CheckConstraint("length(content_sha256) = 64", name="content_sha256"),
        CheckConstraint(
            "(signed_by = 'officer') = (certificate_no IS NOT NULL)", name="certificate_no"
        ),
        CheckConstraint("signed_by <> 'refusal' OR length(btrim(note)) >= 4", name="note"),
        CheckConstraint("length(btrim(name)) >= 1", name="name"),
        Index(None, "object_id", "at"),
        {"comment": "Signatures of officers and enterprises; a changed text voids them"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    document: Mapped[Signed] = mapped_column(Word(Signed), comment="What bears it")
    object_id: Mapped[UUID] = mapped_column(comment="Task, order or re-check")
    content_sha256: Mapped[str] = mapped_column(comment="Hash of the text that was signed")
    signed_by: Mapped[SignedBy] = mapped_column(Word(SignedBy), comment="Who")
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id"), comment="The officer; of an enterprise's, who took it down"
    )
    name: Mapped[str] = mapped_column(comment="Name of who signed")
    post: Mapped[str | None] = mapped_column(comment="职务 of the enterprise's person")
    certificate_no: Mapped[str | None] = mapped_column(comment="行政执法证 valid at that moment")
    note: Mapped[str | None] = mapped_column(comment="拒绝签字 and how it came to it")
    at: Mapped[datetime] = mapped_column(comment="Server time: the legal clock")


append_only(Signature.__table__)
