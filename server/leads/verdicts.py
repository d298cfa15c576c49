"""What people do with a lead: pre-screen, confirm, dismiss, look again, reopen (WORKFLOW §5.2).

Each verb checks the person, the version, the state and the guards, in this order; writes the
lead and its audit entry; and returns the lead. The caller holds the transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Handling, Hazard
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.documents.lead_brief import LeadBrief
from server.enterprises import service as enterprises
from server.evidence import service as evidence
from server.handovers import service as handovers
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotAllowedNow, NotFound, NotPermitted
from server.kit.preconditions import check_version
from server.leads import arrivals, repository, schemas
from server.leads.states import LEAD, MOST_RELOOKS, DismissReason, LeadEvent
from server.leads.tables import Lead
from server.tasks import service as tasks

RELOOK_WITHIN = timedelta(hours=24)

#: What the permission is to each event that people may send.
ACT_FOR = {
    LeadEvent.PRESCREEN: Act.LEADS_PRESCREEN,
    LeadEvent.CONFIRM: Act.LEADS_CONFIRM,
    LeadEvent.DISMISS: Act.LEADS_CONFIRM,
    LeadEvent.UNCLEAR: Act.LEADS_CONFIRM,
    LeadEvent.REOPEN: Act.LEADS_CONFIRM,
}
_FRAMES = frozenset({EvidenceKind.FRAME_SHOWN, EvidenceKind.FRAME_ORIGINAL})


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who acts when on which version of which lead."""

    at: datetime
    actor: Actor
    lead_id: UUID
    version: int


def prescreen(db: Session, tried: Attempt, body: schemas.Prescreen) -> Lead:
    """Write down a suggestion; it decides nothing."""
    lead = _taken(db, tried, LeadEvent.PRESCREEN)
    lead.suggestion, lead.prescreened_by = body.suggestion, tried.actor.id
    _move(db, tried, lead, LeadEvent.PRESCREEN, body.suggestion, {"note": body.note})
    return lead


def confirm(db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Confirm) -> Lead:
    """Confirm what the picture shows; the outcome is a draft task or a draft transfer.

    Raises:
        NotPermitted: no certificate, own pre-screening of a ★ lead, or another unit enforces
            there now (R-020).
        FieldsMissing: the picture was not opened, or the finding is not in own words.
    """
    lead = _taken(db, tried, LeadEvent.CONFIRM)
    hazard = catalogue.hazards.get(HazardId(lead.hazard))
    if hazard is None:
        raise FieldsMissing(["hazard"], f"隐患目录中已无 {lead.hazard}")
    _check_second_person(tried.actor, lead)
    _check_picture_opened(db, tried.actor, lead)
    _check_own_words(body.finding, hazard)
    _decide(lead, tried)
    lead.finding, lead.dismiss_reason, lead.note = body.finding, None, None
    _move(db, tried, lead, LeadEvent.CONFIRM, body.finding, {})
    brief = _brief(db, tried.actor, lead, hazard)
    if hazard.handling is Handling.TRANSFER:
        handovers.draft(db, tried.at, tried.actor.who, catalogue, brief)
        return lead
    jurisdiction.require_holder(db, tried.at, tried.actor, lead.site_id)
    task = tasks.prefill(db, tried.at, tried.actor.who, catalogue, brief)
    _move(db, tried, lead, LeadEvent.CREATE_TASK, None, {"task": str(task)})
    return lead


def dismiss(db: Session, tried: Attempt, body: schemas.Dismiss) -> Lead:
    """Say that it is no hazard, and why.

    Raises:
        FieldsMissing: the reason `other` needs words.
    """
    lead = _taken(db, tried, LeadEvent.DISMISS)
    if body.reason is DismissReason.OTHER and not body.note:
        raise FieldsMissing(["note"], "选择“其他”时须写明原因")
    _decide(lead, tried)
    lead.dismiss_reason, lead.note, lead.finding = body.reason, body.note, None
    _move(db, tried, lead, LeadEvent.DISMISS, body.reason, {"note": body.note})
    return lead


def unclear(db: Session, tried: Attempt, body: schemas.Unclear) -> Lead:
    """Look again later, twice at most.

    Raises:
        NotAllowedNow: it was unclear twice; decide.
        FieldsMissing: the time lies in the past or more than a day away.
    """
    lead = _taken(db, tried, LeadEvent.UNCLEAR)
    if lead.relooks >= MOST_RELOOKS:
        allowed = [e.value for e in LEAD.allowed(lead.state) if e is not LeadEvent.UNCLEAR]
        raise NotAllowedNow("lead", lead.state, LeadEvent.UNCLEAR, allowed)
    relook_at = body.relook_at or tried.at + RELOOK_WITHIN
    if relook_at.tzinfo is None or not tried.at < relook_at <= tried.at + RELOOK_WITHIN:
        raise FieldsMissing(["relook_at"], "复看时间须在24小时以内")
    lead.relooks, lead.relook_at = lead.relooks + 1, relook_at
    lead.note = body.reason
    detail = {"relook_at": relook_at.isoformat()}
    _move(db, tried, lead, LeadEvent.UNCLEAR, body.reason, detail)
    return lead


def reopen(db: Session, tried: Attempt, body: schemas.Reopen) -> Lead:
    """Take up a dismissed lead again; the old decision stays in its history."""
    lead = _taken(db, tried, LeadEvent.REOPEN)
    lead.decided_by, lead.decided_at, lead.dismiss_reason = None, None, None
    lead.note = body.reason
    _move(db, tried, lead, LeadEvent.REOPEN, body.reason, {})
    return lead


def allowed(actor: Actor, at: datetime, lead: Lead) -> list[LeadEvent]:
    """Return what this person may do with this lead now: the console's buttons."""
    return [
        event
        for event in LEAD.allowed(lead.state)
        if event in ACT_FOR
        and actor.may(ACT_FOR[event], at)
        and not (event is LeadEvent.UNCLEAR and lead.relooks >= MOST_RELOOKS)
        and not (event is LeadEvent.CONFIRM and _is_own_starred(actor, lead))
    ]


def _taken(db: Session, tried: Attempt, event: LeadEvent) -> Lead:
    """Lock the lead and refuse who may not, what has changed, and what the state forbids."""
    tried.actor.require(ACT_FOR[event], tried.at)
    lead = repository.locked(db, jurisdiction.scope(db, tried.actor), tried.lead_id)
    if lead is None:
        raise NotFound(f"lead {tried.lead_id}")
    jurisdiction.require_unit(tried.actor, identity.unit_ref(db, lead.unit_id))
    check_version(f"lead {lead.number}", tried.version, lead.version)
    LEAD.after(lead.state, event)
    return lead


def _move(
    db: Session,
    tried: Attempt,
    lead: Lead,
    event: LeadEvent,
    reason: str | None,
    detail: Mapping[str, str | None],
) -> None:
    before = lead.state
    lead.state = LEAD.after(before, event)
    lead.version += 1
    db.flush()
    told = {key: value for key, value in detail.items() if value is not None}
    act = audit.Act(event, before, lead.state, reason, told)
    audit.record(
        db, tried.at, tried.actor.who, audit.Thing("lead", str(lead.id), lead.version), act
    )
    arrivals.tell(db, tried.at, lead)


def _decide(lead: Lead, tried: Attempt) -> None:
    lead.decided_by, lead.decided_at = tried.actor.id, tried.at
    lead.relook_at = None


def _is_own_starred(actor: Actor, lead: Lead) -> bool:
    return lead.is_starred and lead.prescreened_by == actor.id


def _check_second_person(actor: Actor, lead: Lead) -> None:
    if _is_own_starred(actor, lead):
        raise NotPermitted(
            f"{actor.account} pre-screened this ★ lead; another officer confirms it",
            "初筛人不得复核重点线索",
            rule_id="WORKFLOW-2",
        )


def _check_picture_opened(db: Session, actor: Actor, lead: Lead) -> None:
    incidents = [row.incident_id for row in repository.incidents(db, [lead.id])]
    frames = [seen for seen in evidence.of_incidents(db, incidents) if seen.kind in _FRAMES]
    if not any(_has_looked(db, actor, str(frame.id)) for frame in frames):
        raise FieldsMissing(
            ["picture"], "请先打开并查看关键帧画面，再作出属实判定", rule_id="WORKFLOW-5.2"
        )


def _has_looked(db: Session, actor: Actor, evidence_id: str) -> bool:
    looks = audit.looks(db, audit.Thing("evidence", evidence_id))
    return any(look.actor == actor.account for look in looks)


def _check_own_words(finding: str, hazard: Hazard) -> None:
    """INV-1, INV-5: the machine's text is no finding."""
    if finding in {hazard.name.zh, hazard.name.en, hazard.sees.zh, hazard.sees.en}:
        raise FieldsMissing(["finding"], "请用自己的话写明所见，不得照抄系统文字", rule_id="INV-5")


def _brief(db: Session, actor: Actor, lead: Lead, hazard: Hazard) -> LeadBrief:
    incidents: Sequence[UUID] = [row.incident_id for row in repository.incidents(db, [lead.id])]
    return LeadBrief(
        id=lead.id,
        number=lead.number,
        unit_id=lead.unit_id,
        hazard=hazard,
        place=enterprises.place(db, lead.site_id),
        camera_name=lead.camera_name,
        zone=lead.zone,
        first_seen=lead.first_seen,
        last_seen=lead.last_seen,
        times_seen=lead.times_seen,
        finding=lead.finding or "",
        confirmed_by=actor.full_name,
        confirmer_id=actor.id,
        incidents=tuple(incidents),
    )
