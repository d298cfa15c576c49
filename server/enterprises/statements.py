"""Take what sources say of an enterprise: what counts, what is old, what is disputed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.enterprises import record_repository as repository
from server.enterprises.fields import FIELDS, Plain, field_kind
from server.enterprises.record_repository import Key, Known
from server.enterprises.record_tables import RecordConflict, RecordField, RecordStatement
from server.enterprises.record_values import RiskBand, Sector
from server.enterprises.search import pairs
from server.enterprises.states import CONFLICTS, ConflictEvent, ConflictState
from server.enterprises.tables import Enterprise
from server.enterprises.weighing import Before, Said, Standing, weigh
from server.kit.errors import FieldsMissing
from server.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Told:
    """A statement to take: of which field and item, and what."""

    key: Key
    said: Said


@dataclass(frozen=True, slots=True)
class Weighed:
    """A statement with what becomes of it, and what counted before."""

    told: Told
    standing: Standing
    before: Said | None

    @property
    def changes(self) -> bool:
        """Whether another value counts from now on."""
        if self.standing is not Standing.CURRENT:
            return False
        return self.before is None or self.before.value != self.told.said.value


@dataclass(slots=True)
class Outcome:
    """What taking statements has changed. before: the old values of what changed, by field."""

    before: dict[str, Plain] = field(default_factory=dict)
    recorded: int = 0
    disputed: list[str] = field(default_factory=list)


def told(key: str, value: object, source: str, as_of: date, item: str = "") -> Told:
    """Return a statement, its value checked; None says that there is none any more.

    Raises:
        FieldsMissing: the field is unknown, its value is wrong, or what cannot be missing is.
    """
    kind = field_kind(key)
    if value is not None:
        parsed = kind.parse(value)
        return Told((key, kind.item(parsed)), Said(parsed, source, as_of))
    if kind.column or bool(kind.item_of) != bool(item):
        raise FieldsMissing(
            [key], f"{kind.title_zh}不能为空" + ("，请指明条目" if kind.item_of else "")
        )
    return Told((key, item), Said(None, source, as_of))


def weigh_all(
    known: Known, statements: Sequence[Told], *, by_person: bool = False
) -> list[Weighed]:
    """Return what becomes of each statement that says something new. Nothing is written.

    The same statement again is left out. So is one that a person makes of what counts already.
    """
    found = []
    for one in statements:
        row = known.current.get(one.key)
        before = repository.said(row) if row is not None else None
        if (one.key, one.said) in known.said or (before is None and one.said.value is None):
            continue
        refused = (one.key, one.said.source, one.said.value) in known.refused
        standing = weigh(one.said, Before(before, refused), by_person=by_person)
        found.append(Weighed(one, standing, before))
    return found


def take(
    db: Session, at: datetime, recorder: str, firm: Enterprise, weighed: Sequence[Weighed]
) -> Outcome:
    """Record weighed statements; bring the enterprise's own row and open conflicts up to date."""
    outcome = Outcome()
    for one in weighed:
        row = _keep(db, at, recorder, firm, one)
        outcome.recorded += 1
        if one.standing is Standing.CURRENT:
            _let_count(db, at, firm, row)
            if one.changes:
                outcome.before[_name(one.told.key)] = one.before.value if one.before else None
        elif one.standing is Standing.DISPUTED:
            _dispute(db, at, row)
            outcome.disputed.append(_name(one.told.key))
    return outcome


def let_count(db: Session, at: datetime, firm: Enterprise, row: RecordStatement) -> None:
    """Make a statement count that a person has chosen."""
    _let_count(db, at, firm, row)


def _keep(
    db: Session, at: datetime, recorder: str, firm: Enterprise, one: Weighed
) -> RecordStatement:
    name, item = one.told.key
    row = RecordStatement(
        id=new_id(at),
        enterprise_id=firm.id,
        field=name,
        item=item,
        value=one.told.said.value,
        source=one.told.said.source,
        as_of=one.told.said.as_of,
        recorded_at=at,
        recorded_by=recorder,
        standing=one.standing,
    )
    db.add(row)
    db.flush()
    return row


def _let_count(db: Session, at: datetime, firm: Enterprise, row: RecordStatement) -> None:
    key = (row.field, row.item)
    pointer = repository.pointer(db, firm.id, key)
    if pointer is None:
        db.add(
            RecordField(
                enterprise_id=firm.id,
                field=row.field,
                item=row.item,
                statement_id=row.id,
                since=at,
            )
        )
    else:
        pointer.statement_id, pointer.since = row.id, at
    _repeat_in_row(firm, row)
    db.flush()
    for conflict in repository.open_conflicts(db, firm.id, key):
        challenger = repository.statement(db, conflict.challenger_id)
        if challenger.value == row.value:
            conflict.state = CONFLICTS.after(conflict.state, ConflictEvent.AGREE)
        else:
            conflict.defender_id = row.id
        conflict.version += 1
    db.flush()


def _repeat_in_row(firm: Enterprise, row: RecordStatement) -> None:
    """Write what counts into the enterprise's own row, which other modules read."""
    if not FIELDS[row.field].column:
        return
    kinds = {"sector": Sector, "risk_band": RiskBand}
    setattr(firm, row.field, kinds.get(row.field, lambda value: value)(row.value))
    if row.field == "name":
        firm.search_pairs = pairs(firm.name, firm.credit_code)


def _dispute(db: Session, at: datetime, row: RecordStatement) -> None:
    key = (row.field, row.item)
    pointer = repository.pointer(db, row.enterprise_id, key)
    if pointer is None:
        return
    rows = repository.open_conflicts(db, row.enterprise_id, key)
    known = next((found for found in rows if found.source == row.source), None)
    if known is not None:
        known.challenger_id = row.id
        known.version += 1
    else:
        db.add(
            RecordConflict(
                id=new_id(at),
                enterprise_id=row.enterprise_id,
                field=row.field,
                item=row.item,
                source=row.source,
                state=ConflictState.OPEN,
                version=1,
                challenger_id=row.id,
                defender_id=pointer.statement_id,
                opened_at=at,
            )
        )
    db.flush()


def _name(key: Key) -> str:
    return "/".join(part for part in key if part)
