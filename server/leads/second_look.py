"""The second pair of eyes on a ★ lead that was dismissed (WORKFLOW §2, R-033)."""

from sqlalchemy.orm import Session

from server.identity.duties import different_person
from server.identity.permissions import Act, Role
from server.identity.same_person import person_of
from server.kit.errors import FieldsMissing
from server.leads import schemas
from server.leads.acting import Attempt, locked, move
from server.leads.states import LEAD, LeadEvent
from server.leads.tables import Lead


def second_look(db: Session, tried: Attempt, body: schemas.SecondLook) -> Lead:
    """Agree, as another officer or as a leader, that a ★ lead is a false alarm.

    Whoever disagrees reopens it.

    Raises:
        NotPermitted: the person dismissed it, or is an officer without a certificate.
        FieldsMissing: the lead needs no second look.
    """
    tried.actor.require(Act.LEADS_SECOND_LOOK, tried.at)
    lead = locked(db, tried)
    LEAD.after(lead.state, LeadEvent.SECOND_LOOK)
    if not waits(lead):
        raise FieldsMissing(["second_look"], "该线索无须复核，或已经复核")
    if tried.actor.role is Role.OFFICER:
        tried.actor.require(Act.LEADS_CONFIRM, tried.at)
    dismisser = person_of(db, lead.decided_by)
    different_person(tried.actor, dismisser, "作出误报结论的人员不得复核本人结论")
    lead.seconded_by, lead.seconded_at = tried.actor.id, tried.at
    move(db, tried, lead, LeadEvent.SECOND_LOOK, body.opinion)
    return lead


def waits(lead: Lead) -> bool:
    """Whether a lead is a dismissed ★ lead that nobody else has looked at yet."""
    return (
        lead.is_starred
        and LeadEvent.SECOND_LOOK in LEAD.allowed(lead.state)
        and (lead.seconded_at is None)
    )
