"""Import a table into the records: preview it, or take it. The same table again changes nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.enterprises import import_columns, life, record_repository, repository, statements
from server.enterprises.import_columns import Effect, ImportKind
from server.enterprises.import_plan import RowPlan, Wish, plan
from server.enterprises.record_values import RiskBand, Sector, require_words, sector_named
from server.enterprises.schemas import ImportedRow, ImportFault, ImportReport
from server.enterprises.search import pairs
from server.enterprises.states import EnterpriseState
from server.enterprises.tables import Enterprise, Site
from server.identity.actor import LEGAL_ZONE, Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotPermitted
from server.kit.ids import new_id
from server.kit.table_files import Row, Table, read_table

#: So many rows are taken in one transaction: others write between them.
_IN_ONE_TURN = 100
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Parcel:
    """A table as somebody sends it."""

    content: bytes
    kind: ImportKind
    source: str
    as_of: date

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Readied:
    """A table that was read and may be asked about or taken."""

    parcel: Parcel
    table: Table
    unit_id: UUID


def ready(at: datetime, actor: Actor, parcel: Parcel) -> Readied:
    """Read a table; this takes long and needs no database.

    Raises:
        NotPermitted: the role imports nothing, or the actor belongs to no unit.
        FieldsMissing: it cannot be read, has no code column, or is of a day to come.
    """
    actor.require(Act.ENTERPRISES_IMPORT, at)
    if actor.unit is None:
        raise NotPermitted(f"{actor.account} belongs to no unit", "您不属于任何执法单位")
    source = require_words("source", parcel.source)
    if parcel.as_of > at.astimezone(LEGAL_ZONE).date():
        raise FieldsMissing(["as_of"], "资料日期不能晚于今天")
    table = read_table(parcel.content)
    if import_columns.CODE not in table.columns:
        known = "、".join(import_columns.columns(parcel.kind))
        raise FieldsMissing(["file"], f"缺少“{import_columns.CODE}”列；可用的列：{known}")
    return Readied(replace(parcel, source=source), table, actor.unit.id)


def preview(db: Session, actor: Actor, readied: Readied) -> ImportReport:
    """Return what a table would change. Nothing is written."""
    plans = plan(db, _wish(db, actor, readied), readied.table.rows)
    return _report(readied, plans, applied=False)


def require_right(report: ImportReport) -> None:
    """Refuse a table with wrong rows as a whole.

    Raises:
        FieldsMissing: each wrong cell is named by row and column.
    """
    wrong = [(row.number, fault) for row in report.rows for fault in row.faults]
    if not wrong:
        return
    named = [f"第{number}行 {fault.column}" for number, fault in wrong]
    told = [
        f"第{number}行 {fault.column}：{fault.problem}，{fault.remedy}"
        for number, fault in wrong[:_MOST_NAMED]
    ]
    rest = f"等{len(wrong)}处" if len(wrong) > _MOST_NAMED else ""
    raise FieldsMissing(named[:_MOST_NAMED], "；".join(told) + rest)


def turns(readied: Readied, previewed: ImportReport) -> Iterator[Sequence[Row]]:
    """Return a table's right rows in the portions that are taken in one transaction each."""
    wrong = {row.number for row in previewed.rows if row.faults}
    rows = [row for row in readied.table.rows if row.number not in wrong]
    for start in range(0, len(rows), _IN_ONE_TURN):
        yield rows[start : start + _IN_ONE_TURN]


def take(
    db: Session, at: datetime, actor: Actor, readied: Readied, rows: Sequence[Row]
) -> list[RowPlan]:
    """Take the rows that are right. What was taken before changes nothing again."""
    plans = plan(db, _wish(db, actor, readied), rows)
    for made in plans:
        if made.effect is not Effect.WRONG and (made.firm is None or made.weighed or made.site):
            _take_row(db, at, actor, readied, made)
    return plans


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made of each right row, and what the preview said of all rows."""

    plans: Sequence[RowPlan]
    previewed: ImportReport


def finish(db: Session, at: datetime, actor: Actor, readied: Readied, taken: Taken) -> ImportReport:
    """Return what was changed, and note the import if anything was."""
    report = _report(readied, taken.plans, applied=True)
    wrong = [row for row in taken.previewed.rows if row.effect is Effect.WRONG]
    report.rows = sorted([*report.rows, *wrong], key=lambda row: row.number)
    report.counts[Effect.WRONG.value] += len(wrong)
    if any(made.firm is None or made.weighed or made.site for made in taken.plans):
        detail = {
            "kind": readied.parcel.kind.value,
            "source": readied.parcel.source,
            "as_of": readied.parcel.as_of.isoformat(),
            "counts": report.counts,
        }
        thing = Thing("enterprise_import", report.file_sha256)
        audit.record(db, at, actor.who, thing, audit.Act("imported", detail=detail))
    return report


def _take_row(db: Session, at: datetime, actor: Actor, readied: Readied, made: RowPlan) -> None:
    firm = made.firm or _enter(db, at, readied, made)
    known = record_repository.known(db, firm.id, {readied.parcel.source})
    weighed = statements.weigh_all(known, made.told)
    outcome = statements.take(db, at, actor.account, firm, weighed)
    if made.site is not None:
        _settle(db, at, actor, firm, (readied, made))
    firm.version += 0 if made.firm is None else 1
    db.flush()
    detail = {
        "file": readied.parcel.sha256,
        "row": made.number,
        "changed": sorted(outcome.before),
        "disputed": outcome.disputed,
    }
    event = "drafted" if made.firm is None else "imported"
    audit.record(db, at, actor.who, life.thing(firm), audit.Act(event, detail=detail))


def _enter(db: Session, at: datetime, readied: Readied, made: RowPlan) -> Enterprise:
    """Enter a draft with what the row says; what it does not say stays unknown."""
    said = {one.key[0]: one.said.value for one in made.told}
    sector = said.get("sector") or sector_named(said["industry"]) or Sector.OTHER
    firm = Enterprise(
        id=new_id(at),
        name=said["name"],
        credit_code=made.code,
        address=said["address"],
        legal_representative=said["legal_representative"],
        industry=said["industry"],
        sector=Sector(sector),
        state=EnterpriseState.DRAFT,
        version=1,
        search_pairs=pairs(said["name"], made.code),
        risk_band=RiskBand(said.get("risk_band", RiskBand.LOW)),
        is_key_unit=bool(said.get("is_key_unit", False)),
        is_demo=False,
        source=readied.parcel.source,
        registered_at=at,
    )
    db.add(firm)
    db.flush()
    if "sector" not in said:
        made.told.append(
            statements.told("sector", sector, readied.parcel.source, readied.parcel.as_of)
        )
    return firm


def _settle(
    db: Session, at: datetime, actor: Actor, firm: Enterprise, entry: tuple[Readied, RowPlan]
) -> None:
    readied, made = entry
    record = made.site
    if record is None:
        return
    known = repository.site(db, record.id)
    if known is None:
        unit = readied.unit_id
        db.add(Site(enterprise_id=firm.id, unit_id=unit, **record.model_dump()))
    else:
        for name, value in record.model_dump().items():
            setattr(known, name, value)
    db.flush()
    territory = known.unit_id if known is not None else readied.unit_id
    ground = jurisdiction.Ground(record.id, firm.id, territory, record.division_code)
    jurisdiction.settle(db, at, actor.who, ground)


def _wish(db: Session, actor: Actor, readied: Readied) -> Wish:
    parcel = readied.parcel
    return Wish(parcel.kind, parcel.source, parcel.as_of, jurisdiction.scope(db, actor))


def _report(readied: Readied, plans: Sequence[RowPlan], *, applied: bool) -> ImportReport:
    known = set(import_columns.columns(readied.parcel.kind))
    counts = Counter(made.effect.value for made in plans)
    return ImportReport(
        file_sha256=readied.parcel.sha256,
        applied=applied,
        counts={effect.value: counts[effect.value] for effect in Effect},
        ignored_columns=[name for name in readied.table.columns if name not in known],
        rows=[_row(made) for made in plans if made.effect is not Effect.UNCHANGED],
    )


def _row(made: RowPlan) -> ImportedRow:
    return ImportedRow(
        number=made.number,
        credit_code=made.code,
        effect=made.effect,
        fields=sorted({one.told.key[0] for one in made.weighed}),
        faults=[
            ImportFault(column=fault.column, problem=fault.problem, remedy=fault.remedy)
            for fault in made.faults
        ],
    )
