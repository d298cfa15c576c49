"""Queries of what sources say of enterprises."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from server.enterprises.fields import Plain
from server.enterprises.record_tables import RecordConflict, RecordField, RecordStatement
from server.enterprises.repository import within
from server.enterprises.states import ENDED, ConflictState
from server.enterprises.tables import Enterprise, Site
from server.enterprises.weighing import Said
from server.jurisdiction.service import Scope

#: A field, and which of its items; empty: the field is single.
Key = tuple[str, str]

_MOST_CONFLICTS = 200


@dataclass(slots=True)
class Known:
    """What is recorded of one enterprise: what counts, what was said before, what was refused."""

    current: dict[Key, RecordStatement] = field(default_factory=dict)
    said: list[tuple[Key, Said]] = field(default_factory=list)
    refused: list[tuple[Key, str, Plain]] = field(default_factory=list)


def known(db: Session, enterprise_id: UUID, sources: Collection[str]) -> Known:
    """Return what is recorded of an enterprise, and what these sources said before."""
    found = Known({(row.field, row.item): row for row in current(db, enterprise_id)})
    if not sources:
        return found
    query = select(RecordStatement).where(
        RecordStatement.enterprise_id == enterprise_id, RecordStatement.source.in_(sources)
    )
    found.said = [((row.field, row.item), said(row)) for row in db.scalars(query)]
    found.refused = _refused(db, enterprise_id, sources)
    return found


def said(row: RecordStatement) -> Said:
    """Return what a row says."""
    return Said(row.value, row.source, row.as_of)


def current(db: Session, enterprise_id: UUID) -> Sequence[RecordStatement]:
    """Return the statements that count, by field and item."""
    query = (
        select(RecordStatement)
        .join(RecordField, RecordField.statement_id == RecordStatement.id)
        .where(RecordField.enterprise_id == enterprise_id)
        .order_by(RecordStatement.field, RecordStatement.item)
    )
    return db.scalars(query).all()


def _refused(
    db: Session, enterprise_id: UUID, sources: Collection[str]
) -> list[tuple[Key, str, Plain]]:
    query = (
        select(RecordConflict, RecordStatement)
        .join(RecordStatement, RecordStatement.id == RecordConflict.challenger_id)
        .where(
            RecordConflict.enterprise_id == enterprise_id,
            RecordConflict.state == ConflictState.SETTLED,
            RecordConflict.kept_id != RecordConflict.challenger_id,
            RecordConflict.source.in_(sources),
        )
    )
    return [
        ((row.field, row.item), row.source, statement.value) for row, statement in db.execute(query)
    ]


def pointer(db: Session, enterprise_id: UUID, key: Key) -> RecordField | None:
    """Return which statement counts for a field."""
    return db.get(RecordField, (enterprise_id, *key))


def history(db: Session, enterprise_id: UUID, key: Key) -> Sequence[RecordStatement]:
    """Return everything that was ever said of a field, oldest first."""
    query = select(RecordStatement).where(
        RecordStatement.enterprise_id == enterprise_id,
        RecordStatement.field == key[0],
        RecordStatement.item == key[1],
    )
    return db.scalars(query.order_by(RecordStatement.seq)).all()


def statement(db: Session, statement_id: UUID) -> RecordStatement:
    """Return a statement that is known to be there."""
    return db.get_one(RecordStatement, statement_id)


def open_conflicts(db: Session, enterprise_id: UUID, key: Key) -> Sequence[RecordConflict]:
    """Return the open conflicts of a field."""
    query = select(RecordConflict).where(
        RecordConflict.enterprise_id == enterprise_id,
        RecordConflict.field == key[0],
        RecordConflict.item == key[1],
        RecordConflict.state == ConflictState.OPEN,
    )
    return db.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict with both sides."""

    conflict: RecordConflict
    challenger: RecordStatement
    defender: RecordStatement


def disputes_of(db: Session, enterprise_id: UUID) -> list[Dispute]:
    """Return the open conflicts of an enterprise, oldest first."""
    return _disputes(db, RecordConflict.enterprise_id == enterprise_id)


def disputes_in(db: Session, scope: Scope) -> list[Dispute]:
    """Return the open conflicts of enterprises within a scope."""
    theirs = select(Enterprise.id).where(within(scope))
    return _disputes(db, RecordConflict.enterprise_id.in_(theirs))


def _disputes(db: Session, whose: ColumnElement[bool]) -> list[Dispute]:
    defender = aliased(RecordStatement)
    query = (
        select(RecordConflict, RecordStatement, defender)
        .join(RecordStatement, RecordStatement.id == RecordConflict.challenger_id)
        .join(defender, defender.id == RecordConflict.defender_id)
        .where(RecordConflict.state == ConflictState.OPEN, whose)
        .order_by(RecordConflict.id)
        .limit(_MOST_CONFLICTS)
    )
    return [Dispute(row[0], row[1], row[2]) for row in db.execute(query)]


def conflict(db: Session, conflict_id: UUID) -> RecordConflict | None:
    """Return a conflict, newest and locked."""
    return db.get(RecordConflict, conflict_id, with_for_update=True, populate_existing=True)


def history_of_conflicts(db: Session, enterprise_id: UUID, key: Key) -> Sequence[RecordConflict]:
    """Return every conflict that a field ever had, oldest first."""
    query = select(RecordConflict).where(
        RecordConflict.enterprise_id == enterprise_id,
        RecordConflict.field == key[0],
        RecordConflict.item == key[1],
    )
    return db.scalars(query.order_by(RecordConflict.opened_at, RecordConflict.id)).all()


#: What counts, of which enterprise, and the unit of its first site.
Held = tuple[RecordStatement, Enterprise, UUID | None]


def stale_before(db: Session, limits: dict[str, date], most: int) -> list[Held]:
    """Return what counts and is older than its field allows, oldest first."""
    aged = [
        and_(RecordStatement.field == name, RecordStatement.as_of < day)
        for name, day in limits.items()
    ]
    return _held(db, or_(*aged), most)


def ending(db: Session, fields: Collection[str], last: date, most: int) -> list[Held]:
    """Return papers that count and end by a day, or have ended."""
    until = RecordStatement.value["valid_to"].astext
    return _held(db, and_(RecordStatement.field.in_(fields), until <= last.isoformat()), most)


def _held(db: Session, condition: ColumnElement[bool], most: int) -> list[Held]:
    unit = select(Site.unit_id).where(Site.enterprise_id == Enterprise.id)
    query = (
        select(RecordStatement, Enterprise, unit.order_by(Site.id).limit(1).scalar_subquery())
        .join(RecordField, RecordField.statement_id == RecordStatement.id)
        .join(Enterprise, Enterprise.id == RecordStatement.enterprise_id)
        .where(RecordStatement.value.is_not(None), Enterprise.state.not_in(ENDED), condition)
        .order_by(RecordStatement.as_of, RecordStatement.seq)
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]
