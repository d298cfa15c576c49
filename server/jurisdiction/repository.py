"""SQL of assignments, declared interests and urgings."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from server.jurisdiction.tables import EnforcementAssignment, Recusal, Urging


def holding(db: Session, site_id: str, at: datetime) -> EnforcementAssignment | None:
    """Return the assignment of a site that holds at a moment."""
    query = select(EnforcementAssignment).where(
        EnforcementAssignment.site_id == site_id, _holds(at)
    )
    return db.scalar(query)


def holders(db: Session, sites: Collection[str], at: datetime) -> dict[str, UUID]:
    """Return the unit that enforces at each of some sites at a moment."""
    query = select(EnforcementAssignment.site_id, EnforcementAssignment.unit_id)
    query = query.where(EnforcementAssignment.site_id.in_(sites), _holds(at))
    return {row[0]: row[1] for row in db.execute(query)}


def sites_of(units: Collection[UUID]) -> Select[str]:
    """Return the query of the sites where some units enforce, have enforced or will."""
    return select(EnforcementAssignment.site_id).where(EnforcementAssignment.unit_id.in_(units))


def of_site(db: Session, site_id: str) -> Sequence[EnforcementAssignment]:
    """Return all assignments of a site, oldest first."""
    query = select(EnforcementAssignment).where(EnforcementAssignment.site_id == site_id)
    return db.scalars(query.order_by(EnforcementAssignment.valid_from)).all()


def not_over(db: Session, site_id: str, at: datetime) -> Sequence[EnforcementAssignment]:
    """Return a site's assignments that reach beyond a moment, oldest first, locked."""
    query = select(EnforcementAssignment).where(
        EnforcementAssignment.site_id == site_id,
        or_(EnforcementAssignment.valid_to.is_(None), EnforcementAssignment.valid_to > at),
    )
    return db.scalars(query.order_by(EnforcementAssignment.valid_from).with_for_update()).all()


def recused_from(db: Session, person_id: UUID) -> set[UUID]:
    """Return the enterprises that a person keeps away from."""
    query = select(Recusal.enterprise_id).where(
        Recusal.person_id == person_id, Recusal.ended_at.is_(None)
    )
    return set(db.scalars(query))


def recused(db: Session, enterprise_id: UUID, people: Collection[UUID]) -> set[UUID]:
    """Return those of some people who keep away from an enterprise."""
    query = select(Recusal.person_id).where(
        Recusal.enterprise_id == enterprise_id,
        Recusal.person_id.in_(people),
        Recusal.ended_at.is_(None),
    )
    return set(db.scalars(query))


def recusal(db: Session, recusal_id: UUID) -> Recusal | None:
    """Return a declared interest, newest and locked."""
    return db.get(Recusal, recusal_id, with_for_update=True, populate_existing=True)


def recusals(db: Session, people: Collection[UUID]) -> Sequence[Recusal]:
    """Return declared interests of some people, newest first."""
    query = select(Recusal).where(Recusal.person_id.in_(people))
    return db.scalars(query.order_by(Recusal.id.desc())).all()


def urging(db: Session, urging_id: UUID, units: Collection[UUID]) -> Urging | None:
    """Return an urging that comes from or goes to one of some units, newest and locked."""
    query = select(Urging).where(Urging.id == urging_id, _between(units)).with_for_update()
    return db.scalar(query.execution_options(populate_existing=True))


def urgings(db: Session, units: Collection[UUID]) -> Sequence[Urging]:
    """Return the urgings that come from or go to some units, newest first."""
    return db.scalars(select(Urging).where(_between(units)).order_by(Urging.id.desc())).all()


def _between(units: Collection[UUID]) -> ColumnElement[bool]:
    return or_(Urging.from_unit_id.in_(units), Urging.to_unit_id.in_(units))


def _holds(at: datetime) -> ColumnElement[bool]:
    ends = or_(EnforcementAssignment.valid_to.is_(None), EnforcementAssignment.valid_to > at)
    return (EnforcementAssignment.valid_from <= at) & ends
