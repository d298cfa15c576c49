"""Forms F1–F8 as data (WORKFLOW §6).

`forms/f*.yaml` say what stands in them; `forms/editions.yaml` is the registry of (form, version,
issuer, valid_from) in two families.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from server.documents.mark import WRITTEN, Mark
from server.kit.errors import NotFound


class FormCode(StrEnum):
    """The forms."""

    F1 = "F1"
    F2 = "F2"
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"
    F6 = "F6"
    F7 = "F7"
    F8 = "F8"


class Family(StrEnum):
    """The two families of forms; a bureau uses one of them."""

    MEM = "mem"
    MOJ = "moj"


class Filler(StrEnum):
    """Who types what a form leaves open."""

    OFFICER = "officer"
    LEADER = "leader"


class Kind(StrEnum):
    """What is written into a field."""

    LINE = "line"
    LONG = "long"
    DATE = "date"
    SIGNATURE = "signature"


def _mark(written: object) -> object:
    return WRITTEN.get(str(written), written)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldSpec(_Entry):
    """One field, or one column of a table.

    Attributes:
        at: the moment of the form at which it may no longer be empty; None: it may stay empty.
        only_when: column → value of the same row with which alone it is asked for.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    zh: str
    en: str
    mark: Annotated[Mark, BeforeValidator(_mark)]
    source: str = ""
    at: str | None = None
    kind: Kind = Kind.LINE
    by: Filler = Filler.OFFICER
    choices: tuple[str, ...] = ()
    only_when: dict[str, str] = Field(default_factory=dict)
    wide: bool = False
    width: int = Field(default=0, description="Of a column, in mm")

    @model_validator(mode="after")
    def _has_a_source(self) -> "FieldSpec":
        if (self.mark is Mark.BLANK) == bool(self.source):
            raise ValueError(f"{self.key}: what is filled in names its source, ✎ has none")
        return self


class TableSpec(_Entry):
    """Rows with the same columns."""

    key: str
    columns: tuple[FieldSpec, ...] = Field(min_length=1)


class LawSpec(_Entry):
    """Articles, quoted word for word."""

    key: str
    mark: Annotated[Mark, BeforeValidator(_mark)]
    at: str | None = None


class SectionSpec(_Entry):
    """Fields, a table or articles under one heading."""

    zh: str
    en: str
    lead: str = Field(default="", description="A sentence of ours above the fields")
    fields: tuple[FieldSpec, ...] = ()
    table: TableSpec | None = None
    law: LawSpec | None = None
    pictures: bool = False


class FormSpec(_Entry):
    """One form; moments: the steps of its life at which fields are needed, in their order."""

    form: FormCode
    moments: tuple[str, ...]
    sections: tuple[SectionSpec, ...]

    @model_validator(mode="after")
    def _is_sound(self) -> "FormSpec":
        asked = [spec.at for spec in self.all_specs() if spec.at is not None]
        unknown = sorted({at for at in asked if at not in self.moments})
        if unknown:
            raise ValueError(f"{self.form} knows no moment {', '.join(unknown)}")
        keys = [spec.key for spec in self.fields()] + [table.key for table in self.tables()]
        if len(keys) != len(set(keys)):
            raise ValueError(f"{self.form} has a key twice")
        return self

    def fields(self) -> Iterator[FieldSpec]:
        """Return every single field."""
        return (spec for section in self.sections for spec in section.fields)

    def tables(self) -> Iterator[TableSpec]:
        """Return every table."""
        return (section.table for section in self.sections if section.table is not None)

    def laws(self) -> Iterator[LawSpec]:
        """Return every block of articles."""
        return (section.law for section in self.sections if section.law is not None)

    def all_specs(self) -> Iterator[FieldSpec]:
        """Return every field and every column."""
        yield from self.fields()
        for table in self.tables():
            yield from table.columns

    def until(self, moment: str) -> tuple[str, ...]:
        """Return a moment and all before it.

        Raises:
            ValueError: the form has no such moment.
        """
        if moment not in self.moments:
            raise ValueError(f"{self.form} knows no moment {moment}, only {self.moments}")
        return self.moments[: self.moments.index(moment) + 1]


class Edition(_Entry):
    """One entry of the registry; `version` counts the layouts of one form in one family.

    checked: whether somebody compared the layout with the published print.
    """

    form: FormCode
    family: Family
    version: int = Field(ge=1)
    title: str
    valid_from: date
    checked: bool
    issuer: str = ""
    family_zh: str = ""


def _read(name: str) -> Any:
    text = (files("server.documents") / "forms" / name).read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def spec_of(form: FormCode) -> FormSpec:
    """Return what stands in a form."""
    shared, raw = _read("shared.yaml"), _read(f"{form.value.lower()}.yaml")
    raw["sections"] = [
        shared[section["use"]] if "use" in section else section for section in raw["sections"]
    ]
    return FormSpec.model_validate(raw)


@cache
def editions() -> tuple[Edition, ...]:
    """Return the registry."""
    raw = _read("editions.yaml")
    families = raw["families"]
    return tuple(
        Edition(
            **entry,
            issuer=families[entry["family"]]["issuer"],
            family_zh=families[entry["family"]]["zh"],
        )
        for entry in raw["editions"]
    )


def edition_on(form: FormCode, family: Family, day: date) -> Edition:
    """Return the edition of a form that holds on a day.

    Raises:
        NotFound: the family has none of that day.
    """
    of_form = [one for one in editions() if (one.form, one.family) == (form, family)]
    valid = [one for one in of_form if one.valid_from <= day]
    if not valid:
        raise NotFound(
            f"no edition of {form} in family {family} is valid on {day}; add one to editions.yaml",
            f"{day} 尚无可用的文书版本（{form}）",
        )
    return max(valid, key=lambda one: (one.valid_from, one.version))
