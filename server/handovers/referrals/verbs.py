"""What people do with a criminal referral (WORKFLOW §5.8); the province is told.

Each verb checks the person, the version, the state and its guards, in this order. The caller
holds the transaction.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar.service import day_of
from server.enterprises import service as enterprises
from server.handovers.cases import service as cases
from server.handovers.moving import Attempt, Course
from server.handovers.people import part_of
from server.handovers.referrals import repository, schemas
from server.handovers.referrals.states import REFERRAL, TAG_ZH, ReferralEvent, ReferralState
from server.handovers.referrals.tables import (
    CriminalReferral,
    ProvinceReport,
    ReferralContact,
    TaggedFinding,
)
from server.identity import service as identity
from server.identity.permissions import Act, Role
from server.kit.db import Json
from server.kit.errors import FieldsMissing, NotFound
from server.kit.ids import new_id
from server.kit.live import Kind
from server.kit.state_words import words_of

ACT_FOR = dict.fromkeys(ReferralEvent, Act.REFERRALS_EDIT) | {
    ReferralEvent.APPROVE: Act.REFERRALS_DECIDE,
    ReferralEvent.REFUSE: Act.REFERRALS_DECIDE,
}
COURSE: Course[CriminalReferral, ReferralState, ReferralEvent] = Course(
    Kind.REFERRAL, REFERRAL, ACT_FOR, repository.locked
)
_E = ReferralEvent
_LEAST_TEAM = 2


def form_team(db: Session, tried: Attempt, body: schemas.FormTeam) -> CriminalReferral:
    """Name the team; it must be two certified officers of the unit, two human beings.

    Raises:
        FieldsMissing: fewer, or somebody who may not.
    """
    referral = COURSE.take(db, tried, _E.FORM_TEAM)
    members = [_member(db, tried, name) for name in dict.fromkeys(body.members)]
    if len({one["person"] for one in members}) < _LEAST_TEAM:
        raise FieldsMissing(["members"], "专案组不得少于两名执法人员", rule_id="YSGD-2020-5")
    referral.team = {"members": members}
    detail = {"members": [one["account"] for one in members]}
    _move(db, tried, referral, _E.FORM_TEAM, None, detail)
    return referral


def report(db: Session, tried: Attempt, body: schemas.WriteReport) -> CriminalReferral:
    """Give the written report to the chief: three days count from here."""
    referral = COURSE.take(db, tried, _E.REPORT)
    referral.report, referral.reported_at = body.report, tried.at
    _move(db, tried, referral, _E.REPORT, body.report)
    return referral


def approve(db: Session, tried: Attempt, body: schemas.Decide) -> CriminalReferral:
    """The chief decides to refer: 24 hours count from here, through nights and holidays."""
    return _decide(db, tried, _E.APPROVE, body)


def refuse(db: Session, tried: Attempt, body: schemas.Decide) -> CriminalReferral:
    """The chief decides not to refer; the reason stays on record (YSGD-2020-5)."""
    return _decide(db, tried, _E.REFUSE, body)


def hand_over(db: Session, tried: Attempt, body: schemas.HandOver) -> CriminalReferral:
    """Hand it over with the papers of YSGD-2020-6; the moment is now, late or not.

    Raises:
        FieldsMissing: a kind of paper is neither there nor explained.
    """
    referral = COURSE.take(db, tried, _E.HAND_OVER)
    _check_materials(body.materials)
    referral.materials = body.model_dump(mode="json")
    referral.handed_at = tried.at
    _move(db, tried, referral, _E.HAND_OVER, None, referral.materials)
    return referral


def receipt(db: Session, tried: Attempt, body: schemas.Receipt) -> CriminalReferral:
    """Note that the police signed for it: their three days count from that day."""
    referral = COURSE.take(db, tried, _E.RECEIPT)
    _check_day(tried, referral, body.received_on, "received_on")
    referral.receipt, referral.received_on = body.receipt, body.received_on
    _move(db, tried, referral, _E.RECEIPT, body.receipt)
    return referral


def filed(db: Session, tried: Attempt, body: schemas.Notice) -> CriminalReferral:
    """Note that the police filed the case."""
    return _noticed(db, tried, _E.FILED, body)


def not_filed(db: Session, tried: Attempt, body: schemas.Notice) -> CriminalReferral:
    """Note that the police did not: three days to object (YSGD-2020-9)."""
    return _noticed(db, tried, _E.NOT_FILED, body)


def uphold(db: Session, tried: Attempt, body: schemas.Notice) -> CriminalReferral:
    """Note that a reconsideration changed nothing."""
    return _noticed(db, tried, _E.UPHOLD, body)


def deliver(db: Session, tried: Attempt, body: schemas.Deliver) -> CriminalReferral:
    """Deliver goods and papers by the signed list (YSGD-2020-12)."""
    referral = COURSE.take(db, tried, _E.DELIVER)
    referral.goods = body.goods
    _move(db, tried, referral, _E.DELIVER, body.goods)
    return referral


def conclude(db: Session, tried: Attempt, body: schemas.Note) -> CriminalReferral:
    """Write down how it ended."""
    referral = COURSE.take(db, tried, _E.CONCLUDE)
    referral.result = body.note
    _move(db, tried, referral, _E.CONCLUDE, body.note)
    return referral


def reconsider(db: Session, tried: Attempt, body: schemas.Note) -> CriminalReferral:
    """Ask the police to reconsider (YSGD-2020-9)."""
    return _step(db, tried, _E.RECONSIDER, body)


def ask_prosecutor(db: Session, tried: Attempt, body: schemas.Note) -> CriminalReferral:
    """Suggest to the procuratorate that it supervise the filing (YSGD-2020-9)."""
    return _step(db, tried, _E.ASK_PROSECUTOR, body)


def penalise(
    db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Note
) -> CriminalReferral:
    """Go on with a penalty (YSGD-2020-10): a draft hand-over with the facts of the finding."""
    referral = COURSE.take(db, tried, _E.PENALISE)
    found = finding_of(db, referral)
    brief = cases.CaseBrief(
        source=cases.Source("criminal_referral", str(referral.id), referral.number),
        unit_id=referral.unit_id,
        division_code=found.division_code,
        enterprise_id=referral.enterprise_id,
        discovered_on=day_of(found.found_at),
        violations=(cases.Violation(found.ref, TAG_ZH[found.tag], found.facts),),
    )
    case = cases.draft(db, tried.at, tried.actor, catalogue, brief)
    referral.result = body.note
    _move(db, tried, referral, _E.PENALISE, body.note, {"handover": str(case)})
    return referral


def note_contact(db: Session, tried: Attempt, body: schemas.NoteContact) -> CriminalReferral:
    """Keep a call, letter or meeting with its minutes; it changes no state, so nobody is told."""
    referral = COURSE.take(db, tried, _E.NOTE_CONTACT)
    contact = ReferralContact(
        id=new_id(tried.at),
        referral_id=referral.id,
        at=tried.at,
        by=tried.person,
        kind=body.kind,
        authority=body.authority,
        minutes=body.minutes,
    )
    db.add(contact)
    detail = {"kind": body.kind, "authority": body.authority}
    COURSE.move(db, tried, referral, _E.NOTE_CONTACT, None, detail)
    return referral


def finding_of(db: Session, referral: CriminalReferral) -> TaggedFinding:
    """Return the finding that a referral comes from."""
    return db.get_one(TaggedFinding, referral.finding_id)


def tell_province(db: Session, tried: Attempt, referral: CriminalReferral) -> None:
    """Queue one report on the state that a referral has now (SEED-(六)); it names no person."""
    found = finding_of(db, referral)
    firm = enterprises.names(db, {referral.enterprise_id})[referral.enterprise_id]
    state = words_of(REFERRAL.thing).state(referral.state).zh
    queued = ProvinceReport(
        id=new_id(tried.at),
        referral_id=referral.id,
        no=repository.last_report(db, referral.id) + 1,
        at=tried.at,
        state=referral.state,
        text_zh=f"疑似危险作业线索 {referral.number}（{firm}，疑似{TAG_ZH[found.tag]}）：{state}",
    )
    db.add(queued)
    db.flush()


def _decide(
    db: Session, tried: Attempt, event: ReferralEvent, body: schemas.Decide
) -> CriminalReferral:
    referral = COURSE.take(db, tried, event)
    referral.decided_by, referral.decided_at = part_of(tried.actor), tried.at
    referral.reason = body.reason
    _move(db, tried, referral, event, body.reason)
    return referral


def _noticed(
    db: Session, tried: Attempt, event: ReferralEvent, body: schemas.Notice
) -> CriminalReferral:
    referral = COURSE.take(db, tried, event)
    _check_day(tried, referral, body.noticed_on, "noticed_on")
    referral.notice, referral.noticed_on = body.notice, body.noticed_on
    detail = {"noticed_on": body.noticed_on.isoformat()}
    _move(db, tried, referral, event, body.notice, detail)
    return referral


def _step(
    db: Session, tried: Attempt, event: ReferralEvent, body: schemas.Note
) -> CriminalReferral:
    referral = COURSE.take(db, tried, event)
    _move(db, tried, referral, event, body.note)
    return referral


def _move(
    db: Session,
    tried: Attempt,
    referral: CriminalReferral,
    event: ReferralEvent,
    reason: str | None,
    detail: Json | None = None,
) -> None:
    COURSE.move(db, tried, referral, event, reason, detail)
    tell_province(db, tried, referral)


def _member(db: Session, tried: Attempt, name: str) -> Json:
    """Return somebody who may be in the team: a certified officer of the unit, today."""
    try:
        actor = identity.actor_named(db, name, "team", tried.at)
    except NotFound:
        actor = None
    ours = tried.actor.unit
    if (
        actor is None
        or actor.role is not Role.OFFICER
        or actor.unit is None
        or ours is None
        or actor.unit.id != ours.id
        or not actor.may(Act.REFERRALS_EDIT, tried.at)
    ):
        zh = f"{name} 不是本单位持有效执法证的执法人员"
        raise FieldsMissing(["members"], zh, rule_id="R-009")
    return part_of(actor)


def _check_materials(given: Sequence[schemas.Material]) -> None:
    there = {one.kind: one for one in given}
    lacking = [
        kind
        for kind in schemas.MaterialKind
        if kind not in there
        or not (
            there[kind].titles or (there[kind].none_because and kind not in schemas.NEVER_ABSENT)
        )
    ]
    if lacking:
        told = "、".join(schemas.MATERIAL_ZH[kind] for kind in lacking)
        zh = f"移送材料不全，须附上或说明没有的原因：{told}"
        raise FieldsMissing([f"materials.{kind}" for kind in lacking], zh, rule_id="YSGD-2020-6")


def _check_day(tried: Attempt, referral: CriminalReferral, on: date, field: str) -> None:
    """A paper's day lies between the hand-over and today."""
    handed = referral.handed_at
    if on > day_of(tried.at) or (handed is not None and on < day_of(handed)):
        raise FieldsMissing([field], "日期应在移送之日以后，且不晚于今天")
