"""The door of leads for other modules: arrivals, verdicts, reading."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotFound
from server.leads import arrivals, pages, repository, schemas
from server.leads.arrivals import attach
from server.leads.decided import about as decided_about
from server.leads.decided import after as decided_after
from server.leads.priority import Priority
from server.leads.repository import After, Asked, incidents_of
from server.leads.states import LeadState
from server.leads.tables import Lead
from server.leads.verdicts import Attempt, confirm, dismiss, prescreen, reopen, unclear

__all__ = [
    "Attempt",
    "ListWish",
    "attach",
    "confirm",
    "decided_about",
    "decided_after",
    "dismiss",
    "evidence_arrived",
    "incidents_of",
    "listed",
    "one",
    "page",
    "prescreen",
    "reopen",
    "sees_incident",
    "unclear",
]

_MOST = 100


@dataclass(frozen=True, slots=True)
class ListWish:
    """What part of the list is wanted; no states: all."""

    states: tuple[LeadState, ...] = ()
    cursor: str | None = None
    limit: int = 50


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
    found = repository.listed(db, Asked(scope, wish.states, after, limit))
    return schemas.LeadList(
        items=pages.rows(db, catalogue, found[:limit]),
        next_cursor=_cursor(found[limit - 1]) if len(found) > limit else None,
        counts=repository.counts(db, scope),
        as_of=at,
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
        arrivals.tell(db, at, repository.lead(db, row.lead_id))


def _cursor(lead: Lead) -> str:
    text = json.dumps([lead.priority, lead.first_seen.isoformat(), str(lead.id)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_cursor(cursor: str) -> After:
    try:
        priority, first_seen, lead_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return After(Priority(priority), datetime.fromisoformat(first_seen), UUID(lead_id))
    except (ValueError, TypeError, AttributeError, binascii.Error) as fault:
        raise FieldsMissing(["cursor"], "翻页位置无效，请重新载入列表") from fault
