"""SQL of leads. What a reader may see is one condition: `in_reach`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from server.jurisdiction.service import Scope
from server.leads.desk_tables import LeadProposal
from server.leads.joining import STORM_WITHIN, Known, Span
from server.leads.priority import Priority, Record
from server.leads.proposal_states import ProposalState
from server.leads.states import OPEN, LeadState, Verdict
from server.leads.tables import Lead, LeadIncident

_NEAR = timedelta(minutes=10)
_FEW = 5
_AT_ONCE = 500


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
    second_look: bool = False


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
    if asked.second_look:
        query = query.where(
            Lead.state == LeadState.FALSE_ALARM, Lead.is_starred, Lead.seconded_at.is_(None)
        )
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
    return [_known(db, found) for found in db.scalars(query)]


def storms(db: Session, device: str, camera: str) -> list[Known]:
    """Return the alarm storms of a camera."""
    query = select(Lead).where(
        Lead.device == device, Lead.camera == camera, Lead.is_storm.is_(True)
    )
    return [_known(db, found) for found in db.scalars(query)]


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


def shown_incidents(db: Session, leads: Collection[UUID]) -> Sequence[LeadIncident]:
    """Return what leads hold now, and what duplicates gave away, oldest first."""
    mine = or_(LeadIncident.lead_id.in_(leads), LeadIncident.moved_from.in_(leads))
    order = (LeadIncident.started_at, LeadIncident.incident_id)
    return db.scalars(select(LeadIncident).where(mine).order_by(*order)).all()


def incidents_of(db: Session, scope: Scope, enterprises: Collection[UUID]) -> Sequence[UUID]:
    """Return the incidents of enterprises' leads in reach, decided or not."""
    query = select(LeadIncident.incident_id).join(Lead, Lead.id == LeadIncident.lead_id)
    return db.scalars(query.where(in_reach(scope), Lead.enterprise_id.in_(enterprises))).all()


def span_of(db: Session, lead_id: UUID) -> tuple[Span, int] | None:
    """Return when a lead's incidents were first and last seen, and how many; None: it has none."""
    query = select(
        func.min(LeadIncident.started_at), func.max(LeadIncident.last_held_at), func.count()
    ).where(LeadIncident.lead_id == lead_id)
    row = db.execute(query).one()
    return (Span(row[0], row[1]), row[2]) if row[2] else None


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
        select(Lead.verdict, func.count())
        .where(
            Lead.device == key.device,
            Lead.camera == key.camera,
            Lead.hazard == key.hazard,
            Lead.decided_at >= since,
        )
        .group_by(Lead.verdict)
    )
    said = {row[0]: row[1] for row in db.execute(query)}
    return Record(said.get(Verdict.CONFIRMED, 0), said.get(Verdict.FALSE_ALARM, 0))


def earlier_confirmed(db: Session, site: str, hazard: str, since: datetime) -> int:
    """Count the confirmed leads of a hazard at a site since a moment (R-014)."""
    query = select(func.count()).where(
        Lead.site_id == site,
        Lead.hazard == hazard,
        Lead.first_seen >= since,
        Lead.verdict == Verdict.CONFIRMED,
    )
    return db.scalar(query) or 0


def near_elsewhere(db: Session, lead: Lead) -> Sequence[Lead]:
    """Return open leads of the same hazard that other cameras of the site saw at that time."""
    query = select(Lead).where(
        Lead.site_id == lead.site_id,
        Lead.hazard == lead.hazard,
        Lead.first_seen.between(lead.first_seen - _NEAR, lead.first_seen + _NEAR),
        Lead.camera != lead.camera,
        Lead.state.in_(OPEN),
    )
    return db.scalars(query.order_by(Lead.first_seen, Lead.id).limit(_FEW)).all()


def timed(db: Session, decided_before: datetime, created_before: datetime) -> Sequence[Lead]:
    """Return the leads that time may move, locked, a bounded number at once."""
    is_unseconded = and_(
        Lead.state == LeadState.FALSE_ALARM,
        Lead.is_starred,
        Lead.seconded_at.is_(None),
        Lead.decided_at <= decided_before,
    )
    is_undecided = and_(Lead.state.in_(OPEN), Lead.severity == 1, Lead.created_at <= created_before)
    query = select(Lead).where(or_(is_unseconded, is_undecided)).limit(_AT_ONCE)
    return db.scalars(query.with_for_update()).all()


def clocked(db: Session, scope: Scope, at: datetime) -> Sequence[Lead]:
    """Return the leads in reach that may press, most urgent first, a bounded number."""
    is_due = or_(
        Lead.due_at <= at,
        Lead.relook_at <= at,
        and_(Lead.priority == Priority.P0, Lead.opened_at.is_(None)),
    )
    is_unseconded = and_(
        Lead.state == LeadState.FALSE_ALARM, Lead.is_starred, Lead.seconded_at.is_(None)
    )
    is_open = and_(Lead.state.in_(OPEN), is_due)
    presses = or_(is_open, Lead.state == LeadState.CONFIRMED, is_unseconded)
    query = select(Lead).where(in_reach(scope), presses)
    order = (Lead.priority, Lead.created_at, Lead.id)
    return db.scalars(query.order_by(*order).limit(_AT_ONCE)).all()


def waiting_proposal(db: Session, lead_id: UUID) -> LeadProposal | None:
    """Return what waits for the leader, locked."""
    query = select(LeadProposal).where(
        LeadProposal.lead_id == lead_id, LeadProposal.state == ProposalState.PENDING
    )
    return db.scalar(query.with_for_update())


def waiting_proposals(db: Session, scope: Scope) -> Sequence[LeadProposal]:
    """Return everything in reach that waits for a leader, oldest first."""
    query = (
        select(LeadProposal)
        .join(Lead, Lead.id == LeadProposal.lead_id)
        .where(in_reach(scope), LeadProposal.state == ProposalState.PENDING)
    )
    return db.scalars(query.order_by(LeadProposal.proposed_at, LeadProposal.id)).all()


def give_incidents(db: Session, lead_id: UUID, target: UUID) -> None:
    """Give all incidents of a duplicate to another lead; they know where they came from."""
    query = update(LeadIncident).where(LeadIncident.lead_id == lead_id)
    came_from = func.coalesce(LeadIncident.moved_from, lead_id)
    db.execute(query.values(lead_id=target, moved_from=came_from))
    followers = update(Lead).where(Lead.duplicate_of == lead_id)
    db.execute(followers.values(duplicate_of=target))


def take_incidents_back(db: Session, lead_id: UUID) -> None:
    """Give a duplicate its own incidents back."""
    query = update(LeadIncident).where(LeadIncident.moved_from == lead_id)
    db.execute(query.values(lead_id=lead_id, moved_from=None))


def _is_key(key: Key) -> ColumnElement[bool]:
    return (
        (Lead.device == key.device)
        & (Lead.camera == key.camera)
        & (Lead.hazard == key.hazard)
        & Lead.zone.is_not_distinct_from(key.zone)
    )


def waiting_for_somebody(db: Session) -> Sequence[Lead]:
    """Return the leads that are undecided, without outcome or without second look, oldest first."""
    is_unseconded = and_(
        Lead.state == LeadState.FALSE_ALARM, Lead.is_starred, Lead.seconded_at.is_(None)
    )
    waits = or_(Lead.state.in_(OPEN), Lead.state == LeadState.CONFIRMED, is_unseconded)
    return db.scalars(select(Lead).where(waits).order_by(Lead.created_at, Lead.id)).all()


def _known(db: Session, lead: Lead) -> Known:
    """Write a lead as joining asks of it: a duplicate stands for the lead that took its own."""
    span = Span(lead.first_seen, lead.last_seen)
    taken_by = db.get(Lead, lead.duplicate_of) if lead.duplicate_of is not None else None
    stands = taken_by if taken_by is not None and taken_by.state in OPEN else lead
    muted = None
    if lead.muted_from is not None and lead.muted_until is not None:
        muted = Span(lead.muted_from, lead.muted_until)
    is_confirmed = lead.verdict is Verdict.CONFIRMED
    return Known(stands.id, stands.state, span, is_confirmed=is_confirmed, muted=muted)
