"""Enforcing units: the tree of Jiangsu from the table of divisions, and the bureau's own."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.identity import repository
from server.identity.actor import UnitRef
from server.identity.divisions import PROVINCE, divisions, full_name
from server.identity.tables import Unit
from server.identity.unit_tree import UnitTree
from server.kit.errors import FieldsMissing, NotFound
from server.kit.ids import new_id


def add_unit(
    db: Session,
    at: datetime,
    name: str,
    division_code: str | None,
    parent_id: UUID | None = None,
) -> UnitRef:
    """Register an enforcing unit, or return the one of that name.

    Without a parent it stands below the unit of the division above, where that is registered.

    Raises:
        FieldsMissing: the unit is new and its division is not six digits.
    """
    known = repository.unit_by_name(db, name)
    if known is None:
        code = division_code or ""
        if not re.fullmatch(r"[0-9]{6}", code):
            raise FieldsMissing(["division_code"], "行政区划代码应为6位数字")
        division = divisions().get(code)
        known = Unit(
            id=new_id(at),
            name=name,
            division_code=code,
            parent_id=parent_id or _upper(_first_by_division(db), code),
            has_power=division is None or bool(division.enforces),
        )
        db.add(known)
        db.flush()
    return UnitRef(known.id, known.name, known.division_code)


def load_units(db: Session, at: datetime, by: Who) -> int:
    """Make the tree whole: a unit for every division that has none, each below the one above.

    What is registered already keeps its name and its parent. Development zones get a unit without
    power; it is given one with the document that delegates it. Returns how many were made.
    """
    there = _first_by_division(db)
    made = 0
    for code, division in divisions().items():
        if code in there or division.valid_to is not None:
            continue
        unit = Unit(
            id=new_id(at),
            name=_official_name(code),
            division_code=code,
            has_power=bool(division.enforces),
        )
        db.add(unit)
        there[code] = unit
        made += 1
    db.flush()
    for unit in repository.units(db):
        if unit.parent_id is None:
            unit.parent_id = _upper(there, unit.division_code)
    db.flush()
    if made:
        act = audit.Act("units_loaded", detail={"made": made})
        audit.record(db, at, by, Thing("unit", PROVINCE), act)
    return made


def give_power(db: Session, at: datetime, by: Who, name: str, doc_no: str) -> UnitRef:
    """Record the document that delegates the power of enforcement to a unit, such as a zone's.

    Raises:
        NotFound: there is no such unit.
        FieldsMissing: the document has no number.
    """
    unit = repository.unit_by_name(db, name)
    if unit is None:
        raise NotFound(f"unit {name}")
    if not doc_no.strip():
        raise FieldsMissing(["doc_no"], "请填写授权或委托文件的文号")
    unit.has_power, unit.power_doc_no = True, doc_no.strip()
    db.flush()
    act = audit.Act("power_given", reason=doc_no.strip())
    audit.record(db, at, by, Thing("unit", str(unit.id)), act)
    return UnitRef(unit.id, unit.name, unit.division_code)


def unit_ref(db: Session, unit_id: UUID) -> UnitRef:
    """Return a unit that is known to be there.

    Raises:
        NotFound: there is none of this id.
    """
    unit = repository.unit(db, unit_id)
    if unit is None:
        raise NotFound(f"unit {unit_id}")
    return UnitRef(unit.id, unit.name, unit.division_code, unit.has_power)


def unit_named(db: Session, name: str) -> UnitRef:
    """Return the unit of a name.

    Raises:
        NotFound: there is none; the remedy is in the message.
    """
    unit = repository.unit_by_name(db, name)
    if unit is None:
        raise NotFound(
            f"no unit is named {name!r}: write --unit as add-user was given it",
            f"没有名为“{name}”的单位",
        )
    return UnitRef(unit.id, unit.name, unit.division_code, unit.has_power)


def unit_tree(db: Session) -> UnitTree:
    """Return the tree as it is."""
    return UnitTree(repository.parents(db))


def _first_by_division(db: Session) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for unit in repository.units(db):
        found.setdefault(unit.division_code, unit)
    return found


def _upper(there: dict[str, Unit], code: str) -> UUID | None:
    """Return the unit of the nearest division above that has one."""
    known = divisions()
    step = known.get(code)
    while step is not None and step.parent is not None:
        if step.parent in there:
            return there[step.parent].id
        step = known.get(step.parent)
    return None


def _official_name(code: str) -> str:
    return f"{full_name(code)}应急管理{'厅' if code == PROVINCE else '局'}"
