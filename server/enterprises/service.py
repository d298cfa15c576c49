"""`register` an enterprise with its sites; find the place that a box belongs to."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.enterprises import repository
from server.enterprises.repository import Place
from server.enterprises.schemas import EnterpriseRecord
from server.enterprises.tables import Enterprise, Site
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import NotFound
from server.kit.ids import new_id

__all__ = ["Place", "enterprise", "names", "place", "register"]


def register(
    db: Session, at: datetime, who: audit.Who, record: EnterpriseRecord, unit_id: UUID
) -> UUID:
    """Record an enterprise and its sites under an enforcing unit; a known code changes nothing."""
    known = repository.by_code(db, record.credit_code)
    if known is not None:
        return known.id
    entity = Enterprise(
        id=new_id(at), registered_at=at, **record.model_dump(exclude={"sites"}, mode="python")
    )
    db.add(entity)
    db.flush()
    for site in record.sites:
        db.add(Site(enterprise_id=entity.id, unit_id=unit_id, **site.model_dump()))
    db.flush()
    thing = audit.Thing("enterprise", str(entity.id))
    audit.record(db, at, who, thing, audit.Act("registered", detail={"source": record.source}))
    return entity.id


def place(db: Session, site_id: str) -> Place:
    """Return a site with its enterprise.

    Raises:
        NotFound: no such site is registered.
    """
    found = repository.place(db, site_id)
    if found is None:
        raise NotFound(f"site {site_id} is not registered")
    return found


def names(db: Session, enterprise_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of enterprises."""
    return repository.names(db, enterprise_ids)


def enterprise(db: Session, at: datetime, actor: Actor, enterprise_id: UUID) -> Enterprise:
    """Return an enterprise within the actor's scope.

    Raises:
        NotPermitted: the role may not read records.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.ENTERPRISES_READ, at)
    found = repository.visible(db, enterprise_id, identity.unit_scope(db, actor))
    if found is None:
        raise NotFound(f"enterprise {enterprise_id}")
    return found
