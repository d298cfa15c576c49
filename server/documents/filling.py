"""From facts and typed answers to a filled form. Pure.

An automatic field takes the record's value and no other. A proposed one takes the proposal until
somebody edits it; the proposal is kept beside the edit. A ✎ takes what a person typed, or nothing
(INV-5): facts cannot reach it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from server.documents.form_spec import Edition, FieldSpec, Filler, FormCode, FormSpec, Kind, spec_of
from server.documents.grounds import Facts, LawLine, Picture
from server.documents.mark import Mark
from server.kit.errors import FieldsMissing

#: Numbers that we count ourselves; never a 文号, which is the provincial system's.
OUR_NUMBER = re.compile(r"\b[A-Z]{2}-\d{6}-\d{4}-\d{6}\b")
_OFFICIAL = frozenset({"document_no", "case_no"})
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Typed:
    """What a signed-in person typed into a field, and when.

    Raises:
        ValueError: it was not a person.
    """

    value: str
    by: str
    name: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a program."""
        if not self.by or self.by.startswith("svc:"):
            raise ValueError("an answer is a person's; programs fill nothing in")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class FilledField(_Value):
    """One field with its value; proposal: what stood there before somebody edited it."""

    key: str
    zh: str
    en: str
    mark: Mark
    source: str
    kind: Kind
    value: str
    choices: tuple[str, ...] = ()
    needed_at: str | None = None
    filler: Filler = Filler.OFFICER
    proposal: str | None = None
    typed_by: str | None = None
    typed_name: str | None = None
    typed_at: datetime | None = None

    @property
    def is_edited(self) -> bool:
        """Whether somebody changed a proposal."""
        return self.proposal is not None


class FilledRow(_Value):
    """One row of a table."""

    key: str
    cells: tuple[FilledField, ...]


class FilledLaw(_Value):
    """One article with the warnings that are printed beside it."""

    key: str
    title_zh: str
    quote: str
    only_when: str
    warnings: tuple[str, ...]


class FilledForm(_Value):
    """A whole form, as it is kept and printed."""

    form: FormCode
    title: str
    family: str
    family_zh: str
    edition: int
    issuer: str
    layout_checked: bool
    day: date
    fields: tuple[FilledField, ...]
    tables: dict[str, tuple[FilledRow, ...]]
    laws: dict[str, tuple[FilledLaw, ...]]
    warnings: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()

    def all_fields(self) -> Iterator[tuple[str, FilledField]]:
        """Return every field by the key under which it is answered, cells as table/row/column."""
        yield from ((one.key, one) for one in self.fields)
        for table, rows in self.tables.items():
            for row in rows:
                yield from ((f"{table}/{row.key}/{cell.key}", cell) for cell in row.cells)


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that is empty at its moment."""

    key: str
    zh: str


def fill(edition: Edition, facts: Facts, answers: Mapping[str, Typed], day: date) -> FilledForm:
    """Fill a form in on a day.

    Raises:
        ValueError: the facts are another form's.
    """
    if facts.form is not edition.form:
        raise ValueError(f"facts of {facts.form} fill no {edition.form}")
    spec = spec_of(edition.form)
    laws = {
        law.key: tuple(_law(line, day) for line in facts.laws.get(law.key, ()))
        for law in spec.laws()
    }
    return FilledForm(
        form=edition.form,
        title=edition.title,
        family=edition.family,
        family_zh=edition.family_zh,
        edition=edition.version,
        issuer=edition.issuer,
        layout_checked=edition.checked,
        day=day,
        fields=tuple(
            _filled(one, facts.values.get(one.key, ""), answers.get(one.key))
            for one in spec.fields()
        ),
        tables={table.key: _rows(spec, table.key, facts, answers) for table in spec.tables()},
        laws=laws,
        warnings=_warnings([line for key in laws for line in facts.laws.get(key, ())], day),
        pictures=facts.pictures,
    )


def _rows(
    spec: FormSpec, key: str, facts: Facts, answers: Mapping[str, Typed]
) -> tuple[FilledRow, ...]:
    table = next(one for one in spec.tables() if one.key == key)
    return tuple(
        FilledRow(
            key=row.key,
            cells=tuple(
                _filled(
                    column,
                    row.cells.get(column.key, ""),
                    answers.get(f"{key}/{row.key}/{column.key}"),
                )
                for column in table.columns
            ),
        )
        for row in facts.rows.get(key, ())
    )


def _filled(spec: FieldSpec, fact: str, typed: Typed | None) -> FilledField:
    value, proposal = fact, None
    if spec.mark is Mark.BLANK:
        value = typed.value if typed is not None else ""
    elif spec.mark is Mark.PROPOSED and typed is not None and typed.value != fact:
        value, proposal = typed.value, fact
    own = typed if value and (spec.mark is Mark.BLANK or proposal is not None) else None
    return FilledField(
        key=spec.key,
        zh=spec.zh,
        en=spec.en,
        mark=spec.mark,
        source=spec.source,
        kind=spec.kind,
        value=value,
        choices=spec.choices,
        needed_at=spec.at,
        filler=spec.by,
        proposal=proposal,
        typed_by=own.by if own else None,
        typed_name=own.name if own else None,
        typed_at=own.at if own else None,
    )


def check_answer(form: FilledForm, key: str, value: str) -> FilledField:
    """Refuse an answer that the form cannot take; return the field as it stands.

    Raises:
        FieldsMissing: there is no such field, it is locked, the value is none of the choices, no
            date, too long, or an own number in the place of an official one.
    """
    found = dict(form.all_fields()).get(key)
    if found is None:
        raise FieldsMissing([key], f"文书《{form.title}》中没有此项：{key}")
    if found.mark is Mark.AUTO:
        raise FieldsMissing(
            [key],
            f"“{found.zh}”由{found.source}自动带出，不能在文书中修改，请更正其来源",
            rule_id="WORKFLOW-6",
        )
    if value and found.choices and value not in found.choices:
        raise FieldsMissing([key], f"“{found.zh}”只能选：{'、'.join(found.choices)}")
    if len(value) > _LONGEST:
        raise FieldsMissing([key], f"“{found.zh}”不得超过 {_LONGEST} 字")
    if found.kind is Kind.DATE and value and not _is_day(value):
        raise FieldsMissing([key], f"“{found.zh}”须为日期，如 2026-03-02")
    if found.key in _OFFICIAL and OUR_NUMBER.search(value):
        raise FieldsMissing(
            [key], f"“{found.zh}”由省执法系统编制，内部编号不得作为文号", rule_id="WORKFLOW-3"
        )
    return found


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def missing_at(form: FilledForm, moment: str) -> tuple[Missing, ...]:
    """Return the fields that must be filled in by a moment and are empty; pure.

    Automatic fields are not asked for: whoever is at the form cannot fill them in.

    Raises:
        ValueError: the form has no such moment.
    """
    spec = spec_of(form.form)
    due = set(spec.until(moment))
    found = [
        Missing(one.key, one.zh)
        for one in form.fields
        if one.mark is not Mark.AUTO and one.needed_at in due and not one.value.strip()
    ]
    for table in spec.tables():
        for number, row in enumerate(form.tables[table.key], 1):
            values = {cell.key: cell.value for cell in row.cells}
            found += [
                Missing(f"{table.key}/{row.key}/{column.key}", f"第{number}项“{column.zh}”")
                for column in table.columns
                if column.mark is not Mark.AUTO
                and column.at in due
                and not values[column.key].strip()
                and all(values.get(key) == want for key, want in column.only_when.items())
            ]
    found += [
        Missing(law.key, _heading(spec, law.key))
        for law in spec.laws()
        if law.at in due and not form.laws[law.key]
    ]
    return tuple(found)


def require(form: FilledForm, moment: str) -> None:
    """Block a step while a field that it needs is empty.

    Raises:
        FieldsMissing: names every empty field in Chinese.
    """
    empty = missing_at(form, moment)
    if empty:
        names = "、".join(one.zh for one in empty)
        raise FieldsMissing(
            [one.key for one in empty],
            f"《{form.title}》尚有必填项未填写：{names}",
            rule_id="INV-5",
        )


def _heading(spec: FormSpec, law: str) -> str:
    return next(one.zh for one in spec.sections if one.law is not None and one.law.key == law)


def _law(line: LawLine, day: date) -> FilledLaw:
    warnings = []
    if not line.is_reviewed:
        warnings.append("未经法制审核")
    if not line.is_in_force(day):
        warnings.append(f"{day} 不在施行期内，不得引用")
    return FilledLaw(
        key=line.key,
        title_zh=line.title_zh,
        quote=line.quote,
        only_when=line.only_when,
        warnings=tuple(warnings),
    )


def _warnings(lines: list[LawLine], day: date) -> tuple[str, ...]:
    """Word what stands above the form."""
    unreviewed = dict.fromkeys(line.title_zh for line in lines if not line.is_reviewed)
    gone = dict.fromkeys(line.title_zh for line in lines if not line.is_in_force(day))
    found = []
    if unreviewed:
        found.append(f"以下法律依据未经法制审核（UNREVIEWED）：{'；'.join(unreviewed)}。")
    if gone:
        found.append(f"以下法律依据在 {day} 不在施行期内，不得引用：{'；'.join(gone)}。")
    return tuple(found)
