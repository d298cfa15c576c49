"""Queries of signals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from server.enterprises import service as enterprises
from server.enterprises.tables import Enterprise
from server.jurisdiction.service import Scope
from server.signals.states import Level, SignalKind, SignalState
from server.signals.tables import Signal


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list is wanted; None: whatever it is."""

    scope: Scope
    limit: int
    before: UUID | None = None
    state: SignalState | None = None
    kind: SignalKind | None = None
    enterprise_id: UUID | None = None


def known(db: Session, source_system: str, external_ids: Collection[str]) -> dict[str, Signal]:
    """Return the signals of a system that are there already, by their ids there."""
    query = select(Signal).where(
        Signal.source_system == source_system, Signal.external_id.in_(external_ids)
    )
    return {signal.external_id: signal for signal in db.scalars(query)}


def visible(db: Session, signal_id: UUID, scope: Scope) -> Signal | None:
    """Return a signal within reach, newest and locked."""
    query = select(Signal).where(Signal.id == signal_id, _in_reach(scope)).with_for_update()
    return db.scalar(query.execution_options(populate_existing=True))


def listed(db: Session, asked: Asked) -> Sequence[Signal]:
    """Return signals, newest first, one more than the limit if there are more."""
    query = select(Signal).where(_in_reach(asked.scope))
    for column, wanted in (
        (Signal.state, asked.state),
        (Signal.kind, asked.kind),
        (Signal.enterprise_id, asked.enterprise_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if asked.before is not None:
        query = query.where(Signal.id < asked.before)
    return db.scalars(query.order_by(Signal.id.desc()).limit(asked.limit + 1)).all()


def waiting(db: Session, credit_codes: Collection[str]) -> Sequence[Signal]:
    """Return the unmatched signals of codes."""
    query = select(Signal).where(
        Signal.state == SignalState.UNMATCHED, Signal.credit_code.in_(credit_codes)
    )
    return db.scalars(query).all()


def waiting_codes(db: Session, most: int) -> list[str]:
    """Return codes of which unmatched signals speak."""
    query = select(Signal.credit_code).where(
        Signal.state == SignalState.UNMATCHED, Signal.credit_code.is_not(None)
    )
    return [code for code in db.scalars(query.distinct().limit(most)) if code is not None]


def count(
    db: Session,
    enterprise_id: UUID,
    kinds: Collection[SignalKind],
    since: datetime,
    level: Level | None = None,
) -> tuple[int, datetime | None]:
    """Return how many signals of an enterprise happened since, and when the last one did."""
    query = select(func.count(), func.max(Signal.occurred_at)).where(
        Signal.enterprise_id == enterprise_id,
        Signal.kind.in_(kinds),
        Signal.occurred_at >= since,
    )
    if level is not None:
        query = query.where(Signal.level == level)
    row = db.execute(query).one()
    return row[0], row[1]


def _in_reach(scope: Scope) -> ColumnElement[bool]:
    """Matched: where the enterprise is; not matched: whose queue it came to."""
    theirs = select(Enterprise.id).where(enterprises.within(scope))
    return or_(
        Signal.enterprise_id.in_(theirs),
        (Signal.enterprise_id.is_(None)) & Signal.unit_id.in_(scope.units),
    )
