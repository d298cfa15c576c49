"""What was said of a lead and still holds, or was taken back: the memory of verdicts.

A verdict is never erased: precision of a month is recomputed when one of its verdicts is taken
back later, and says that it was (AC-23).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from server.identity.actor import Actor
from server.jurisdiction.service import Scope
from server.kit.ids import new_id
from server.leads.desk_tables import LeadVerdict
from server.leads.repository import in_reach
from server.leads.states import DismissReason, Verdict
from server.leads.tables import Lead


@dataclass(frozen=True, slots=True)
class Precision:
    """What officers said in a span of time.

    Attributes:
        confirmed: verdicts 属实 that hold.
        dismissed: verdicts 误报 that hold.
        revised: verdicts of that time that were taken back after it had ended.
    """

    confirmed: int
    dismissed: int
    revised: int

    @property
    def value(self) -> float | None:
        """Share confirmed; None: nobody decided anything."""
        decided = self.confirmed + self.dismissed
        return self.confirmed / decided if decided else None


def say(db: Session, at: datetime, actor: Actor, lead: Lead, reason: DismissReason | None) -> None:
    """Note a verdict on a lead: a reason says 误报, none 属实."""
    verdict = Verdict.CONFIRMED if reason is None else Verdict.FALSE_ALARM
    lead.decided_by, lead.decided_at, lead.verdict = actor.id, at, verdict
    lead.dismiss_reason, lead.relook_at = reason, None
    lead.seconded_by, lead.seconded_at = None, None
    row = LeadVerdict(
        id=new_id(at), lead_id=lead.id, verdict=verdict, reason=reason, by=actor.id, at=at
    )
    db.add(row)


def mark_taken_back(db: Session, at: datetime, lead: Lead, because: str) -> None:
    """Mark the verdict on a lead as taken back; the lead itself is the caller's to change."""
    query = select(LeadVerdict).where(
        LeadVerdict.lead_id == lead.id, LeadVerdict.revoked_at.is_(None)
    )
    holding = db.scalar(query)
    if holding is not None:
        holding.revoked_at, holding.revoked_because = at, because
        db.flush()


def forget_verdict(lead: Lead) -> None:
    """Leave a lead without a verdict; change its state before anything is asked of the database."""
    lead.verdict, lead.decided_by, lead.decided_at, lead.dismiss_reason = None, None, None, None
    lead.seconded_by, lead.seconded_at, lead.duplicate_of = None, None, None
    lead.muted_from, lead.muted_until, lead.mute_reason = None, None, None


def verdicts_of(db: Session, lead_id: UUID) -> Sequence[LeadVerdict]:
    """Return every verdict on a lead, oldest first."""
    query = select(LeadVerdict).where(LeadVerdict.lead_id == lead_id)
    return db.scalars(query.order_by(LeadVerdict.at, LeadVerdict.id)).all()


def precision(
    db: Session, scope: Scope, since: datetime, until: datetime, hazard: str | None
) -> Precision:
    """Count what was said in a span of time, of one hazard or of all."""
    revised = LeadVerdict.revoked_at >= until
    query = (
        select(
            func.count().filter(LeadVerdict.revoked_at.is_(None), _says(Verdict.CONFIRMED)),
            func.count().filter(LeadVerdict.revoked_at.is_(None), _says(Verdict.FALSE_ALARM)),
            func.count().filter(revised),
        )
        .join(Lead, Lead.id == LeadVerdict.lead_id)
        .where(in_reach(scope), LeadVerdict.at >= since, LeadVerdict.at < until)
    )
    if hazard is not None:
        query = query.where(Lead.hazard == hazard)
    row = db.execute(query).one()
    return Precision(row[0], row[1], row[2])


def _says(verdict: Verdict) -> ColumnElement[bool]:
    return LeadVerdict.verdict == verdict
