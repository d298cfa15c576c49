"""What came of a lead, and what a lead does when that has ended."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit.service import Who
from server.documents.standing import Standing
from server.handovers import service as handovers
from server.leads import repository
from server.leads.acting import carry_out
from server.leads.states import LEAD, LeadEvent
from server.leads.tables import Lead
from server.tasks import service as tasks


def children(db: Session, lead_id: UUID) -> tuple[Standing, ...]:
    """Return everything that came of a lead, also what is over."""
    found = (tasks.standing(db, lead_id), handovers.standing(db, lead_id))
    return tuple(one for one in found if one is not None)


def follow(db: Session, at: datetime, who: Who, lead_id: UUID) -> None:
    """Bring a lead up to what came of it: transferred, or closed when all of it is over.

    A cancelled task closes nothing: its lead waits for another outcome, or is taken back.

    It says neither 属实 nor 误报; whoever ended the children is named in the chain.
    """
    lead = repository.lead(db, lead_id)
    event = _due(lead, children(db, lead_id))
    if event is not None:
        carry_out(db, at, who, lead, event, None)


def _due(lead: Lead, of: Sequence[Standing]) -> LeadEvent | None:
    allowed = LEAD.allowed(lead.state)
    if LeadEvent.TRANSFER in allowed and any(one.is_agreed for one in of):
        return LeadEvent.TRANSFER
    cases = [one for one in of if one.is_case]
    is_done = any(not one.is_void for one in cases) and all(one.is_over for one in cases)
    if LeadEvent.CHILD_DONE in allowed and is_done:
        return LeadEvent.CHILD_DONE
    return None
