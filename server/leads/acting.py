"""How every act on a lead goes: who may, which version, what state, whose lease; then the move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.identity import service as identity
from server.identity.actor import LEGAL_ZONE, Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit import live
from server.kit.errors import NotFound, StaleVersion
from server.kit.live import Change, Kind
from server.leads import lease, repository
from server.leads.states import ENDED, LEAD, LeadEvent, LeadState
from server.leads.tables import Lead

#: The server itself, where time or what followed moves a lead.
SERVER = audit.Who("svc:work", "svc")

#: What the permission is to each event that people may send.
ACT_FOR = {
    LeadEvent.PRESCREEN: Act.LEADS_PRESCREEN,
    **dict.fromkeys(
        (
            LeadEvent.CONFIRM,
            LeadEvent.DISMISS,
            LeadEvent.UNCLEAR,
            LeadEvent.DUPLICATE,
            LeadEvent.UNDO_DUPLICATE,
            LeadEvent.TRANSFER,
            LeadEvent.CREATE_TASK,
            LeadEvent.NOTICE,
            LeadEvent.HANDOVER,
            LeadEvent.NO_ACTION,
            LeadEvent.MUTE,
            LeadEvent.UNMUTE,
            LeadEvent.REOPEN,
            LeadEvent.WITHDRAW,
        ),
        Act.LEADS_CONFIRM,
    ),
    LeadEvent.SECOND_LOOK: Act.LEADS_SECOND_LOOK,
}
#: What a lead's holder goes on with; after anything else the lead is free for others.
_GOES_ON = frozenset({LeadState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who acts when on which version of which lead."""

    at: datetime
    actor: Actor
    lead_id: UUID
    version: int


def taken(db: Session, tried: Attempt, event: LeadEvent) -> Lead:
    """Lock the lead and refuse who may not, what has changed, and what the state forbids.

    Raises:
        NotPermitted: the role or the certificate does not allow the event.
        NotFound: there is no such lead in the actor's scope.
        NotPermitted: another unit enforces there (R-020).
        StaleVersion: somebody acted since; says who and when.
        NotAllowedNow: the state does not know the event.
        NotHeld: the actor does not hold the lead.
    """
    tried.actor.require(ACT_FOR[event], tried.at)
    lead = locked(db, tried)
    LEAD.after(lead.state, event)
    lease.check(db, tried.at, tried.actor, lead)
    return lead


def locked(db: Session, tried: Attempt) -> Lead:
    """Lock the lead in the version that was read.

    Raises:
        NotFound: there is no such lead in the actor's scope.
        NotPermitted: another unit enforces there (R-020).
        StaleVersion: somebody acted since; says who and when.
    """
    lead = repository.locked(db, jurisdiction.scope(db, tried.actor), tried.lead_id)
    if lead is None:
        raise NotFound(f"lead {tried.lead_id}")
    jurisdiction.require_unit(tried.actor, identity.unit_ref(db, lead.unit_id))
    if lead.version != tried.version:
        thing = f"lead {lead.number}"
        raise StaleVersion(thing, tried.version, lead.version, _changed(db, lead))
    return lead


def move(
    db: Session,
    tried: Attempt,
    lead: Lead,
    event: LeadEvent,
    reason: str | None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write a person's act down: next state, version, audit entry, news; and free the lead."""
    carry_out(db, tried.at, tried.actor.who, lead, event, reason, detail)
    if lead.state not in _GOES_ON:
        lease.release(db, tried.actor, lead.id)


def carry_out(  # noqa: PLR0913, PLR0917 - each is a part of the audit entry
    db: Session,
    at: datetime,
    who: audit.Who,
    lead: Lead,
    event: LeadEvent,
    reason: str | None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write down what happened to a lead, whoever did it."""
    before = lead.state
    lead.state = LEAD.after(before, event)
    lead.version += 1
    if lead.state not in ENDED:
        lead.ended_at = None
    elif before is not lead.state:
        lead.ended_at = at
    db.flush()
    told = {key: value for key, value in (detail or {}).items() if value is not None}
    act = audit.Act(event, before, lead.state, reason, told)
    audit.record(db, at, who, thing(lead), act)
    tell(db, at, lead)


def tell(db: Session, at: datetime, lead: Lead) -> None:
    """Tell the pages that a lead has changed."""
    data = {"version": lead.version, "state": lead.state, "priority": lead.priority}
    live.announce(db, at, Change(Kind.LEAD, str(lead.id), data))


def thing(lead: Lead) -> audit.Thing:
    """Name a lead for the audit chain."""
    return audit.Thing("lead", str(lead.id), lead.version)


def _changed(db: Session, lead: Lead) -> tuple[str, str] | None:
    """Say who made the current version, and when."""
    acts = [
        entry
        for entry in audit.history(db, audit.Thing("lead", str(lead.id)))
        if entry.object_version == lead.version and entry.event != "incident_joined"
    ]
    if not acts:
        return None
    at = acts[-1].at.astimezone(LEGAL_ZONE)
    return identity.name_of(db, acts[-1].actor), at.strftime("%m-%d %H:%M:%S")
