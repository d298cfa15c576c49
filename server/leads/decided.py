"""What officers have decided, in the order in which they decided it: what the library learns from.

The order is that of the audit chain, whose numbers follow the commits: a reader that goes on from
the last number it saw misses no verdict, whatever the clocks did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.events import HazardEvent
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.audit.tables import AuditEntry
from server.jurisdiction.service import Scope
from server.leads import repository
from server.leads.states import DismissReason, LeadEvent, Verdict
from server.leads.tables import Lead, LeadIncident

_OBJECT = "lead"


_SAID_BY = {
    LeadEvent.CONFIRM.value: Verdict.CONFIRMED,
    LeadEvent.DISMISS.value: Verdict.FALSE_ALARM,
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """One incident of a decided lead, with the change that its key frame belongs to."""

    incident: UUID
    event: HazardEvent


@dataclass(frozen=True, slots=True)
class Decided:
    """A lead with the verdict that holds now.

    Attributes:
        reason: why it is a false alarm; None for a confirmed one.
        sightings: its incidents of its own hazard that were there when it was decided, the
            strongest first.
    """

    lead: UUID
    hazard: HazardId
    verdict: Verdict
    reason: DismissReason | None
    at: datetime
    enterprise: UUID
    site: str
    device: str
    camera: str
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """A stretch of the verdicts.

    Attributes:
        last: number of the last verdict that was looked at, to go on from.
        has_more: whether there are verdicts behind it.
    """

    decided: tuple[Decided, ...]
    last: int
    has_more: bool


def after(db: Session, scope: Scope, number: int, limit: int) -> DecidedPage:
    """Return the verdicts within a scope behind a number of the audit chain.

    A verdict that was taken back, or followed by another, is passed over: only what holds is told.
    """
    entries = audit.acts(db, _OBJECT, tuple(_SAID_BY), number, limit + 1)
    looked_at = entries[:limit]
    holding = [lead for entry in looked_at if (lead := _held(db, scope, entry)) is not None]
    return DecidedPage(
        decided=_decided(db, holding),
        last=looked_at[-1].seq if looked_at else number,
        has_more=len(entries) > limit,
    )


def about(db: Session, scope: Scope, incident_id: UUID) -> Decided | None:
    """Return the verdict that holds on an incident's lead, if there is one in reach."""
    row = repository.incident(db, incident_id)
    lead = repository.visible(db, scope, row.lead_id) if row is not None else None
    if lead is None or lead.verdict is None:
        return None
    return _decided(db, [lead])[0]


def _held(db: Session, scope: Scope, entry: AuditEntry) -> Lead | None:
    """Return the lead of an entry whose verdict is still the lead's own."""
    lead = repository.visible(db, scope, UUID(entry.object_id))
    if lead is None or lead.decided_at != entry.at:
        return None
    return lead if lead.verdict is _SAID_BY[entry.event] else None


def _decided(db: Session, leads: Sequence[Lead]) -> tuple[Decided, ...]:
    rows = repository.incidents(db, [lead.id for lead in leads])
    return tuple(
        Decided(
            lead=lead.id,
            hazard=HazardId(lead.hazard),
            verdict=lead.verdict,
            reason=lead.dismiss_reason,
            at=lead.decided_at,
            enterprise=lead.enterprise_id,
            site=lead.site_id,
            device=lead.device,
            camera=lead.camera,
            sightings=_sightings(lead, rows),
        )
        for lead in leads
        if lead.decided_at is not None and lead.verdict is not None
    )


def _sightings(lead: Lead, rows: Sequence[LeadIncident]) -> tuple[Sighting, ...]:
    """Nobody has judged what joined later, nor what a storm holds of other hazards."""
    judged = [
        row
        for row in rows
        if row.lead_id == lead.id
        and row.hazard == lead.hazard
        and lead.decided_at is not None
        and row.joined_at <= lead.decided_at
    ]
    judged.sort(key=lambda row: (-row.score, row.opened_at, row.incident_id))
    return tuple(
        Sighting(row.incident_id, HazardEvent.model_validate(row.picture_event)) for row in judged
    )
