"""What is known when a form is filled in: one frozen dataclass for each form, given by the caller.

A ground holds automatic and proposed values only. It has no place for a ✎: whoever fills a form
in from facts cannot fill in what is a person's own (INV-5). A test compares them with the forms.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from hazard_library.catalogue.hazard import LegalBasis
from server.documents.form_spec import FormCode


@dataclass(frozen=True, slots=True)
class LawLine:
    """One article, quoted word for word; dates as YYYY-MM-DD, both days count, None: not known.

    only_when: what must be established on site before it matters; empty: nothing.
    """

    key: str
    title_zh: str
    quote: str
    is_reviewed: bool
    in_force_from: str | None = None
    in_force_to: str | None = None
    only_when: str = ""

    def is_in_force(self, day: date) -> bool:
        """Whether it was law on a day; a date that is not known does not count against it."""
        written = day.isoformat()
        begun = self.in_force_from is None or self.in_force_from <= written
        return begun and (self.in_force_to is None or written <= self.in_force_to)


def law_line(basis: LegalBasis, only_when: str = "") -> LawLine:
    """Return an article of the catalogue as forms quote it."""
    parts = (basis.article, basis.paragraph, basis.item)
    return LawLine(
        key=basis.id,
        title_zh=f"《{basis.law}》{''.join(part for part in parts if part)}",
        quote=basis.quote,
        is_reviewed=basis.review_status == "REVIEWED",
        in_force_from=basis.in_force_from,
        in_force_to=basis.in_force_to,
        only_when=only_when,
    )


@dataclass(frozen=True, slots=True)
class Picture:
    """A shown picture by its hash in the store: heads are blurred in it."""

    caption_zh: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EnterpriseBlock:
    """The checked unit as its record says."""

    enterprise_name: str
    credit_code: str
    address: str
    legal_representative: str
    industry: str
    site: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One file of evidence; key: its id."""

    key: str
    kind: str
    sha256: str
    state: str


@dataclass(frozen=True, slots=True)
class F1Camera:
    """One look of a round; suspected: the lead's hazard (疑似), or nothing."""

    key: str
    camera: str
    enterprise: str
    snapshot: str
    suspected: str


@dataclass(frozen=True, slots=True)
class F1Ground:
    """网络巡查记录."""

    form: ClassVar[FormCode] = FormCode.F1
    number: str
    unit: str
    kind: str
    officers: str
    started_at: str
    ended_at: str
    coverage: str
    cameras: tuple[F1Camera, ...]
    basis: tuple[LawLine, ...]


@dataclass(frozen=True, slots=True)
class F2Item:
    """One thing to check and where it comes from."""

    key: str
    item: str
    item_source: str


@dataclass(frozen=True, slots=True)
class F2Ground:
    """检查任务 / 行政检查审批表."""

    form: ClassVar[FormCode] = FormCode.F2
    enterprise: EnterpriseBlock
    source: str
    lead_no: str
    times_seen: str
    first_seen: str
    last_seen: str
    suspected: str
    online_finding: str
    evidence_grade: str
    inspection_type: str
    visits: str
    planned_dates: str
    officers: str
    items: tuple[F2Item, ...]
    basis: tuple[LawLine, ...]
    evidence: tuple[EvidenceRow, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class F3Item:
    """One thing to check, how, and how it should be."""

    key: str
    item: str
    method: str
    expected: str


@dataclass(frozen=True, slots=True)
class F3Limit:
    """One thing that the picture cannot show."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class F3Ground:
    """现场检查方案."""

    form: ClassVar[FormCode] = FormCode.F3
    enterprise: EnterpriseBlock
    time: str
    expert: str
    officers: str
    places: str
    protective_gear: str
    items: tuple[F3Item, ...]
    basis: tuple[LawLine, ...]
    candidates: tuple[LawLine, ...]
    shows_not: tuple[F3Limit, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class F4Item:
    """One item to record; photos: names and hashes of what was taken."""

    key: str
    item: str
    photos: str


@dataclass(frozen=True, slots=True)
class F4Ground:
    """现场检查记录. The finding of fact has no place here: it is never the machine's text."""

    form: ClassVar[FormCode] = FormCode.F4
    enterprise: EnterpriseBlock
    place: str
    time_in: str
    time_out: str
    officers: str
    recorder: str
    items: tuple[F4Item, ...]
    basis: tuple[LawLine, ...]
    machine_claim: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as a person typed it into a record (F4): the only source of an order's fact.

    Raises:
        ValueError: nobody typed it, or it is empty.
    """

    text: str
    record_no: str
    typed_by: str

    def __post_init__(self) -> None:
        """Refuse a fact that comes from anywhere else."""
        if not self.text.strip() or not self.typed_by or self.typed_by.startswith("svc:"):
            raise ValueError("the fact of an order is what an officer typed into the record (F4)")

    def __str__(self) -> str:
        """Return the officer's words."""
        return self.text


@dataclass(frozen=True, slots=True)
class F5Problem:
    """One item that does not comply. Its due date is the officer's."""

    key: str
    title: str
    fact: Finding
    demand: str


@dataclass(frozen=True, slots=True)
class F5Ground:
    """责令限期整改指令书."""

    form: ClassVar[FormCode] = FormCode.F5
    unit: str
    enterprise: EnterpriseBlock
    problems: tuple[F5Problem, ...]
    basis: tuple[LawLine, ...]
    due_hint: str
    responsible: str
    remedies: str


@dataclass(frozen=True, slots=True)
class F6Item:
    """One problem of an order and what the enterprise said about it."""

    key: str
    problem: str
    due: str
    reported: str


@dataclass(frozen=True, slots=True)
class F6Ground:
    """整改复查意见书."""

    form: ClassVar[FormCode] = FormCode.F6
    enterprise: EnterpriseBlock
    order_no: str
    served_on: str
    recheck_due: str
    items: tuple[F6Item, ...]
    basis: tuple[LawLine, ...]


@dataclass(frozen=True, slots=True)
class F7Ground:
    """线索 / 案件移送函."""

    form: ClassVar[FormCode] = FormCode.F7
    receiver: str
    unit: str
    enterprise: EnterpriseBlock
    source: str
    facts: str
    finding: str
    evidence_grade: str
    reply_by: str
    basis: tuple[LawLine, ...]
    evidence: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class F8Violation:
    """One act. No penalty: its kind and amount are nobody's to propose."""

    key: str
    fact: str
    occurred_on: str
    violated: str
    clause: str


@dataclass(frozen=True, slots=True)
class F8Evidence:
    """One file of evidence with its grade A or B."""

    key: str
    kind: str
    grade: str
    sha256: str


@dataclass(frozen=True, slots=True)
class F8Ground:
    """案件移交包封面."""

    form: ClassVar[FormCode] = FormCode.F8
    number: str
    unit: str
    handlers: str
    enterprise: EnterpriseBlock
    violations: tuple[F8Violation, ...]
    basis: tuple[LawLine, ...]
    evidence: tuple[F8Evidence, ...]


AnyGround = F1Ground | F2Ground | F3Ground | F4Ground | F5Ground | F6Ground | F7Ground | F8Ground
GROUNDS: dict[FormCode, type[AnyGround]] = {
    kind.form: kind
    for kind in (F1Ground, F2Ground, F3Ground, F4Ground, F5Ground, F6Ground, F7Ground, F8Ground)
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its key, and the values of its automatic and proposed columns."""

    key: str
    cells: dict[str, str]


class Facts(BaseModel):
    """A ground taken apart, as it is kept: values, rows of tables, articles, pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: FormCode
    values: dict[str, str]
    rows: dict[str, tuple[Row, ...]]
    laws: dict[str, tuple[LawLine, ...]]
    pictures: tuple[Picture, ...] = ()


def facts_of(ground: AnyGround) -> Facts:
    """Take a ground apart."""
    values: dict[str, str] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    laws: dict[str, tuple[LawLine, ...]] = {}
    for one in fields(ground):
        value = getattr(ground, one.name)
        if isinstance(value, EnterpriseBlock):
            values |= {part.name: getattr(value, part.name) for part in fields(value)}
        elif isinstance(value, str):
            values[one.name] = value
        elif "LawLine" in str(one.type):
            laws[one.name] = value
        elif one.name != "pictures":
            rows[one.name] = tuple(_row(row) for row in value)
    return Facts(
        form=ground.form,
        values=values,
        rows=rows,
        laws=laws,
        pictures=getattr(ground, "pictures", ()),
    )


def _row(row: Any) -> Row:
    cells = {part.name: str(getattr(row, part.name)) for part in fields(row)}
    return Row(cells.pop("key"), cells)
