"""What became of incidents' leads, for whoever keeps or destroys their evidence."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from server.evidence.retention import LeadStanding
from server.leads import repository
from server.leads.states import LeadState

#: A lead that is looked at again was decided once: its evidence is kept as if it were confirmed.
_STANDINGS = {
    LeadState.NEW: LeadStanding.UNDECIDED,
    LeadState.PRESCREENED: LeadStanding.UNDECIDED,
    LeadState.FALSE_ALARM: LeadStanding.FALSE_ALARM,
}


def standing_of(db: Session, incidents: Collection[UUID]) -> Mapping[UUID, LeadStanding]:
    """Tell what became of each incident's lead; one without a lead is left out."""
    found: dict[UUID, LeadStanding] = {}
    for incident in incidents:
        row = repository.incident(db, incident)
        if row is not None:
            state = repository.lead(db, row.lead_id).state
            found[incident] = _STANDINGS.get(state, LeadStanding.CONFIRMED)
    return found


def knows_incident(db: Session, incident_id: UUID) -> bool:
    """Whether an incident belongs to a lead."""
    return repository.incident(db, incident_id) is not None
