"""Which buttons a person has on a lead now: the table, the permissions and the guards together."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Hazard
from server.identity import service as identity
from server.identity.actor import Actor
from server.leads.acting import ACT_FOR
from server.leads.duplicates import UNDO_WITHIN
from server.leads.second_look import waits
from server.leads.states import LEAD, MOST_RELOOKS, LeadEvent, LeadState
from server.leads.tables import Lead
from server.leads.verdicts import is_own_starred

#: Outcomes that no verb brings about yet: a hand-over is made from what was found on site.
_NOT_ASKED = frozenset({LeadEvent.HANDOVER})
_WITH_LEADER = frozenset({LeadEvent.NO_ACTION, LeadEvent.WITHDRAW, LeadEvent.REOPEN})


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at a lead, and what is known of it.

    Attributes:
        hazard: what it is suspected of; None: it has left the catalogue.
        is_waiting: whether something of it waits for the leader.
    """

    at: datetime
    actor: Actor
    hazard: Hazard | None = None
    is_waiting: bool = False


def allowed(db: Session, looking: Looking, lead: Lead) -> list[LeadEvent]:
    """Return what this person may do with this lead now."""
    actor, at = looking.actor, looking.at
    if actor.unit is None or actor.unit.id != lead.unit_id:
        return []
    fits = _guards(db, looking, lead)
    return [
        event
        for event in LEAD.allowed(lead.state)
        if event in ACT_FOR
        and event not in _NOT_ASKED
        and actor.may(ACT_FOR[event], at)
        and not (looking.is_waiting and event in _WITH_LEADER)
        and fits.get(event, True)
    ]


def _guards(db: Session, looking: Looking, lead: Lead) -> dict[LeadEvent, bool]:
    """Answer the guards that a page can know."""
    actor, at, hazard = looking.actor, looking.at, looking.hazard
    is_muted = lead.muted_until is not None and at < lead.muted_until
    can_undo = lead.ended_at is not None and at <= lead.ended_at + UNDO_WITHIN
    is_own_verdict = identity.is_person(db, actor, lead.decided_by)
    return {
        LeadEvent.UNCLEAR: lead.relooks < MOST_RELOOKS,
        LeadEvent.CONFIRM: not is_own_starred(db, actor, lead),
        LeadEvent.SECOND_LOOK: waits(lead) and not is_own_verdict,
        LeadEvent.MUTE: not lead.is_starred and not is_muted,
        LeadEvent.UNMUTE: is_muted,
        LeadEvent.TRANSFER: hazard is not None and bool(hazard.transfer_to),
        LeadEvent.UNDO_DUPLICATE: can_undo,
        LeadEvent.CREATE_TASK: lead.state is LeadState.CONFIRMED,
    }
