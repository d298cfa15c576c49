"""`/api/v1/sites/{id}/…`: who enforces there; `/api/v1/enterprises/{id}/recuse`: 回避."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel
from sqlalchemy.orm import Session

from server.enterprises import service
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.jurisdiction import schemas
from server.jurisdiction import service as jurisdiction
from server.jurisdiction.service import BASIS_ZH, BasisKind, Ground, Wanted
from server.kit.clock import Clock
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotPermitted, NotSignedIn
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1", tags=["jurisdiction"])

SiteId = Annotated[str, Path(alias="id", max_length=63)]
EnterpriseId = Annotated[UUID, Path(alias="id")]
_REFUSALS = answers(NotSignedIn, NotPermitted, NotFound, Conflict, FieldsMissing)


@dataclass(frozen=True, slots=True)
class _Deciding:
    """Who decides about which site, under which key."""

    site_id: str
    db: Session
    clock: Clock
    actor: Actor
    key: str | None

    def by(self, verb: str, body: BaseModel, wanted: Wanted) -> schemas.AssignmentList:
        """Decide once for a key, and answer who enforces at the site from when on."""
        at = self.clock.now()
        self.actor.require(Act.ASSIGNMENTS_DECIDE, at)
        ground = _ground(self.db, self.actor, self.site_id)

        def decide() -> schemas.AssignmentList:
            jurisdiction.assign(self.db, at, self.actor, ground, wanted)
            return _page(self.db, self.clock, self.site_id)

        asked = Asked(self.actor.id, self.key, f"site/{self.site_id}/{verb}", body, at)
        return once(self.db, asked, schemas.AssignmentList, decide)


def _deciding(
    site_id: SiteId,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> _Deciding:
    return _Deciding(site_id, db, clock, actor, idempotency_key)


Decide = Annotated[_Deciding, Depends(_deciding)]


@router.get("/sites/{id}/assignments", responses=answers(NotSignedIn, NotPermitted, NotFound))
def list_assignments(
    site_id: SiteId, db: Reading, clock: Now, actor: SignedIn
) -> schemas.AssignmentList:
    """Return who has enforced at a site and since when."""
    actor.require(Act.ASSIGNMENTS_READ, clock.now())
    _ground(db, actor, site_id)
    return _page(db, clock, site_id)


@router.post("/sites/{id}/assign", responses=_REFUSALS)
def assign(body: schemas.Assign, deciding: Decide) -> schemas.AssignmentList:
    """属地 or 分类分级: give a site to a unit from a moment on."""
    if body.basis not in {BasisKind.TERRITORIAL, BasisKind.GRADED}:
        raise FieldsMissing(["basis"], "提级、指定管辖请使用相应操作")
    wanted = Wanted(body.basis, body.unit_id, body.valid_from, body.doc_no)
    return deciding.by("assign", body, wanted)


@router.post("/sites/{id}/take-over", responses=_REFUSALS)
def take_over(body: schemas.TakeOver, deciding: Decide) -> schemas.AssignmentList:
    """提级: the own unit takes a site over from a lower one."""
    unit = deciding.actor.unit
    if unit is None:
        raise NotPermitted(f"{deciding.actor.account} belongs to no unit", rule_id="R-020")
    wanted = Wanted(BasisKind.RAISED, unit.id, body.valid_from, body.doc_no)
    return deciding.by("take-over", body, wanted)


@router.post("/sites/{id}/designate", responses=_REFUSALS)
def designate(body: schemas.Designate, deciding: Decide) -> schemas.AssignmentList:
    """指定管辖: the common superior gives a site to another lower unit."""
    wanted = Wanted(BasisKind.DESIGNATED, body.unit_id, body.valid_from, body.doc_no)
    return deciding.by("designate", body, wanted)


@router.post("/enterprises/{id}/recuse", responses=_REFUSALS)
def recuse(
    enterprise_id: EnterpriseId, body: schemas.Recuse, db: Writing, clock: Now, actor: SignedIn
) -> schemas.RecusalOut:
    """申请回避: from now on this enterprise does not exist for whoever says so."""
    at = clock.now()
    actor.require(Act.RECUSALS_DECLARE, at)
    service.visible(db, actor, enterprise_id)
    made = jurisdiction.declare(db, at, actor, enterprise_id, body.reason)
    return schemas.RecusalOut.model_validate(made)


def _ground(db: Session, actor: Actor, site_id: str) -> Ground:
    place = service.place(db, site_id)
    service.visible(db, actor, place.enterprise.id)
    site = place.site
    return Ground(site.id, place.enterprise.id, site.unit_id, site.division_code)


def _page(db: Session, clock: Clock, site_id: str) -> schemas.AssignmentList:
    rows = jurisdiction.of_site(db, site_id)
    holder = jurisdiction.holder(db, site_id, clock.now())
    return schemas.AssignmentList(
        items=[
            schemas.AssignmentOut(
                unit_id=row.unit_id,
                unit=identity.unit_ref(db, row.unit_id).name,
                basis=row.basis,
                basis_zh=BASIS_ZH[row.basis],
                doc_no=row.doc_no,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in rows
        ],
        holder=holder.name if holder is not None else None,
    )
