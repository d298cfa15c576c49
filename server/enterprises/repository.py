"""Queries of enterprises and sites."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

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
