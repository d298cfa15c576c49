"""The door of enterprises: registering, records with their sources, life, conflicts, places."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.enterprises import record_repository, repository, statements
from server.enterprises.conflicts import Decision, Side, queue, settle
from server.enterprises.fields import COLUMNS, FIELDS
from server.enterprises.life import (
    Attempt,
    activate,
    cancel,
    merge,
    require_whole,
    resume,
    suspend,
    tell,
)
from server.enterprises.record_tables import RecordStatement
from server.enterprises.repository import Place, within
from server.enterprises.schemas import EnterpriseRecord, SiteRecord, TrainingConsent
from server.enterprises.search import pairs
from server.enterprises.states import EnterpriseState
from server.enterprises.tables import Enterprise, Site
from server.identity.actor import LEGAL_ZONE, Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.jurisdiction.service import Scope
from server.kit.errors import Conflict, NotFound
from server.kit.ids import new_id

__all__ = [
    "CONSENT",
    "Attempt",
    "Decision",
    "Place",
    "Side",
    "activate",
    "agreed",
    "cancel",
    "consent_by_code",
    "counting",
    "draft",
    "identity_of",
    "ids_of_codes",
    "is_in_reach",
    "is_stale",
    "merge",
    "named",
    "names",
    "place",
    "places_of",
    "queue",
    "read",
    "register",
    "require_whole",
    "resume",
    "settle",
    "settle_consent",
    "site_ids",
    "suspend",
    "tell",
    "values_of",
    "visible",
    "within",
]

#: The event under which the audit chain keeps what enterprises agreed to.
CONSENT = "training_consent"


def register(
    db: Session, at: datetime, who: audit.Who, record: EnterpriseRecord, unit_id: UUID
) -> UUID:
    """Record an enterprise and its sites under an enforcing unit.

    A known code is brought up to date, and the old values stay in the history and in the audit
    chain; the same record again changes nothing.

    Raises:
        Conflict: a site is another enterprise's.
    """
    known = repository.by_code(db, record.credit_code)
    before: dict[str, str] = {}
    if known is None:
        entity = _enter(db, at, who, record, EnterpriseState.ACTIVE)
    else:
        entity, before = known, _correct(db, at, who, known, record)
    for site in record.sites:
        before |= _settle_site(db, entity, site, unit_id)
    db.flush()
    for site in record.sites:
        jurisdiction.settle(
            db, at, who, jurisdiction.Ground(site.id, entity.id, unit_id, site.division_code)
        )
    if known is None or before:
        event = "registered" if known is None else "corrected"
        entity.version += 0 if known is None else 1
        db.flush()
        act = audit.Act(event, detail={"source": record.source, "before": before})
        thing = audit.Thing("enterprise", str(entity.id), entity.version)
        audit.record(db, at, who, thing, act)
    return entity.id


def draft(
    db: Session, at: datetime, actor: Actor, record: EnterpriseRecord, unit_id: UUID
) -> Enterprise:
    """Enter an enterprise that is not known yet; it works once somebody activates it.

    Raises:
        NotPermitted: the role changes no records.
        Conflict: the code is known, or a site is another enterprise's.
    """
    actor.require(Act.ENTERPRISES_EDIT, at)
    if repository.by_code(db, record.credit_code) is not None:
        raise Conflict(
            f"{record.credit_code} is registered; change that record", "该统一社会信用代码已有档案"
        )
    entity = _enter(db, at, actor.who, record, EnterpriseState.DRAFT)
    for site in record.sites:
        _settle_site(db, entity, site, unit_id)
    db.flush()
    act = audit.Act("drafted", to_state=entity.state, detail={"source": record.source})
    audit.record(db, at, actor.who, audit.Thing("enterprise", str(entity.id), 1), act)
    return entity


def _enter(
    db: Session, at: datetime, who: audit.Who, record: EnterpriseRecord, state: EnterpriseState
) -> Enterprise:
    entity = Enterprise(
        id=new_id(at),
        registered_at=at,
        state=state,
        version=1,
        search_pairs=pairs(record.name, record.credit_code),
        **_values(record),
    )
    db.add(entity)
    db.flush()
    _say(db, at, who, entity, record, COLUMNS)
    return entity


def _correct(
    db: Session, at: datetime, who: audit.Who, entity: Enterprise, record: EnterpriseRecord
) -> dict[str, str]:
    """Take what a record says differently; return the old values."""
    values = _values(record)
    differing = [name for name in COLUMNS if getattr(entity, name) != values[name]]
    old = {name: str(getattr(entity, name)) for name in differing}
    _say(db, at, who, entity, record, differing)
    return old | _replaced(entity, {name: values[name] for name in ("is_demo", "source")})


def _say(
    db: Session,
    at: datetime,
    who: audit.Who,
    entity: Enterprise,
    record: EnterpriseRecord,
    names: Collection[str],
) -> None:
    day, values = at.astimezone(LEGAL_ZONE).date(), _values(record)
    told = [statements.told(name, values[name], record.source, day) for name in names]
    known = record_repository.known(db, entity.id, {record.source})
    weighed = statements.weigh_all(known, told, by_person=True)
    statements.take(db, at, who.id, entity, weighed)


def _values(record: EnterpriseRecord) -> dict[str, Any]:
    return record.model_dump(exclude={"sites", "sector"}) | {"sector": record.supervised_as}


def _settle_site(
    db: Session, entity: Enterprise, record: SiteRecord, unit_id: UUID
) -> dict[str, str]:
    known = repository.site(db, record.id)
    values = {**record.model_dump(), "unit_id": unit_id}
    if known is None:
        db.add(Site(enterprise_id=entity.id, **values))
        return {f"site {record.id}": ""}
    if known.enterprise_id != entity.id:
        raise Conflict(f"site {record.id} is another enterprise's; choose another id")
    old = _replaced(known, values)
    return {f"site {record.id}: {field}": value for field, value in old.items()}


def _replaced(row: Enterprise | Site, values: Mapping[str, object]) -> dict[str, str]:
    """Set what differs; return the old values."""
    old = {field: getattr(row, field) for field in values if getattr(row, field) != values[field]}
    for field in old:
        setattr(row, field, values[field])
    return {field: str(value) for field, value in old.items()}


def place(db: Session, site_id: str) -> Place:
    """Return a site with its enterprise.

    Raises:
        NotFound: no such site is registered.
    """
    found = repository.place(db, site_id)
    if found is None:
        raise NotFound(f"site {site_id} is not registered")
    return found


def ids_of_codes(db: Session, credit_codes: Collection[str]) -> dict[str, UUID]:
    """Return the enterprises of codes; one that was merged answers by the one that took it over."""
    found = repository.by_codes(db, credit_codes)
    return {code: firm.merged_into_id or firm.id for code, firm in found.items()}


def is_in_reach(db: Session, actor: Actor, enterprise_id: UUID) -> bool:
    """Whether an enterprise has a site in the actor's scope."""
    return repository.visible(db, enterprise_id, jurisdiction.scope(db, actor)) is not None


def named(db: Session, name: str, scope: Scope) -> Sequence[Enterprise]:
    """Return the enterprises of exactly a name within a scope; a person chooses among them."""
    return repository.by_name(db, name, scope)


def places_of(db: Session, unit_id: UUID) -> list[Place]:
    """Return the sites that a unit enforces at, with their enterprises."""
    return repository.places_of(db, unit_id)


def values_of(db: Session, enterprise_id: UUID, field: str) -> list[RecordStatement]:
    """Return what counts for a field of a record, item by item."""
    rows = record_repository.current(db, enterprise_id)
    return [row for row in rows if row.field == field and row.value is not None]


def counting(db: Session, enterprise_id: UUID) -> list[RecordStatement]:
    """Return everything that counts in a record."""
    return [row for row in record_repository.current(db, enterprise_id) if row.value is not None]


def is_stale(row: RecordStatement, today: date) -> bool:
    """Whether what counts has grown old."""
    return FIELDS[row.field].is_stale(row.as_of, today)


def site_ids(db: Session, enterprise_id: UUID) -> list[str]:
    """Return the sites of an enterprise."""
    return [site.id for site in repository.sites_of(db, enterprise_id)]


def names(db: Session, enterprise_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of enterprises."""
    return repository.names(db, enterprise_ids)


def identity_of(db: Session, enterprise_id: UUID) -> Enterprise:
    """Return an enterprise that another matter names as its party."""
    return db.get_one(Enterprise, enterprise_id)


def read(db: Session, at: datetime, actor: Actor, enterprise_id: UUID) -> Enterprise:
    """Return an enterprise within the actor's scope; the look is recorded (INV-9).

    Raises:
        NotPermitted: the role may not read records.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.ENTERPRISES_READ, at)
    found = visible(db, actor, enterprise_id)
    thing = audit.Thing("enterprise", str(found.id))
    audit.record_access(db, at, actor.who, thing, "查看企业档案")
    return found


def visible(db: Session, actor: Actor, enterprise_id: UUID) -> Enterprise:
    """Return an enterprise within the actor's scope; whoever shows it records the look.

    Raises:
        NotFound: there is none, it lies outside the scope, or the actor keeps away from it.
    """
    found = repository.visible(db, enterprise_id, jurisdiction.scope(db, actor))
    if found is None:
        raise NotFound(f"enterprise {enterprise_id}")
    return found


def agreed(db: Session, enterprise_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the enterprises that have agreed to training on their pictures."""
    return repository.agreed(db, enterprise_ids)


def settle_consent(
    db: Session, at: datetime, actor: Actor, enterprise_id: UUID, given: TrainingConsent
) -> Enterprise:
    """Record that an enterprise within the actor's scope agrees to training, or no longer does.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such enterprise, or it lies outside the scope.
    """
    actor.require(Act.ENTERPRISES_CONSENT, at)
    visible(db, actor, enterprise_id)
    return _settle(db, at, actor.who, enterprise_id, given)


def consent_by_code(
    db: Session, at: datetime, who: audit.Who, credit_code: str, given: TrainingConsent
) -> Enterprise:
    """Record the same for the enterprise of a 统一社会信用代码, at the server itself.

    Raises:
        NotFound: no such enterprise is registered.
    """
    known = repository.by_code(db, credit_code)
    if known is None:
        raise NotFound(f"no enterprise {credit_code}; register it first")
    return _settle(db, at, who, known.id, given)


def _settle(
    db: Session, at: datetime, who: audit.Who, enterprise_id: UUID, given: TrainingConsent
) -> Enterprise:
    entity = repository.locked(db, enterprise_id)
    before, entity.training_consent = entity.training_consent, given.reference
    db.flush()
    act = audit.Act(CONSENT, _word(before), _word(given.reference), given.reference)
    audit.record(db, at, who, audit.Thing("enterprise", str(entity.id)), act)
    return entity


def _word(reference: str | None) -> str:
    return "none" if reference is None else "agreed"
