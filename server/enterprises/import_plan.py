"""What a table would change: each row read, checked and weighed. Nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from server.enterprises import import_columns, record_repository, repository, statements
from server.enterprises.credit_code import is_valid
from server.enterprises.fields import FIELDS
from server.enterprises.import_columns import (
    CITY,
    CODE,
    DISTRICT,
    DIVISION,
    Effect,
    ImportKind,
)
from server.enterprises.record_repository import Known
from server.enterprises.schemas import SiteRecord
from server.enterprises.statements import Told, Weighed
from server.enterprises.states import ENDED
from server.enterprises.tables import Enterprise
from server.enterprises.weighing import Standing
from server.identity import divisions
from server.jurisdiction.service import Scope
from server.kit.errors import FieldsMissing
from server.kit.table_files import CellFault, Row

_NEEDED = ("name", "address", "legal_representative", "industry")


@dataclass(frozen=True, slots=True)
class Wish:
    """How a table is meant. scope: whose enterprises may be touched."""

    kind: ImportKind
    source: str
    as_of: date
    scope: Scope


@dataclass(slots=True)
class RowPlan:
    """What one row would do."""

    number: int
    code: str = ""
    firm: Enterprise | None = None
    told: list[Told] = field(default_factory=list)
    weighed: list[Weighed] = field(default_factory=list)
    site: SiteRecord | None = None
    faults: list[CellFault] = field(default_factory=list)

    @property
    def effect(self) -> Effect:
        """Return the one word for it."""
        if self.faults:
            return Effect.WRONG
        if self.firm is None:
            return Effect.NEW
        if any(one.standing is Standing.DISPUTED for one in self.weighed):
            return Effect.DISPUTED
        changes = self.site is not None or any(one.changes for one in self.weighed)
        return Effect.CHANGED if changes else Effect.UNCHANGED

    def refuse(self, column: str, remedy: str, problem: str = "填写有误") -> None:
        """Note what is wrong with a cell."""
        self.faults.append(CellFault(column, problem, remedy))


def plan(db: Session, wish: Wish, rows: Sequence[Row]) -> list[RowPlan]:
    """Return what each row of a table would do."""
    firms = repository.by_codes(db, {row.cells.get(CODE, "") for row in rows})
    ours = repository.seen(db, [firm.id for firm in firms.values()], wish.scope)
    known: dict[UUID, Known] = {}
    seen: dict[object, int] = {}
    plans = []
    for row in rows:
        made = RowPlan(row.number, row.cells.get(CODE, ""), faults=list(row.faults))
        _find(made, firms, ours)
        _say(made, wish, row)
        _refuse_repeats(made, wish, seen)
        if made.firm is not None and not made.faults:
            if made.firm.id not in known:
                known[made.firm.id] = record_repository.known(db, made.firm.id, {wish.source})
            made.weighed = statements.weigh_all(known[made.firm.id], made.told)
            if made.site is not None:
                _drop_known_site(db, made)
        plans.append(made)
    return plans


def _find(made: RowPlan, firms: dict[str, Enterprise], ours: frozenset[UUID]) -> None:
    if not made.code:
        return made.refuse(CODE, "填写18位统一社会信用代码；不按名称匹配企业", "未填写")
    if not is_valid(made.code):
        return made.refuse(CODE, "对照营业执照核对18位代码，末位为校验码", "代码无效")
    firm = firms.get(made.code)
    if firm is None:
        return None
    if firm.id not in ours:
        return made.refuse(CODE, "请由管辖单位导入，或先办理指定管辖", "该企业不在您的管辖范围内")
    if firm.state in ENDED:
        return made.refuse(CODE, "核对企业状态", "该企业档案已注销或已被并入")
    made.firm = firm
    return None


def _say(made: RowPlan, wish: Wish, row: Row) -> None:
    for key, value in import_columns.values(wish.kind, row.cells, made.refuse):
        try:
            made.told.append(statements.told(key, value, wish.source, wish.as_of))
        except FieldsMissing as fault:
            _refuse_parts(made, key, fault.fields)
    if wish.kind is ImportKind.ENTERPRISES:
        made.site = _site(made, row)
        if made.firm is None:
            _refuse_gaps(made)
    elif made.firm is None and not made.faults:
        made.refuse(CODE, "先导入企业，再导入其明细", "没有该企业的档案")


def _refuse_parts(made: RowPlan, key: str, parts: Sequence[str]) -> None:
    """Name the columns in which the parts of a value stand; one that was refused is enough."""
    for name in parts:
        title = import_columns.title_of(FIELDS[key], name.split(".")[1:])
        if all(title != known.column for known in made.faults):
            made.refuse(title, "补填该列或改正内容", "缺少或填写有误")


def _refuse_gaps(made: RowPlan) -> None:
    there = {one.key[0] for one in made.told}
    refused = {fault.column for fault in made.faults}
    for title in (FIELDS[key].title_zh for key in _NEEDED if key not in there):
        if title not in refused:
            made.refuse(title, "新企业须填写该列", "未填写")


def _site(made: RowPlan, row: Row) -> SiteRecord | None:
    """Return the place that a row names; a known enterprise's row need not name one."""
    given = [column for column in import_columns.PLACE if column in row.cells]
    if not given and made.firm is not None:
        return None
    code = _division(made, row)
    address = row.cells.get(import_columns.SITE_ADDRESS) or _text(made, "address")
    if code is None or not address or not made.code:
        return None
    try:
        return SiteRecord(
            id=row.cells.get(import_columns.SITE, made.code.lower()),
            name=row.cells.get(import_columns.SITE_NAME, "主厂区"),
            address=address,
            division_code=code,
        )
    except ValidationError:
        made.refuse(import_columns.SITE, "只用小写字母、数字和横线，63位以内")
        return None


def _division(made: RowPlan, row: Row) -> str | None:
    """Return the district's code; a name that several districts bear is never chosen from."""
    named = row.cells.get(DIVISION) or row.cells.get(DISTRICT)
    column = DIVISION if DIVISION in row.cells else DISTRICT
    if not named:
        made.refuse(DIVISION, "填写6位区划代码，或设区市和区县", "未填写")
        return None
    try:
        found = divisions.find(named, row.cells.get(CITY) if column == DISTRICT else None)
    except FieldsMissing as fault:
        made.refuse(column, fault.message_zh, "区划不能确定")
        return None
    if found.level != "county":
        made.refuse(column, "填写到区县", "不是区县")
        return None
    return found.code


def _text(made: RowPlan, key: str) -> str:
    said = next((one.said.value for one in made.told if one.key[0] == key), None)
    return str(said) if said is not None else (made.firm.address if made.firm else "")


def _refuse_repeats(made: RowPlan, wish: Wish, seen: dict[object, int]) -> None:
    """Two rows that say the same thing of the same enterprise: neither can be meant."""
    keys: list[object] = [(made.code, one.key) for one in made.told]
    if wish.kind is ImportKind.ENTERPRISES:
        keys = [made.code]
    for key in keys:
        first = seen.setdefault(key, made.number)
        if first != made.number and made.code:
            made.refuse(CODE, f"与第{first}行合并为一行", f"与第{first}行重复")


def _drop_known_site(db: Session, made: RowPlan) -> None:
    site, firm = made.site, made.firm
    known = repository.site(db, site.id) if site is not None else None
    if site is None or known is None or firm is None:
        return
    if known.enterprise_id != firm.id:
        made.refuse(import_columns.SITE, "换一个编号", "该编号属于其他企业")
    elif all(getattr(known, name) == value for name, value in site.model_dump().items()):
        made.site = None
