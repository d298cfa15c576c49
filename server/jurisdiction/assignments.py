"""管辖: which unit enforces at a site, and how that changes (WORKFLOW §2, INV-4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.identity import service as identity
from server.identity.actor import Actor, UnitRef
from server.identity.divisions import divisions
from server.identity.permissions import Act
from server.jurisdiction import repository
from server.jurisdiction.rules import BASIS_ZH, BasisKind, Decision, check
from server.jurisdiction.tables import EnforcementAssignment
from server.kit.errors import Conflict, FieldsMissing, NotPermitted
from server.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Ground:
    """A site, as its enterprise's record says. territory: the unit of its address."""

    site_id: str
    enterprise_id: UUID
    territory: UUID
    division_code: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a leader decides: who enforces from when, on what ground and by which document."""

    basis: BasisKind
    unit_id: UUID
    valid_from: datetime
    doc_no: str | None = None


def settle(db: Session, at: datetime, who: Who, ground: Ground) -> None:
    """Give a newly registered site to the unit of its address, if that one enforces there.

    A site in a development zone gets nobody: until somebody assigns a unit by document, no task
    can be made there (R-020). A site that somebody holds on another ground is left as it is.
    """
    division = divisions().get(ground.division_code)
    held = repository.holding(db, ground.site_id, at)
    unit = identity.unit_ref(db, ground.territory)
    enforces = unit.has_power and (division is None or bool(division.enforces))
    if not enforces or (held is not None and held.basis is not BasisKind.TERRITORIAL):
        return
    if held is None or held.unit_id != ground.territory:
        wanted = Wanted(BasisKind.TERRITORIAL, ground.territory, at)
        _write(db, at, who, ground, wanted)


def assign(db: Session, at: datetime, actor: Actor, ground: Ground, wanted: Wanted) -> None:
    """Decide who enforces at a site from a moment on; until then everything stays as it was.

    Raises:
        NotPermitted: the role may not, or the unit has no power to decide this (R-020).
        FieldsMissing: the document has no number, or the moment lies before today.
        NotFound: there is no such unit.
        Conflict: something is decided for later already, or the unit has no power to enforce.
    """
    actor.require(Act.ASSIGNMENTS_DECIDE, at)
    if actor.unit is None:
        raise NotPermitted(f"{actor.account} belongs to no unit", rule_id="R-020")
    unit = identity.unit_ref(db, wanted.unit_id)
    if not unit.has_power:
        raise Conflict(
            f"{unit.name} has no power of enforcement", f"{unit.name}尚无执法权，不能承办"
        )
    held = repository.holding(db, ground.site_id, wanted.valid_from)
    check(
        identity.unit_tree(db),
        Decision(
            basis=wanted.basis,
            by=actor.unit.id,
            to=wanted.unit_id,
            territory=ground.territory,
            holder=held.unit_id if held is not None else None,
            doc_no=wanted.doc_no,
        ),
    )
    if wanted.valid_from < at and held is not None:
        raise FieldsMissing(["valid_from"], "管辖变更不得早于现在，已办事项不追溯")
    _write(db, at, actor.who, ground, wanted)


def holder(db: Session, site_id: str, at: datetime) -> UnitRef | None:
    """Return the unit that enforces at a site at a moment; None: nobody is assigned."""
    held = repository.holding(db, site_id, at)
    return identity.unit_ref(db, held.unit_id) if held is not None else None


def holders(db: Session, sites: Collection[str], at: datetime) -> dict[str, UUID]:
    """Return the unit that enforces at each of some sites at a moment."""
    return repository.holders(db, sites, at)


def sites_of(units: Collection[UUID]) -> Select[str]:
    """Return the query of the sites where some units enforce, have enforced or will."""
    return repository.sites_of(units)


def of_site(db: Session, site_id: str) -> Sequence[EnforcementAssignment]:
    """Return who has enforced at a site and since when, oldest first."""
    return repository.of_site(db, site_id)


def require_holder(db: Session, at: datetime, actor: Actor, site_id: str) -> None:
    """Refuse an act of enforcement by a unit that does not enforce at the site now.

    Raises:
        NotPermitted: R-020; the message names the unit that does.
    """
    holds = holder(db, site_id, at)
    if holds is None:
        raise NotPermitted(
            f"no unit is assigned to site {site_id}; a leader must assign one by document",
            "该企业尚未确定管辖单位，请先报上级单位指定管辖",
            rule_id="R-020",
        )
    require_unit(actor, holds)


def require_unit(actor: Actor, holds: UnitRef) -> None:
    """Refuse an act by a unit whose matter it is not, though it may read it.

    Raises:
        NotPermitted: R-020; the message names the unit whose it is.
    """
    if actor.unit is None or actor.unit.id != holds.id:
        raise NotPermitted(
            f"{holds.name} enforces there, not the unit of {actor.account}",
            f"该企业由{holds.name}管辖，请移送或申请指定管辖",
            rule_id="R-020",
        )


def _write(db: Session, at: datetime, who: Who, ground: Ground, wanted: Wanted) -> None:
    ahead = repository.not_over(db, ground.site_id, wanted.valid_from)
    if any(one.valid_from >= wanted.valid_from for one in ahead):
        raise Conflict(
            f"site {ground.site_id}: another assignment begins at or after {wanted.valid_from}",
            "该时间之后已有管辖决定，管辖时段不得重叠",
        )
    before = ahead[0] if ahead else None
    if before is not None:
        before.valid_to = wanted.valid_from
        db.flush()
    row = EnforcementAssignment(
        id=new_id(at),
        site_id=ground.site_id,
        unit_id=wanted.unit_id,
        basis=wanted.basis,
        doc_no=wanted.doc_no.strip() if wanted.doc_no else None,
        valid_from=wanted.valid_from,
        decided_by=who.id,
        decided_at=at,
    )
    db.add(row)
    db.flush()
    told = {
        "unit": str(wanted.unit_id),
        "basis": BASIS_ZH[wanted.basis],
        "valid_from": wanted.valid_from.isoformat(),
        "before": str(before.unit_id) if before is not None else None,
    }
    act = audit.Act("assigned", reason=row.doc_no, detail=told)
    audit.record(db, at, who, Thing("site", ground.site_id), act)
