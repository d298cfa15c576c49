"""Queries of enterprises and sites."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.enterprises.record_values import RiskBand, Sector
from server.enterprises.search import pairs
from server.enterprises.states import EnterpriseState
from server.enterprises.tables import Enterprise, Site
from server.jurisdiction import service as jurisdiction
from server.jurisdiction.service import Scope


@dataclass(frozen=True, slots=True)
class Place:
    """A site together with its enterprise."""

    site: Site
    enterprise: Enterprise


def place(db: Session, site_id: str) -> Place | None:
    """Return a site with its enterprise."""
    query = select(Site, Enterprise).join(Enterprise, Enterprise.id == Site.enterprise_id)
    row = db.execute(query.where(Site.id == site_id)).one_or_none()
    return Place(row[0], row[1]) if row else None


def places_of(db: Session, unit_id: UUID) -> list[Place]:
    """Return the sites that a unit enforces at, with their enterprises."""
    query = select(Site, Enterprise).join(Enterprise, Enterprise.id == Site.enterprise_id)
    rows = db.execute(query.where(Site.unit_id == unit_id).order_by(Site.id))
    return [Place(row[0], row[1]) for row in rows]


def site(db: Session, site_id: str) -> Site | None:
    """Return a site."""
    return db.get(Site, site_id)


def by_code(db: Session, credit_code: str) -> Enterprise | None:
    """Return the enterprise with a 统一社会信用代码."""
    return db.scalar(select(Enterprise).where(Enterprise.credit_code == credit_code))


def visible(db: Session, enterprise_id: UUID, scope: Scope) -> Enterprise | None:
    """Return an enterprise that is seen."""
    return db.scalar(select(Enterprise).where(Enterprise.id == enterprise_id, within(scope)))


def locked(db: Session, enterprise_id: UUID) -> Enterprise:
    """Return an enterprise that is known to be there, newest and locked."""
    return db.get_one(Enterprise, enterprise_id, with_for_update=True, populate_existing=True)


def agreed(db: Session, enterprise_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the enterprises that have agreed to training on their pictures."""
    query = select(Enterprise.id).where(Enterprise.id.in_(enterprise_ids))
    return set(db.scalars(query.where(Enterprise.training_consent.is_not(None))))


def names(db: Session, enterprise_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of enterprises."""
    query = select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_(enterprise_ids))
    return {row[0]: row[1] for row in db.execute(query)}


def sites_of(db: Session, enterprise_id: UUID) -> Sequence[Site]:
    """Return the sites of an enterprise."""
    query = select(Site).where(Site.enterprise_id == enterprise_id)
    return db.scalars(query.order_by(Site.id)).all()


def sites_among(db: Session, enterprise_ids: Collection[UUID]) -> Sequence[Site]:
    """Return the sites of enterprises."""
    return db.scalars(select(Site).where(Site.enterprise_id.in_(enterprise_ids))).all()


def by_codes(db: Session, credit_codes: Collection[str]) -> dict[str, Enterprise]:
    """Return the enterprises of codes."""
    query = select(Enterprise).where(Enterprise.credit_code.in_(credit_codes))
    return {firm.credit_code: firm for firm in db.scalars(query)}


def seen(db: Session, enterprise_ids: Collection[UUID], scope: Scope) -> frozenset[UUID]:
    """Return those of the enterprises within a scope."""
    query = select(Enterprise.id).where(Enterprise.id.in_(enterprise_ids), within(scope))
    return frozenset(db.scalars(query))


def by_name(db: Session, name: str, scope: Scope) -> Sequence[Enterprise]:
    """Return the enterprises of exactly this name within a scope."""
    query = select(Enterprise).where(
        Enterprise.search_pairs.contains(pairs(name)), Enterprise.name == name, within(scope)
    )
    return db.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list is wanted; None: whatever it is. division: the code's beginning."""

    scope: Scope
    limit: int
    after: str | None = None
    text: str | None = None
    state: EnterpriseState | None = None
    sector: Sector | None = None
    risk_band: RiskBand | None = None
    is_key_unit: bool | None = None
    division: str | None = None


def listed(db: Session, asked: Asked) -> Sequence[Enterprise]:
    """Return enterprises by their codes, one more than the limit if there are more."""
    query = select(Enterprise).where(within(asked.scope, asked.division))
    for column, wanted in (
        (Enterprise.state, asked.state),
        (Enterprise.sector, asked.sector),
        (Enterprise.risk_band, asked.risk_band),
        (Enterprise.is_key_unit, asked.is_key_unit),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if asked.text is not None:
        words = Enterprise.name + " " + Enterprise.credit_code
        query = query.where(
            Enterprise.search_pairs.contains(pairs(asked.text)),
            words.icontains(asked.text, autoescape=True),
        )
    if asked.after is not None:
        query = query.where(Enterprise.credit_code > asked.after)
    return db.scalars(query.order_by(Enterprise.credit_code).limit(asked.limit + 1)).all()


def within(scope: Scope, division: str | None = None) -> ColumnElement[bool]:
    """Enterprises with a site that lies with a unit of the scope, or is or was held by one."""
    held = jurisdiction.sites_of(scope.units)
    theirs = select(Site.id).where(
        Site.enterprise_id == Enterprise.id, or_(Site.unit_id.in_(scope.units), Site.id.in_(held))
    )
    if division is not None:
        theirs = theirs.where(Site.division_code.startswith(division, autoescape=True))
    seen = theirs.exists()
    return seen & Enterprise.id.not_in(scope.recused) if scope.recused else seen
