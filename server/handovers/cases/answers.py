"""What the provincial system answers: typed off its screen by an officer, or imported as a file.

Both ways end in the same functions; an import has no person, so it acts as `svc:import`.
"""

from sqlalchemy.orm import Session

from server.handovers.cases import schemas
from server.handovers.cases.states import CaseEvent
from server.handovers.cases.tables import CaseHandover
from server.handovers.cases.verbs import COURSE
from server.handovers.moving import Attempt, By
from server.handovers.referrals import repository as referrals
from server.kit.errors import FieldsMissing

_DEFAULT_LIMIT = 30
#: Which limit may follow which (TRAP-20): 180 only behind 90.
_LONGER = {30: 90, 90: 180}


def receipt(db: Session, tried: Attempt, body: schemas.Receipt) -> CaseHandover:
    """Note the case number, typed off the provincial system."""
    case = COURSE.take(db, tried, CaseEvent.RECEIPT)
    return link(db, By(tried.at, tried.actor.who), case, body)


def reject(db: Session, tried: Attempt, body: schemas.Return) -> CaseHandover:
    """Note that the provincial system did not take it; it is a draft again."""
    case = COURSE.take(db, tried, CaseEvent.REJECT)
    return take_back(db, By(tried.at, tried.actor.who), case, body)


def outcome(db: Session, tried: Attempt, body: schemas.Outcome) -> CaseHandover:
    """Note the decision, typed off the provincial system."""
    case = COURSE.take(db, tried, CaseEvent.OUTCOME)
    return decided(db, By(tried.at, tried.actor.who), case, body)


def extend(db: Session, tried: Attempt, body: schemas.Extension) -> CaseHandover:
    """Record that a longer limit was approved; without it the clock stays at 30 days (TRAP-20).

    Raises:
        FieldsMissing: the step is none of 30 → 90 → 180, or the approval lies in the future.
    """
    case = COURSE.take(db, tried, CaseEvent.EXTEND)
    if body.days != _LONGER.get(case.limit_days):
        raise FieldsMissing(
            ["days"],
            "办案期限只能由30日经负责人同意延至90日，再经上一级批准延至180日",
            rule_id="TRAP-20",
        )
    if body.approved_on > tried.at.date():
        raise FieldsMissing(["approved_on"], "批准日期不能晚于今天")
    case.limit_days = body.days
    case.extension = body.model_dump(mode="json")
    COURSE.move(db, tried, case, CaseEvent.EXTEND, body.document_no, case.extension)
    return case


def conclude(db: Session, tried: Attempt, body: schemas.Conclude) -> CaseHandover:
    """Close the mirror of a case whose decision is here and that no referral holds open.

    Raises:
        FieldsMissing: no decision was imported, or a criminal assessment is unanswered.
    """
    case = COURSE.take(db, tried, CaseEvent.CONCLUDE)
    if case.outcome is None:
        raise FieldsMissing(["outcome"], "尚未导入处理决定，不能办结")
    _check_no_referral(db, case)
    case.concluded_at = tried.at
    COURSE.move(db, tried, case, CaseEvent.CONCLUDE, body.note)
    return case


def link(db: Session, by: By, case: CaseHandover, body: schemas.Receipt) -> CaseHandover:
    """Take the case number over; from here on ours is a mirror."""
    if body.filed_on > by.at.date() or body.filed_on < case.discovered_on:
        raise FieldsMissing(["filed_on"], "立案日期应在发现之日以后，且不晚于今天")
    case.case_no, case.filed_on = body.case_no, body.filed_on
    case.limit_days = _DEFAULT_LIMIT
    COURSE.advance(db, by, case, CaseEvent.RECEIPT, None, body.model_dump(mode="json"))
    return case


def take_back(db: Session, by: By, case: CaseHandover, body: schemas.Return) -> CaseHandover:
    """Make it a draft again; it needs both reviews anew."""
    case.returned_because = body.reason
    case.exported_at = case.approved_at = None
    case.parts = {"handler": case.parts["handler"]}
    COURSE.advance(db, by, case, CaseEvent.REJECT, body.reason)
    return case


def decided(db: Session, by: By, case: CaseHandover, body: schemas.Outcome) -> CaseHandover:
    """Keep the decision; a penalty does not close what a criminal assessment holds open."""
    case.outcome = body.model_dump(mode="json")
    held = referrals.unanswered(db, case.source_kind, case.source_id)
    event = CaseEvent.HOLD_OUTCOME if held else CaseEvent.OUTCOME
    if not held:
        case.concluded_at = by.at
    COURSE.advance(db, by, case, event, None, case.outcome)
    return case


def _check_no_referral(db: Session, case: CaseHandover) -> None:
    if referrals.unanswered(db, case.source_kind, case.source_id):
        raise FieldsMissing(
            ["referral"],
            "涉嫌犯罪的研判尚未办结，不得以行政处罚代替移送",
            rule_id="R-022",
        )
