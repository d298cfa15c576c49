"""Duplicates: a lead whose incidents go to another one, and back again within a day (§5.2).

A whole camera's leads may go at once to its alarm storm 告警风暴. There is no such thing for 属实
or 误报: those are said of one lead at a time.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotFound, StaleVersion
from server.leads import lease, repository, said, schemas
from server.leads.acting import Attempt, move, taken
from server.leads.settling import settle_span
from server.leads.states import LEAD, OPEN, LeadEvent
from server.leads.tables import Lead

UNDO_WITHIN = timedelta(hours=24)
TARGET_WITHIN = timedelta(days=30)


def duplicate(db: Session, tried: Attempt, body: schemas.Duplicate) -> Lead:
    """Give a lead's incidents to the lead that it repeats.

    Raises:
        NotFound: there is no such target in the actor's scope.
        FieldsMissing: the target is the lead itself, of another site, too old, or less urgent
            than a ★ lead may be hidden in.
    """
    lead = taken(db, tried, LeadEvent.DUPLICATE)
    target = _target(db, tried, lead, body)
    _join(db, tried, lead, target, body.reason)
    return lead


def undo_duplicate(db: Session, tried: Attempt) -> Lead:
    """Take a lead's incidents back from the lead that it was thought to repeat.

    Raises:
        FieldsMissing: a day has passed; reopen it with a reason.
    """
    lead = taken(db, tried, LeadEvent.UNDO_DUPLICATE)
    if lead.ended_at is None or tried.at > lead.ended_at + UNDO_WITHIN:
        raise FieldsMissing(["undo"], "已超过24小时，不能撤销；请写明新情况后复开")
    part(db, tried, lead, LeadEvent.UNDO_DUPLICATE, None)
    return lead


def part(db: Session, tried: Attempt, lead: Lead, event: LeadEvent, reason: str | None) -> None:
    """Give a duplicate its own incidents back, and let it be looked at again."""
    if lead.duplicate_of is not None:
        target = repository.lead(db, lead.duplicate_of)
        repository.take_incidents_back(db, lead.id)
        settle_span(db, tried.at, target)
    said.forget_verdict(lead)
    move(db, tried, lead, event, reason)
    settle_span(db, tried.at, lead)


def absorb(db: Session, tried: Attempt, body: schemas.Absorb) -> Lead:
    """Join a broken camera's open leads to its alarm storm, as duplicates, each by its version.

    Raises:
        FieldsMissing: the lead is no storm, or one of the others is ★, decided, or another
            camera's.
        StaleVersion: somebody acted on one of them since.
        NotHeld: somebody else works on one of them.
    """
    storm = taken(db, tried, LeadEvent.DUPLICATE)
    if not storm.is_storm:
        raise FieldsMissing(["storm"], "只有告警风暴线索可以批量并入同一摄像机的线索")
    scope = jurisdiction.scope(db, tried.actor)
    for named in body.leads:
        lead = repository.locked(db, scope, named.id)
        if lead is None:
            raise NotFound(f"lead {named.id}")
        if lead.version != named.version:
            raise StaleVersion(f"lead {lead.number}", named.version, lead.version)
        if not _is_of_storm(lead, storm):
            raise FieldsMissing(
                ["leads"],
                f"线索 {lead.number} 不能并入：须为同一摄像机、尚未研判的普通线索",
            )
        lease.take(db, tried.at, tried.actor, lead)
        _join(db, tried, lead, storm, body.reason)
    return storm


def _is_of_storm(lead: Lead, storm: Lead) -> bool:
    return (
        lead.id != storm.id
        and (lead.device, lead.camera) == (storm.device, storm.camera)
        and lead.state in OPEN
        and not lead.is_starred
    )


def _target(db: Session, tried: Attempt, lead: Lead, body: schemas.Duplicate) -> Lead:
    target = repository.locked(db, jurisdiction.scope(db, tried.actor), body.target)
    if target is None:
        raise NotFound(f"lead {body.target}", "未找到要并入的线索，或不在您的管辖范围内")
    if target.id == lead.id or target.site_id != lead.site_id:
        raise FieldsMissing(["target"], "只能并入同一场所的另一条线索")
    if LEAD.allowed(target.state) == () or target.duplicate_of is not None:
        raise FieldsMissing(["target"], "目标线索已移送或本身是重复线索，不能并入")
    if target.state not in OPEN and tried.at > target.created_at + TARGET_WITHIN:
        raise FieldsMissing(["target"], "目标线索已办结且超过30天，不能并入")
    if lead.is_starred and not target.is_starred:
        raise FieldsMissing(["target"], "重点线索不得并入普通线索")
    return target


def _join(db: Session, tried: Attempt, lead: Lead, target: Lead, reason: str | None) -> None:
    repository.give_incidents(db, lead.id, target.id)
    lead.duplicate_of = target.id
    detail = {"target": str(target.id), "target_number": target.number}
    move(db, tried, lead, LeadEvent.DUPLICATE, reason, detail)
    settle_span(db, tried.at, target)
