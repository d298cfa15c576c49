"""`/api/v1/enterprises`: the list, records with sources, their life; `/api/v1/record-conflicts`."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, status
from sqlalchemy.orm import Session

from server.enterprises import conflicts, life, records, service, statements
from server.enterprises.conflicts import Decision
from server.enterprises.life import Attempt
from server.enterprises.record_values import RiskBand, Sector
from server.enterprises.repository import Asked
from server.enterprises.schemas import (
    ConflictDecision,
    ConflictList,
    EnterpriseList,
    EnterpriseOut,
    EnterpriseRecord,
    FieldHistory,
    Merger,
    Reason,
    Record,
    SettledConflict,
    Tellings,
)
from server.enterprises.states import EnterpriseState
from server.enterprises.tables import Enterprise
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.clock import Clock
from server.kit.errors import (
    Conflict,
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    VersionNotGiven,
)
from server.kit.idempotency import Asked as Request
from server.kit.idempotency import IdempotencyKey, once
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1", tags=["enterprises"])

EnterpriseId = Annotated[UUID, Path(alias="id")]
_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing, VersionNotGiven
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What part of the list is wanted."""

    q: Annotated[str | None, Query(max_length=100, description="Part of name or code")] = None
    state: EnterpriseState | None = None
    sector: Sector | None = None
    risk_band: RiskBand | None = None
    is_key_unit: bool | None = None
    division: Annotated[str | None, Query(max_length=20, description="Code, or name")] = None
    city: Annotated[str | None, Query(max_length=20, description="Tells namesakes apart")] = None
    cursor: Annotated[str | None, Query(max_length=18)] = None
    limit: Annotated[int, Query(ge=1, le=100)] = 50


def asked_of(db: Session, actor: Actor, wish: Filter) -> Asked:
    """Return what is asked of the list, within the actor's reach.

    Raises:
        FieldsMissing: the division is none, or one of several of this name.
    """
    prefix = records.division_prefix(wish.division, wish.city) if wish.division else None
    return Asked(
        scope=jurisdiction.scope(db, actor),
        limit=wish.limit,
        after=wish.cursor,
        text=wish.q,
        state=wish.state,
        sector=wish.sector,
        risk_band=wish.risk_band,
        is_key_unit=wish.is_key_unit,
        division=prefix,
    )


@router.get("/enterprises", responses=answers(NotSignedIn, NotPermitted, FieldsMissing))
def list_enterprises(
    wish: Annotated[Filter, Depends()], db: Reading, clock: Now, actor: SignedIn
) -> EnterpriseList:
    """List the enterprises in reach, by credit code. Namesake districts are never guessed."""
    return records.listed(db, clock.now(), actor, asked_of(db, actor, wish))


@router.post(
    "/enterprises",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, NotFound, Conflict, FieldsMissing),
)
def draft_enterprise(
    body: EnterpriseRecord,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> EnterpriseOut:
    """建档: enter an enterprise as a draft, under the unit of whoever enters it."""
    at = clock.now()
    actor.require(Act.ENTERPRISES_EDIT, at)
    if actor.unit is None:
        raise NotPermitted(f"{actor.account} belongs to no unit", "您不属于任何执法单位")
    unit_id = actor.unit.id
    return once(
        db,
        Request(actor.id, idempotency_key, "enterprise/draft", body, at),
        EnterpriseOut,
        lambda: EnterpriseOut.model_validate(service.draft(db, at, actor, body, unit_id)),
    )


@router.get("/enterprises/{id}/record", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_record(enterprise_id: EnterpriseId, db: Writing, clock: Now, actor: SignedIn) -> Record:
    """Return the whole record, each value with source, day and recorder; the look is recorded."""
    at = clock.now()
    return records.record(db, at, actor, records.one(db, at, actor, enterprise_id))


@router.get(
    "/enterprises/{id}/fields/{field}/history",
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing),
)
def read_history(
    enterprise_id: EnterpriseId,
    field: str,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    item: Annotated[str, Query(max_length=900)] = "",
) -> FieldHistory:
    """Return everything that was ever said of a field; the look is recorded."""
    found = records.one(db, clock.now(), actor, enterprise_id)
    return records.history(db, found, field, item)


@dataclass(frozen=True, slots=True)
class Acting:
    """One act on a record as it came."""

    db: Session
    clock: Clock
    actor: Actor
    enterprise_id: UUID
    version: int

    @property
    def tried(self) -> Attempt:
        """Return it as the service takes it."""
        return Attempt(self.clock.now(), self.actor, self.enterprise_id, self.version)


def _acting(
    enterprise_id: EnterpriseId, db: Writing, clock: Now, actor: SignedIn, version: IfMatch
) -> Acting:
    return Acting(db, clock, actor, enterprise_id, version)


Act_ = Annotated[Acting, Depends(_acting)]


def _out(firm: Enterprise) -> EnterpriseOut:
    return EnterpriseOut.model_validate(firm)


@router.post("/enterprises/{id}/activate", responses=_REFUSALS)
def activate(acting: Act_) -> EnterpriseOut:
    """启用: put a drafted record to work."""
    return _out(life.activate(acting.db, acting.tried))


@router.post("/enterprises/{id}/suspend", responses=_REFUSALS)
def suspend(body: Reason, acting: Act_) -> EnterpriseOut:
    """停产: the enterprise stands still."""
    return _out(life.suspend(acting.db, acting.tried, body.reason))


@router.post("/enterprises/{id}/resume", responses=_REFUSALS)
def resume(body: Reason, acting: Act_) -> EnterpriseOut:
    """复产: it works again."""
    return _out(life.resume(acting.db, acting.tried, body.reason))


@router.post("/enterprises/{id}/cancel", responses=_REFUSALS)
def cancel(body: Reason, acting: Act_) -> EnterpriseOut:
    """注销: it is no more; the record stays."""
    return _out(life.cancel(acting.db, acting.tried, body.reason))


@router.post("/enterprises/{id}/merge", responses=_REFUSALS)
def merge(body: Merger, acting: Act_) -> EnterpriseOut:
    """并入: another enterprise took it over."""
    return _out(life.merge(acting.db, acting.tried, body.into, body.reason))


@router.post("/enterprises/{id}/tell", responses=_REFUSALS)
def tell(body: Tellings, acting: Act_) -> EnterpriseOut:
    """更正: state values with their source; they count from now on, the old ones stay readable."""
    told = [
        statements.told(one.field, one.value, one.source, one.as_of, one.item)
        for one in body.statements
    ]
    return _out(life.tell(acting.db, acting.tried, told, body.reason))


@router.get("/record-conflicts", responses=answers(NotSignedIn, NotPermitted))
def list_conflicts(db: Reading, clock: Now, actor: SignedIn) -> ConflictList:
    """Return the conflict queue 冲突待处理 in reach, oldest first."""
    found = conflicts.queue(db, clock.now(), actor)
    return ConflictList(items=[records.dispute(one) for one in found])


@router.post("/record-conflicts/{id}/settle", responses=_REFUSALS)
def settle_conflict(
    conflict_id: Annotated[UUID, Path(alias="id")],
    body: ConflictDecision,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    version: IfMatch,
) -> SettledConflict:
    """裁定: keep one side; the other stays in the history."""
    decided = Decision(clock.now(), actor, conflict_id, version, body.keep, body.reason)
    return SettledConflict.model_validate(conflicts.settle(db, decided))
