"""The door of leads for other modules: arrivals, verdicts, reading."""

import base64
import binascii
import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.documents import following
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotFound, NotHeld
from server.leads import acting, coming_round, lease, pages, repository, schemas
from server.leads.acting import Attempt
from server.leads.allowing import Looking, allowed
from server.leads.arrivals import attach
from server.leads.children import follow
from server.leads.coming_round import come_round
from server.leads.decided import about as decided_about
from server.leads.decided import after as decided_after
from server.leads.duplicates import absorb, duplicate, undo_duplicate
from server.leads.muting import mute, unmute
from server.leads.outcomes import create_task, transfer
from server.leads.pictures import cameras_with_open_leads, hazard_of, newest_picture, open_at
from server.leads.priority import Priority
from server.leads.proposals import (
    approve,
    no_action,
    refuse,
    reopen,
    take_proposal_back,
    withdraw,
)
from server.leads.repository import After, Asked, incidents_of
from server.leads.said import Precision, precision
from server.leads.second_look import second_look
from server.leads.states import OPEN, LeadState
from server.leads.surroundings import waiting
from server.leads.tables import Lead
from server.leads.timers import Pressing, Rule
from server.leads.verdicts import confirm, dismiss, prescreen, unclear

__all__ = [
    "Attempt",
    "ListWish",
    "Precision",
    "absorb",
    "approve",
    "attach",
    "cameras_with_open_leads",
    "come_round",
    "confirm",
    "create_task",
    "decided_about",
    "decided_after",
    "dismiss",
    "duplicate",
    "evidence_arrived",
    "follow",
    "hazard_of",
    "hold",
    "hold_if_free",
    "incidents_of",
    "listed",
    "mute",
    "newest_picture",
    "no_action",
    "one",
    "open_at",
    "page",
    "precision",
    "prescreen",
    "pressing",
    "proposals",
    "refuse",
    "release",
    "reopen",
    "second_look",
    "sees_incident",
    "take_proposal_back",
    "transfer",
    "unclear",
    "undo_duplicate",
    "unmute",
    "wants_hold",
    "withdraw",
]

following.register("lead", follow)

_MOST = 100


@dataclass(frozen=True, slots=True)
class ListWish:
    """What part of the list is wanted; no states: all."""

    states: tuple[LeadState, ...] = ()
    cursor: str | None = None
    limit: int = 50
    second_look: bool = False


def one(db: Session, at: datetime, actor: Actor, lead_id: UUID) -> Lead:
    """Return a lead within the actor's scope.

    Raises:
        NotPermitted: the role reads no leads.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.LEADS_READ, at)
    found = repository.visible(db, jurisdiction.scope(db, actor), lead_id)
    if found is None:
        raise NotFound(f"lead {lead_id}")
    return found


def page(db: Session, at: datetime, actor: Actor, catalogue: Catalogue, lead: Lead) -> schemas.Lead:
    """Write a lead's page."""
    return pages.page(db, at, actor, catalogue, lead)


def listed(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, wish: ListWish
) -> schemas.LeadList:
    """List the leads in scope: most urgent first, then oldest.

    Raises:
        NotPermitted: the role reads no leads.
        FieldsMissing: the cursor is none of ours.
    """
    actor.require(Act.LEADS_READ, at)
    scope = jurisdiction.scope(db, actor)
    limit = min(wish.limit, _MOST)
    after = _read_cursor(wish.cursor) if wish.cursor else None
    found = repository.listed(db, Asked(scope, wish.states, after, limit, wish.second_look))
    return schemas.LeadList(
        items=pages.rows(db, at, catalogue, found[:limit]),
        next_cursor=_cursor(found[limit - 1]) if len(found) > limit else None,
        counts=repository.counts(db, scope),
        as_of=at,
    )


def wants_hold(db: Session, at: datetime, actor: Actor, lead: Lead) -> bool:
    """Whether opening a lead makes this person its holder: who may act on it now, if it is free."""
    is_free = lead.id not in lease.running(db, at, [lead.id])
    may_hold = is_free and actor.may(Act.LEADS_PRESCREEN, at)
    return may_hold and bool(allowed(db, Looking(at, actor), lead))


def hold(db: Session, at: datetime, actor: Actor, lead_id: UUID) -> schemas.Held:
    """Work on a lead, or go on working on it, for the next 90 seconds.

    Raises:
        NotPermitted: the role works on no leads.
        NotFound: there is none, or it lies outside the scope.
        NotHeld: somebody else works on it.
    """
    actor.require(Act.LEADS_PRESCREEN, at)
    lead = repository.locked(db, jurisdiction.scope(db, actor), lead_id)
    if lead is None:
        raise NotFound(f"lead {lead_id}")
    if lease.take(db, at, actor, lead) and lead.state in OPEN:
        acting.tell(db, at, lead)
    return schemas.Held(by=actor.full_name, until=at + lease.LASTS, mine=True)


def hold_if_free(db: Session, at: datetime, actor: Actor, lead_id: UUID) -> None:
    """Become a lead's holder by opening it; somebody else may have been a moment faster."""
    with contextlib.suppress(NotHeld):
        hold(db, at, actor, lead_id)


def release(db: Session, at: datetime, actor: Actor, lead_id: UUID) -> Lead:
    """Let others work on a lead.

    Raises:
        NotPermitted: the role reads no leads.
        NotFound: there is none, or it lies outside the scope.
    """
    lead = one(db, at, actor, lead_id)
    lease.release(db, actor, lead.id)
    acting.tell(db, at, lead)
    return lead


def pressing(db: Session, at: datetime, actor: Actor) -> schemas.PressingList:
    """List the leads in scope that must not wait, and the rules that say so.

    Raises:
        NotPermitted: the role reads no leads.
    """
    actor.require(Act.LEADS_READ, at)
    found = coming_round.all_pressing(db, at, jurisdiction.scope(db, actor))
    return schemas.PressingList(
        items=[
            schemas.PressingLead(
                id=lead.id,
                number=lead.number,
                state=lead.state,
                priority=lead.priority,
                rules=[_rule(at, lead, rule) for rule in rules],
            )
            for lead, rules in found
        ],
        as_of=at,
    )


def proposals(db: Session, at: datetime, actor: Actor) -> schemas.ProposalList:
    """List what waits for a leader in scope, oldest first.

    Raises:
        NotPermitted: the role agrees to nothing.
    """
    actor.require(Act.LEADS_APPROVE, at)
    items = []
    for proposal in repository.waiting_proposals(db, jurisdiction.scope(db, actor)):
        lead = repository.lead(db, proposal.lead_id)
        row = schemas.ProposalRow(
            lead_id=lead.id,
            lead_number=lead.number,
            lead_version=lead.version,
            waiting=waiting(db, proposal),
        )
        items.append(row)
    return schemas.ProposalList(items=items)


def _rule(at: datetime, lead: Lead, rule: Pressing) -> schemas.PressingRule:
    minutes = int((at - lead.created_at).total_seconds() // 60)
    said = {
        Rule.LATE: f"线索{lead.number}已超过{minutes}分钟未处置，请立即研判。",
        Rule.UNOPENED: f"紧急线索{lead.number}无人查看，请值班负责人处理。",
        Rule.NO_OUTCOME: f"线索{lead.number}已确认属实，尚未选择处置方式。",
        Rule.RELOOK_DUE: f"线索{lead.number}待复看已到期，请作出判断。",
        Rule.SECOND_LOOK: "重点线索误报结论待复核。",
    }[rule.rule]
    return schemas.PressingRule(
        rule_id=rule.rule, since=rule.since, message_zh=said, calls=rule.calls
    )


def sees_incident(db: Session, actor: Actor, incident_id: UUID) -> bool:
    """Whether an incident belongs to a lead in the actor's scope."""
    row = repository.incident(db, incident_id)
    scope = jurisdiction.scope(db, actor)
    return row is not None and repository.visible(db, scope, row.lead_id) is not None


def evidence_arrived(db: Session, at: datetime, incident_id: UUID) -> None:
    """Tell the pages that a lead has a new picture or clip."""
    row = repository.incident(db, incident_id)
    if row is not None:
        acting.tell(db, at, repository.lead(db, row.lead_id))


def _cursor(lead: Lead) -> str:
    text = json.dumps([lead.priority, lead.first_seen.isoformat(), str(lead.id)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_cursor(cursor: str) -> After:
    try:
        priority, first_seen, lead_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return After(Priority(priority), datetime.fromisoformat(first_seen), UUID(lead_id))
    except (ValueError, TypeError, AttributeError, binascii.Error) as fault:
        raise FieldsMissing(["cursor"], "翻页位置无效，请重新载入列表") from fault
