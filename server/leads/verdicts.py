"""Officers' verdicts on a lead: pre-screen, confirm, dismiss, look again (WORKFLOW §5.2).

Each verb checks person, version, state and lease, then its own guards, in this order; writes the
lead and its audit entry; and returns the lead. The caller holds the transaction.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Hazard
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.evidence import service as evidence
from server.identity import service as identity
from server.identity.actor import Actor
from server.kit.errors import FieldsMissing, NotAllowedNow, NotPermitted
from server.leads import muting, outcomes, repository, said, schemas
from server.leads.acting import Attempt, move, taken
from server.leads.states import LEAD, MOST_RELOOKS, DismissReason, LeadEvent
from server.leads.tables import Lead

RELOOK_WITHIN = timedelta(hours=24)
_FRAMES = frozenset({EvidenceKind.FRAME_SHOWN, EvidenceKind.FRAME_ORIGINAL})


def prescreen(db: Session, tried: Attempt, body: schemas.Prescreen) -> Lead:
    """Write down a suggestion; it decides nothing."""
    lead = taken(db, tried, LeadEvent.PRESCREEN)
    lead.suggestion, lead.prescreened_by = body.suggestion, tried.actor.id
    move(db, tried, lead, LeadEvent.PRESCREEN, body.suggestion, {"note": body.note})
    return lead


def confirm(db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Confirm) -> Lead:
    """Confirm what the picture shows, and choose what follows at once or later.

    Raises:
        NotPermitted: no certificate, own pre-screening of a ★ lead, or another unit enforces
            there now (R-020).
        FieldsMissing: the picture was not opened, the finding is not in own words, or what shall
            follow does not fit the lead.
    """
    lead = taken(db, tried, LeadEvent.CONFIRM)
    hazard = hazard_of(catalogue, lead)
    _check_second_person(db, tried.actor, lead)
    _check_picture_opened(db, tried.actor, lead)
    _check_own_words(body.finding, hazard)
    said.say(db, tried.at, tried.actor, lead, None)
    lead.finding, lead.note = body.finding, None
    move(db, tried, lead, LeadEvent.CONFIRM, body.finding)
    outcomes.at_once(db, tried, catalogue, lead, body.outcome)
    return lead


def dismiss(db: Session, tried: Attempt, body: schemas.Dismiss) -> Lead:
    """Say that it is no hazard, and why; a ★ lead waits for a second look (R-033).

    Raises:
        FieldsMissing: the reason `other` needs words.
        NotPermitted: a ★ lead is never muted.
    """
    lead = taken(db, tried, LeadEvent.DISMISS)
    if body.reason is DismissReason.OTHER and not body.note:
        raise FieldsMissing(["note"], "选择“其他”时须写明原因")
    if body.same_picture_again:
        muting.check(lead)
    said.say(db, tried.at, tried.actor, lead, body.reason)
    lead.note, lead.finding = body.note, None
    move(db, tried, lead, LeadEvent.DISMISS, body.reason, {"note": body.note})
    if body.same_picture_again:
        muting.fold_repeats(db, tried, lead)
    return lead


def unclear(db: Session, tried: Attempt, body: schemas.Unclear) -> Lead:
    """Look again later, twice at most.

    Raises:
        NotAllowedNow: it was unclear twice; decide.
        FieldsMissing: the time lies in the past or more than a day away.
    """
    lead = taken(db, tried, LeadEvent.UNCLEAR)
    if lead.relooks >= MOST_RELOOKS:
        allowed = [e.value for e in LEAD.allowed(lead.state) if e is not LeadEvent.UNCLEAR]
        raise NotAllowedNow("lead", lead.state, LeadEvent.UNCLEAR, allowed)
    relook_at = body.relook_at or tried.at + RELOOK_WITHIN
    if relook_at.tzinfo is None or not tried.at < relook_at <= tried.at + RELOOK_WITHIN:
        raise FieldsMissing(["relook_at"], "复看时间须在24小时以内")
    lead.relooks, lead.relook_at = lead.relooks + 1, relook_at
    lead.note = body.reason
    detail = {"relook_at": relook_at.isoformat()}
    move(db, tried, lead, LeadEvent.UNCLEAR, body.reason, detail)
    return lead


def hazard_of(catalogue: Catalogue, lead: Lead) -> Hazard:
    """Return what a lead is suspected of.

    Raises:
        FieldsMissing: it has left the catalogue.
    """
    hazard = catalogue.hazards.get(HazardId(lead.hazard))
    if hazard is None:
        raise FieldsMissing(["hazard"], f"隐患目录中已无 {lead.hazard}")
    return hazard


def is_own_starred(db: Session, actor: Actor, lead: Lead) -> bool:
    """Whether the actor, by any account, pre-screened this ★ lead: another one confirms it."""
    return lead.is_starred and identity.is_person(db, actor, lead.prescreened_by)


def _check_second_person(db: Session, actor: Actor, lead: Lead) -> None:
    if is_own_starred(db, actor, lead):
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
