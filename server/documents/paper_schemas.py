"""Documents on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hazard_library.catalogue.text import Text
from server.documents import filling
from server.documents.filling import FilledForm, FilledLaw, missing_at
from server.documents.form_spec import Edition, Family, Filler, FormCode, Kind, spec_of
from server.documents.mark import Mark
from server.documents.tables import Document, DocumentVersion

Answer = Annotated[str, StringConstraints(max_length=20_000)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Asking(BaseModel):
    """A request's body; an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answers(Asking):
    """What a person types; an empty text takes an earlier answer back."""

    answers: dict[Key, Answer] = Field(
        max_length=200, description="Key of a field, or table/row/column → what is typed"
    )


class FamilyChoice(Asking):
    """The family of forms to print in."""

    family: Family


class EditionOut(BaseModel):
    """One entry of the registry."""

    form: FormCode
    family: Family
    version: int
    title: str
    issuer: str
    valid_from: date
    checked: bool = Field(description="Whether the layout was compared with the published print")
    moments: tuple[str, ...] = Field(description="At which steps fields are needed")

    @classmethod
    def of(cls, edition: Edition) -> "EditionOut":
        """Write an entry."""
        shown = edition.model_dump(exclude={"family_zh"})
        return cls(**shown, moments=spec_of(edition.form).moments)


class FieldOut(BaseModel):
    """One field: who answers for it, where its value comes from, and what was proposed before."""

    key: str = Field(description="Under which it is answered; cells as table/row/column")
    label: Text
    value: str
    mark: Mark
    source: str
    kind: Kind
    choices: tuple[str, ...]
    needed_at: str | None
    filler: Filler
    proposal: str | None = Field(description="What was proposed, where somebody edited it")
    typed_by: str | None
    typed_at: datetime | None

    @classmethod
    def of(cls, key: str, field: filling.FilledField) -> "FieldOut":
        """Write a field."""
        shown = field.model_dump(exclude={"key", "zh", "en", "typed_name"})
        return cls(**shown, key=key, label=Text(zh=field.zh, en=field.en))


class DocumentOut(BaseModel):
    """A document with every field's mark and source."""

    id: UUID
    form: FormCode
    title: str
    family: Family
    about_type: str
    about_id: str
    about_number: str = Field(description="Our own number; never a 文号")
    version: int
    warnings: tuple[str, ...] = Field(description="Law that nobody reviewed or is not in force")
    fields: tuple[FieldOut, ...]
    laws: dict[str, tuple[FilledLaw, ...]]
    missing: dict[str, tuple[str, ...]] = Field(
        description="Moment → keys of what must be filled in by then and is empty"
    )

    @classmethod
    def of(cls, document: Document, form: FilledForm) -> "DocumentOut":
        """Write a document."""
        return cls(
            id=document.id,
            form=document.form,
            title=form.title,
            family=document.family,
            about_type=document.about_type,
            about_id=document.about_id,
            about_number=document.about_number,
            version=document.version,
            warnings=form.warnings,
            fields=tuple(FieldOut.of(key, field) for key, field in form.all_fields()),
            laws=form.laws,
            missing={
                moment: tuple(lack.key for lack in missing_at(form, moment))
                for moment in spec_of(form.form).moments
            },
        )


class VersionOut(BaseModel):
    """One version and what it changed."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    at: datetime
    by: str
    event: str
    changes: dict[str, tuple[str, str]] = Field(description="Key → before, after")

    @classmethod
    def of(cls, row: DocumentVersion) -> "VersionOut":
        """Write a version."""
        return cls.model_validate(row)
