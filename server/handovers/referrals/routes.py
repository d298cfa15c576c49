"""`/api/v1/referrals`: criminal referrals; verbs are events, never a change of `state`."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from server.documents.ground import Hazards
from server.handovers.asking import REFUSALS, Decide, Deciding, MatterId
from server.handovers.referrals import pages, schemas, service, verbs
from server.handovers.referrals.tables import CriminalReferral
from server.identity.guard import SignedIn
from server.kit.errors import FieldsMissing, NotFound, NotPermitted, NotSignedIn
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1/referrals", tags=["referrals"])


def _by(
    deciding: Deciding, event: str, body: BaseModel, act: Callable[[], CriminalReferral]
) -> schemas.Referral:
    """Do it, and answer the page as it is afterwards."""
    tried = deciding.tried
    looking = pages.Looking(tried.at, tried.actor, deciding.catalogue)

    def answer() -> schemas.Referral:
        row = act()
        return pages.page(deciding.db, looking, row)

    return deciding.once(f"referral/{event}", body, schemas.Referral, answer)


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_referrals(
    db: Reading, clock: Now, actor: SignedIn, cursor: UUID | None = None
) -> schemas.ReferralList:
    """List the referrals in scope, newest first, each with the clock that runs."""
    return service.listed(db, clock.now(), actor, cursor)


@router.get("/findings", responses=answers(NotSignedIn, NotPermitted))
def list_findings(db: Reading, clock: Now, actor: SignedIn) -> schemas.FindingList:
    """List findings on site that two officers tagged 疑似危险作业; R-022 asks for each."""
    return service.tagged(db, clock.now(), actor)


@router.post("", responses=answers(NotSignedIn, NotPermitted, FieldsMissing))
def suspect(
    body: schemas.Suspect,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    catalogue: Hazards,
    idempotency_key: IdempotencyKey = None,
) -> schemas.Referral:
    """启动研判: an officer decides that a tagged finding is assessed; never a camera's fault."""
    at = clock.now()
    asked = Asked(actor.id, idempotency_key, "referral/suspect", body, at)
    looking = pages.Looking(at, actor, catalogue)
    return once(
        db,
        asked,
        schemas.Referral,
        lambda: pages.page(db, looking, service.suspect(db, at, actor, body)),
    )


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_referral(
    referral_id: MatterId, db: Reading, clock: Now, actor: SignedIn, catalogue: Hazards
) -> schemas.Referral:
    """Return a referral with all its steps, contacts and reports to the province."""
    return service.page(db, clock.now(), actor, catalogue, referral_id)


@router.post("/{id}/form-team", responses=REFUSALS)
def form_team(body: schemas.FormTeam, d: Decide) -> schemas.Referral:
    """指定专案组: two officers or more, at once (YSGD-2020-5)."""
    return _by(d, "form_team", body, lambda: verbs.form_team(d.db, d.tried, body))


@router.post("/{id}/report", responses=REFUSALS)
def report(body: schemas.WriteReport, d: Decide) -> schemas.Referral:
    """书面报告: the chief has three days from here."""
    return _by(d, "report", body, lambda: verbs.report(d.db, d.tried, body))


@router.post("/{id}/approve", responses=REFUSALS)
def approve(body: schemas.Decide, d: Decide) -> schemas.Referral:
    """正职负责人批准移送: 24 hours count from here."""
    return _by(d, "approve", body, lambda: verbs.approve(d.db, d.tried, body))


@router.post("/{id}/refuse", responses=REFUSALS)
def refuse(body: schemas.Decide, d: Decide) -> schemas.Referral:
    """正职负责人不批准移送: the reason stays on record."""
    return _by(d, "refuse", body, lambda: verbs.refuse(d.db, d.tried, body))


@router.post("/{id}/hand-over", responses=REFUSALS)
def hand_over(body: schemas.HandOver, d: Decide) -> schemas.Referral:
    """移送公安机关: with the papers of YSGD-2020-6; the moment is the server's."""
    return _by(d, "hand_over", body, lambda: verbs.hand_over(d.db, d.tried, body))


@router.post("/{id}/receipt", responses=REFUSALS)
def receipt(body: schemas.Receipt, d: Decide) -> schemas.Referral:
    """登记公安回执: who signed, and on which day."""
    return _by(d, "receipt", body, lambda: verbs.receipt(d.db, d.tried, body))


@router.post("/{id}/filed", responses=REFUSALS)
def filed(body: schemas.Notice, d: Decide) -> schemas.Referral:
    """登记立案通知."""
    return _by(d, "filed", body, lambda: verbs.filed(d.db, d.tried, body))


@router.post("/{id}/not-filed", responses=REFUSALS)
def not_filed(body: schemas.Notice, d: Decide) -> schemas.Referral:
    """登记不予立案通知: three days to object."""
    return _by(d, "not_filed", body, lambda: verbs.not_filed(d.db, d.tried, body))


@router.post("/{id}/uphold", responses=REFUSALS)
def uphold(body: schemas.Notice, d: Decide) -> schemas.Referral:
    """登记维持不予立案的复议决定."""
    return _by(d, "uphold", body, lambda: verbs.uphold(d.db, d.tried, body))


@router.post("/{id}/deliver", responses=REFUSALS)
def deliver(body: schemas.Deliver, d: Decide) -> schemas.Referral:
    """移交涉案物品及材料: by the signed list."""
    return _by(d, "deliver", body, lambda: verbs.deliver(d.db, d.tried, body))


@router.post("/{id}/conclude", responses=REFUSALS)
def conclude(body: schemas.Note, d: Decide) -> schemas.Referral:
    """办结: how it ended."""
    return _by(d, "conclude", body, lambda: verbs.conclude(d.db, d.tried, body))


@router.post("/{id}/reconsider", responses=REFUSALS)
def reconsider(body: schemas.Note, d: Decide) -> schemas.Referral:
    """提请复议: asked of the police."""
    return _by(d, "reconsider", body, lambda: verbs.reconsider(d.db, d.tried, body))


@router.post("/{id}/ask-prosecutor", responses=REFUSALS)
def ask_prosecutor(body: schemas.Note, d: Decide) -> schemas.Referral:
    """建议立案监督: asked of the procuratorate."""
    return _by(d, "ask_prosecutor", body, lambda: verbs.ask_prosecutor(d.db, d.tried, body))


@router.post("/{id}/penalise", responses=REFUSALS)
def penalise(body: schemas.Note, d: Decide) -> schemas.Referral:
    """转行政处罚: a draft hand-over with the facts of the finding."""
    return _by(d, "penalise", body, lambda: verbs.penalise(d.db, d.tried, d.catalogue, body))


@router.post("/{id}/note-contact", responses=REFUSALS)
def note_contact(body: schemas.NoteContact, d: Decide) -> schemas.Referral:
    """登记沟通会商: a call, letter or meeting with its minutes."""
    return _by(d, "note_contact", body, lambda: verbs.note_contact(d.db, d.tried, body))
