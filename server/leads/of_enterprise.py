"""The leads of one enterprise: its history, and what counts for its risk (WORKFLOW §7.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.leads.repository import in_reach
from server.leads.states import Verdict
from server.leads.tables import Lead


@dataclass(frozen=True, slots=True)
class Tally:
    """How many leads of a sort there are, and when the last one came."""

    count: int
    last_at: datetime | None


def history(db: Session, scope: Scope, enterprise_id: UUID, limit: int) -> Sequence[Lead]:
    """Return the leads of an enterprise within a scope, newest first."""
    query = select(Lead).where(Lead.enterprise_id == enterprise_id, in_reach(scope))
    return db.scalars(query.order_by(Lead.created_at.desc(), Lead.id.desc()).limit(limit)).all()


def confirmed(db: Session, enterprise_id: UUID, since: datetime) -> Tally:
    """Return how many leads officers have confirmed since; the verdict still holds."""
    return _tally(
        db,
        Lead.enterprise_id == enterprise_id,
        Lead.verdict == Verdict.CONFIRMED,
        Lead.decided_at >= since,
    )


def recurred(db: Session, enterprise_id: UUID, since: datetime) -> Tally:
    """Return how many confirmed leads since come after a decided one of the same place and hazard.

    A suspicion that nobody has confirmed is no recurrence (INV-1).
    """
    return _tally(
        db,
        Lead.enterprise_id == enterprise_id,
        Lead.verdict == Verdict.CONFIRMED,
        Lead.recurrence_of.is_not(None),
        Lead.created_at >= since,
    )


def _tally(db: Session, *conditions: object) -> Tally:
    query = select(func.count(), func.max(Lead.created_at)).where(*conditions)  # type: ignore[arg-type]
    row = db.execute(query).one()
    return Tally(row[0], row[1])
