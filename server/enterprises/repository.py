"""Queries of enterprises and sites."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.enterprises.record_values import RiskBand, Sector
from server.enterprises.search import pairs
from server.enterprises.states import EnterpriseState
from server.enterprises.tables import Enterprise, Site


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


def site(db: Session, site_id: str) -> Site | None:
    """Return a site."""
    return db.get(Site, site_id)


def by_code(db: Session, credit_code: str) -> Enterprise | None:
    """Return the enterprise with a 统一社会信用代码."""
    return db.scalar(select(Enterprise).where(Enterprise.credit_code == credit_code))


def visible(db: Session, enterprise_id: UUID, units: Collection[UUID]) -> Enterprise | None:
    """Return an enterprise that has a site in one of the units."""
    query = (
        select(Enterprise)
        .join(Site, Site.enterprise_id == Enterprise.id)
        .where(Enterprise.id == enterprise_id, Site.unit_id.in_(units))
        .limit(1)
    )
    return db.scalar(query)


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


def within(
    db: Session, enterprise_ids: Collection[UUID], units: Collection[UUID]
) -> frozenset[UUID]:
    """Return those of the enterprises that have a site in one of the units."""
    query = select(Site.enterprise_id).where(
        Site.enterprise_id.in_(enterprise_ids), Site.unit_id.in_(units)
    )
    return frozenset(db.scalars(query))


def by_name(db: Session, name: str, units: Collection[UUID]) -> Sequence[Enterprise]:
    """Return the enterprises of exactly this name that have a site in one of the units."""
    query = select(Enterprise).where(
        Enterprise.search_pairs.contains(pairs(name)), Enterprise.name == name, _within(units)
    )
    return db.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list is wanted; None: whatever it is. division: the code's beginning."""

    units: Collection[UUID]
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
    query = select(Enterprise).where(_within(asked.units, asked.division))
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


def _within(units: Collection[UUID], division: str | None = None) -> ColumnElement[bool]:
    theirs = select(Site.id).where(Site.enterprise_id == Enterprise.id, Site.unit_id.in_(units))
    if division is not None:
        theirs = theirs.where(Site.division_code.startswith(division, autoescape=True))
    return theirs.exists()
