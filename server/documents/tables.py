"""Human numbers, counted without gaps; documents and all their versions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.documents.form_spec import Family, FormCode
from server.kit.append_only import append_only
from server.kit.db import Entity, Json, Word, one_of


class SerialNumber(Entity):
    """The last number given for one kind of object, division and year."""

    __tablename__ = "serial_number"
    __table_args__ = (
        CheckConstraint("prefix ~ '^[A-Z]{2}$'", name="prefix"),
        CheckConstraint("division_code ~ '^[0-9]{6}$'", name="division_code"),
        CheckConstraint("last >= 1", name="last"),
        {"comment": "Counters of human numbers; no official 文号, those are the province's"},
    )

    prefix: Mapped[str] = mapped_column(
        primary_key=True, comment="Two letters, as documents/serial.py names them"
    )
    division_code: Mapped[str] = mapped_column(primary_key=True, comment="GB/T 2260 of the unit")
    year: Mapped[int] = mapped_column(primary_key=True, comment="Year by the legal clock, in China")
    last: Mapped[int] = mapped_column(comment="The last number given")


class Document(Entity):
    """One form about one object: the facts it was filled from and what people typed."""

    __tablename__ = "document"
    __table_args__ = (
        one_of("form", FormCode),
        one_of("family", Family),
        CheckConstraint("version >= 1", name="version"),
        UniqueConstraint("about_type", "about_id", "form"),
        {"comment": "Documents 文书 F1-F8"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    form: Mapped[FormCode] = mapped_column(Word(FormCode), comment="Which form")
    family: Mapped[Family] = mapped_column(Word(Family), comment="Whose format it is printed in")
    about_type: Mapped[str] = mapped_column(comment="Kind of the object, as in the audit chain")
    about_id: Mapped[str] = mapped_column(comment="Id of the object")
    about_number: Mapped[str] = mapped_column(comment="Its human number; never a 文号")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True, comment="Whose it is")
    unit_name: Mapped[str] = mapped_column(comment="What the unit was called then")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    facts: Mapped[Json] = mapped_column(comment="What the record and the catalogue know")
    answers: Mapped[Json] = mapped_column(comment="Key of a field → what a person typed")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")


class DocumentVersion(Entity):
    """A document as it stood after one change; kept for ever."""

    __tablename__ = "document_version"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        {"comment": "Every version of every document, with what was changed"},
    )

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("document.id"), primary_key=True, comment="Which document"
    )
    version: Mapped[int] = mapped_column(primary_key=True, comment="Which version")
    at: Mapped[datetime] = mapped_column(comment="Server time")
    by: Mapped[str] = mapped_column(comment="Account, or svc:<part>")
    event: Mapped[str] = mapped_column(comment="filled, answered or family_chosen")
    changes: Mapped[Json] = mapped_column(comment="Key of a field → before, after")
    content: Mapped[Json] = mapped_column(comment="The whole form as filled in")


append_only(DocumentVersion.__table__)
