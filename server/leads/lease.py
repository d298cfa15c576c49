"""Who works on a lead: one person at a time, for 90 seconds after the last sign of life.

A lease is no act: it decides nothing, so it is not in the audit chain. It keeps two officers from
writing two findings; what truly decides between two is the version.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.identity.actor import LEGAL_ZONE, Actor
from server.kit.errors import NotHeld
from server.leads.desk_tables import LeadLease
from server.leads.tables import Lead

#: House value of WORKFLOW §5.2.
LASTS = timedelta(seconds=90)


def take(db: Session, at: datetime, actor: Actor, lead: Lead) -> bool:
    """Hold a lead, or go on holding it; return whether it had no holder before.

    Raises:
        NotHeld: somebody else works on it.
    """
    known = db.get(LeadLease, lead.id, with_for_update=True, populate_existing=True)
    if known is not None and known.until > at and known.account_id != actor.id:
        raise _refusal(lead, known)
    is_news = known is None or known.until <= at
    lease = known or LeadLease(lead_id=lead.id)
    lease.account_id, lease.holder, lease.until = actor.id, actor.full_name, at + LASTS
    db.add(lease)
    lead.opened_at = lead.opened_at or at
    db.flush()
    return is_news


def check(db: Session, at: datetime, actor: Actor, lead: Lead) -> None:
    """Refuse whoever does not hold the lead.

    Raises:
        NotHeld: somebody else works on it, or the lease has run out.
    """
    known = db.get(LeadLease, lead.id, populate_existing=True)
    if known is None or known.until <= at:
        raise NotHeld(f"lead {lead.number}")
    if known.account_id != actor.id:
        raise _refusal(lead, known)


def release(db: Session, actor: Actor, lead_id: UUID) -> None:
    """Let others work on it."""
    db.execute(
        delete(LeadLease).where(LeadLease.lead_id == lead_id, LeadLease.account_id == actor.id)
    )


def running(db: Session, at: datetime, leads: Collection[UUID]) -> dict[UUID, LeadLease]:
    """Return who works on which of these leads."""
    query = select(LeadLease).where(LeadLease.lead_id.in_(leads), LeadLease.until > at)
    return {lease.lead_id: lease for lease in db.scalars(query)}


def _refusal(lead: Lead, lease: LeadLease) -> NotHeld:
    until = lease.until.astimezone(LEGAL_ZONE)
    return NotHeld(f"lead {lead.number}", lease.holder, until.isoformat())
