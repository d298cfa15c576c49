"""SQL of leads. What a reader may see is one condition: `in_reach`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.leads.joining import STORM_WITHIN, Known, Span
from server.leads.priority import Priority, Record
from server.leads.states import LeadState
from server.leads.tables import Lead, LeadIncident

_DECIDED_RIGHT = (LeadState.CONFIRMED, LeadState.TASKED)


@dataclass(frozen=True, slots=True)
class Key:
    """What joins incidents: one box's camera, one hazard, one zone."""

    device: str
    camera: str
    hazard: str
    zone: str | None


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of the list begins: after this lead."""

    priority: Priority
    first_seen: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """Which leads are listed."""

    scope: Scope
    states: tuple[LeadState, ...] = ()
    after: After | None = None
    limit: int = 50


def in_reach(scope: Scope) -> ColumnElement[bool]:
    """Leads within a scope: the one condition on what a reader may see."""
    return scope.of(Lead.unit_id, Lead.enterprise_id)


def visible(db: Session, scope: Scope, lead_id: UUID) -> Lead | None:
    """Return a lead in reach."""
    return db.scalar(select(Lead).where(Lead.id == lead_id, in_reach(scope)))


def visible_incidents(
    db: Session, scope: Scope, incidents: Collection[UUID]
) -> list[tuple[LeadIncident, Lead]]:
    """Return those incidents whose leads are in reach, with their leads."""
    query = (
        select(LeadIncident, Lead)
        .join(Lead, Lead.id == LeadIncident.lead_id)
        .where(LeadIncident.incident_id.in_(incidents), in_reach(scope))
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def locked(db: Session, scope: Scope, lead_id: UUID) -> Lead | None:
    """Return a lead in reach, newest and locked."""
    query = select(Lead).where(Lead.id == lead_id, in_reach(scope)).with_for_update()
    return db.scalar(query.execution_options(populate_existing=True))


def lead(db: Session, lead_id: UUID) -> Lead:
    """Return a lead that is known to be there, locked."""
    return db.get_one(Lead, lead_id, with_for_update=True, populate_existing=True)


def listed(db: Session, asked: Asked) -> Sequence[Lead]:
    """Return a page of the list and one more: most urgent first, then oldest."""
    order = (Lead.priority, Lead.first_seen, Lead.id)
    query = select(Lead).where(in_reach(asked.scope)).order_by(*order).limit(asked.limit + 1)
    if asked.states:
        query = query.where(Lead.state.in_(asked.states))
    if asked.after is not None:
        start = (asked.after.priority, asked.after.first_seen, asked.after.id)
        query = query.where(tuple_(*order) > start)
    return db.scalars(query).all()


def counts(db: Session, scope: Scope) -> dict[LeadState, int]:
    """Count the leads in reach by state."""
    query = select(Lead.state, func.count()).where(in_reach(scope)).group_by(Lead.state)
    return {row[0]: row[1] for row in db.execute(query)}


def of_key(db: Session, key: Key) -> list[Known]:
    """Return all leads of a key."""
    query = select(Lead).where(_is_key(key), Lead.is_storm.is_(False))
    return [_known(found) for found in db.scalars(query)]


def storms(db: Session, device: str, camera: str) -> list[Known]:
    """Return the alarm storms of a camera."""
    query = select(Lead).where(
        Lead.device == device, Lead.camera == camera, Lead.is_storm.is_(True)
    )
    return [_known(found) for found in db.scalars(query)]


def starts_near(db: Session, device: str, camera: str, at: datetime) -> Sequence[datetime]:
    """Return when other incidents of a camera began, not longer before than a storm takes."""
    query = select(LeadIncident.started_at).where(
        LeadIncident.device == device,
        LeadIncident.camera == camera,
        LeadIncident.started_at.between(at - STORM_WITHIN, at),
    )
    return db.scalars(query).all()


def incident(db: Session, incident_id: UUID) -> LeadIncident | None:
    """Return an incident."""
    return db.get(LeadIncident, incident_id, populate_existing=True)


def incidents(db: Session, leads: Collection[UUID]) -> Sequence[LeadIncident]:
    """Return the incidents of leads, oldest first."""
    query = select(LeadIncident).where(LeadIncident.lead_id.in_(leads))
    order = (LeadIncident.started_at, LeadIncident.incident_id)
    return db.scalars(query.order_by(*order)).all()


def incidents_of(db: Session, scope: Scope, enterprises: Collection[UUID]) -> Sequence[UUID]:
    """Return the incidents of enterprises' leads in reach, decided or not."""
    query = select(LeadIncident.incident_id).join(Lead, Lead.id == LeadIncident.lead_id)
    return db.scalars(query.where(in_reach(scope), Lead.enterprise_id.in_(enterprises))).all()


def span_of(db: Session, lead_id: UUID) -> tuple[Span, int]:
    """Return when a lead's incidents were first and last seen, and how many they are."""
    query = select(
        func.min(LeadIncident.started_at), func.max(LeadIncident.last_held_at), func.count()
    ).where(LeadIncident.lead_id == lead_id)
    row = db.execute(query).one()
    return Span(row[0], row[1]), row[2]


def repeats(db: Session, key: Key, before: datetime, within: timedelta) -> int:
    """Count incidents of a key in the time before a moment."""
    query = select(func.count()).where(
        LeadIncident.device == key.device,
        LeadIncident.camera == key.camera,
        LeadIncident.hazard == key.hazard,
        LeadIncident.zone.is_not_distinct_from(key.zone),
        LeadIncident.started_at >= before - within,
        LeadIncident.started_at < before,
    )
    return db.scalar(query) or 0


def record(db: Session, key: Key, since: datetime) -> Record:
    """Count what officers decided about a hazard at a camera."""
    query = (
        select(Lead.state, func.count())
        .where(
            Lead.device == key.device,
            Lead.camera == key.camera,
            Lead.hazard == key.hazard,
            Lead.decided_at >= since,
        )
        .group_by(Lead.state)
    )
    by_state = {row[0]: row[1] for row in db.execute(query)}
    confirmed = sum(by_state.get(state, 0) for state in _DECIDED_RIGHT)
    return Record(confirmed, by_state.get(LeadState.FALSE_ALARM, 0))


def _is_key(key: Key) -> ColumnElement[bool]:
    return (
        (Lead.device == key.device)
        & (Lead.camera == key.camera)
        & (Lead.hazard == key.hazard)
        & Lead.zone.is_not_distinct_from(key.zone)
    )


def _known(lead: Lead) -> Known:
    return Known(lead.id, lead.state, Span(lead.first_seen, lead.last_seen))


def undecided_or_without_outcome(db: Session) -> Sequence[Lead]:
    """Return the leads that wait for somebody, oldest first."""
    waiting = (LeadState.NEW, LeadState.PRESCREENED, LeadState.RELOOK, LeadState.CONFIRMED)
    return db.scalars(select(Lead).where(Lead.state.in_(waiting)).order_by(Lead.created_at)).all()
