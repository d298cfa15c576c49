"""The life of a record: entered, activated, suspended and resumed, cancelled or merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.enterprises import record_repository, repository
from server.enterprises.fields import REQUIRED, field_kind
from server.enterprises.statements import Told, take, weigh_all
from server.enterprises.states import ENDED, ENTERPRISES, EnterpriseEvent
from server.enterprises.tables import Enterprise
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.db import Json
from server.kit.errors import FieldsMissing, NotAllowedNow, NotFound
from server.kit.preconditions import check_version


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's act on a record, in the version that they have read."""

    at: datetime
    actor: Actor
    enterprise_id: UUID
    version: int


def activate(db: Session, tried: Attempt) -> Enterprise:
    """Put a drafted record to work; everything that a record must have is there.

    Raises:
        FieldsMissing: something is not there; each field is named.
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `begin`.
    """
    firm = begin(db, tried)
    ENTERPRISES.after(firm.state, EnterpriseEvent.ACTIVATE)
    require_whole(db, firm)
    return _move(db, tried, firm, EnterpriseEvent.ACTIVATE, None, {})


def require_whole(db: Session, firm: Enterprise) -> None:
    """Refuse a record that lacks what every record must have.

    Raises:
        FieldsMissing: each missing field is named.
    """
    there = {row.field for row in record_repository.current(db, firm.id) if row.value is not None}
    missing = [name for name in REQUIRED if name not in there]
    if not repository.sites_of(db, firm.id):
        missing.append("sites")
    if missing:
        titles = "、".join("厂区" if n == "sites" else field_kind(n).title_zh for n in missing)
        raise FieldsMissing(missing, f"档案缺少：{titles}，补齐后方可启用")


def suspend(db: Session, tried: Attempt, reason: str) -> Enterprise:
    """停产: the enterprise stands still.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `begin`.
    """
    return _move(db, tried, begin(db, tried), EnterpriseEvent.SUSPEND, reason, {})


def resume(db: Session, tried: Attempt, reason: str) -> Enterprise:
    """复产: it works again.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `begin`.
    """
    return _move(db, tried, begin(db, tried), EnterpriseEvent.RESUME, reason, {})


def cancel(db: Session, tried: Attempt, reason: str) -> Enterprise:
    """注销: the enterprise is no more; its record stays.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `begin`.
    """
    return _move(db, tried, begin(db, tried), EnterpriseEvent.CANCEL, reason, {})


def merge(db: Session, tried: Attempt, into: UUID, reason: str) -> Enterprise:
    """并入: another enterprise took it over; both records stay, this one points there.

    Raises:
        NotFound: the other is not there, or lies outside the scope.
        FieldsMissing: it is this one, or has ended itself.
        NotPermitted, StaleVersion, NotAllowedNow: see `begin`.
    """
    firm = begin(db, tried)
    ENTERPRISES.after(firm.state, EnterpriseEvent.MERGE)
    other = repository.visible(db, into, jurisdiction.scope(db, tried.actor))
    if other is None:
        raise NotFound(f"enterprise {into}")
    if other.id == firm.id or other.state in ENDED:
        raise FieldsMissing(["into"], "不能并入自身，也不能并入已注销或已被并入的企业")
    firm.merged_into_id = other.id
    return _move(db, tried, firm, EnterpriseEvent.MERGE, reason, {"into": str(other.id)})


def tell(db: Session, tried: Attempt, statements: Sequence[Told], reason: str) -> Enterprise:
    """Take what an officer states, who has seen what is there; it counts from now on.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `begin`.
    """
    firm = begin(db, tried)
    if firm.state in ENDED:
        raise NotAllowedNow(
            ENTERPRISES.thing, firm.state.value, "tell", ENTERPRISES.allowed(firm.state)
        )
    known = record_repository.known(db, firm.id, {one.said.source for one in statements})
    weighed = weigh_all(known, statements, by_person=True)
    outcome = take(db, tried.at, tried.actor.account, firm, weighed)
    if outcome.recorded:
        firm.version += 1
        db.flush()
        told_of: Json = {
            "fields": sorted({"/".join(p for p in one.key if p) for one in statements})
        }
        act = audit.Act("corrected", reason=reason, detail=told_of)
        audit.record(db, tried.at, tried.actor.who, thing(firm), act)
    return firm


def begin(db: Session, tried: Attempt) -> Enterprise:
    """Return the record that somebody acts on.

    Raises:
        NotPermitted: the role changes no records.
        NotFound: there is none, or it lies outside the scope.
        StaleVersion: it was changed since it was read.
    """
    tried.actor.require(Act.ENTERPRISES_EDIT, tried.at)
    scope = jurisdiction.scope(db, tried.actor)
    if repository.visible(db, tried.enterprise_id, scope) is None:
        raise NotFound(f"enterprise {tried.enterprise_id}")
    firm = repository.locked(db, tried.enterprise_id)
    check_version(f"enterprise {firm.id}", tried.version, firm.version)
    return firm


def thing(firm: Enterprise) -> Thing:
    """Name a record for the audit chain."""
    return Thing("enterprise", str(firm.id), firm.version)


def _move(
    db: Session,
    tried: Attempt,
    firm: Enterprise,
    event: EnterpriseEvent,
    reason: str | None,
    detail: Json,
) -> Enterprise:
    before = firm.state
    firm.state = ENTERPRISES.after(before, event)
    firm.version += 1
    db.flush()
    act = audit.Act(event.value, before, firm.state, reason, detail)
    audit.record(db, tried.at, tried.actor.who, thing(firm), act)
    return firm
