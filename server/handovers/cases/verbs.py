"""What people do with a case hand-over: write it, review it, decide on it (WORKFLOW §5.6).

Each verb checks the person, the version, the state and its guards, in this order. The caller
holds the transaction. What the provincial system answers stands in `answers`.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.handovers.cases import gate, reading, repository, schemas
from server.handovers.cases.checklist import checklist
from server.handovers.cases.readiness import clause_faults
from server.handovers.cases.states import CASE, CaseEvent, CaseState
from server.handovers.cases.tables import CaseEvidence, CaseHandover, CaseItem
from server.handovers.moving import Attempt, Course
from server.handovers.people import check_another, part_of
from server.identity.permissions import Act
from server.kit.db import Json
from server.kit.errors import Conflict, FieldsMissing, NotFound
from server.kit.ids import new_id
from server.kit.live import Kind

_EDIT, _REVIEW, _APPROVE = Act.HANDOVERS_EDIT, Act.HANDOVERS_REVIEW, Act.HANDOVERS_APPROVE

#: What the permission is to each event.
ACT_FOR = dict.fromkeys(CaseEvent, _EDIT) | {
    CaseEvent.PASS: _REVIEW,
    CaseEvent.RETURN: _REVIEW,
    CaseEvent.APPROVE: _APPROVE,
    CaseEvent.REFUSE: _APPROVE,
    CaseEvent.EXTEND: _APPROVE,
    CaseEvent.EXPORT: Act.HANDOVERS_EXPORT,
}
COURSE: Course[CaseHandover, CaseState, CaseEvent] = Course(
    Kind.HANDOVER, CASE, ACT_FOR, repository.locked
)

#: Whether somebody may see an incident's evidence; the app knows.
Sees = Callable[[Session, UUID], bool]


def write_item(
    db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.WriteItem
) -> CaseHandover:
    """Write facts, days and clauses of one violation; the values before stay in the chain.

    Raises:
        FieldsMissing: a clause is not in the legal basis, or as something else.
    """
    case, item = _taken(db, tried, CaseEvent.WRITE_ITEM, body.no)
    wrong = list(
        clause_faults(body.no, body.violated or (), body.penalty_clauses or (), catalogue.legal)
    )
    if wrong:
        raise FieldsMissing([one.field for one in wrong], "；".join(one.zh for one in wrong))
    given = body.model_dump(exclude={"no"}, exclude_none=True, mode="python")
    before = {key: _plain(getattr(item, key)) for key in given}
    for key, value in given.items():
        setattr(item, key, list(value) if isinstance(value, tuple) else value)
    item.harms_life = item.harms_life_because is not None
    if item.act_from is not None and item.act_to is not None and item.act_from > item.act_to:
        raise FieldsMissing(["act_from"], "行为开始日期晚于结束日期")
    detail = {"no": body.no, "before": before}
    COURSE.move(db, tried, case, CaseEvent.WRITE_ITEM, None, detail)
    return case


def attach(db: Session, tried: Attempt, body: schemas.Attach, sees: Sees) -> CaseHandover:
    """Attach a piece of evidence, for a penalty or as a clue.

    Raises:
        NotFound: there is no such evidence in the actor's scope.
        NotPermitted: R-025.
        Conflict: it is attached already.
    """
    case, item = _taken(db, tried, CaseEvent.ATTACH, body.no)
    seen = gate.known(db, body.evidence)
    if seen.incident_id not in case.incidents and not sees(db, seen.incident_id):
        raise NotFound(f"evidence {body.evidence}")
    gate.check_use(db, seen, body.use)
    if any(one.evidence_id == seen.id for one in repository.evidence_of(db, [item.id])):
        raise Conflict(f"evidence {seen.id} is attached to item {body.no}", "该证据已附入本项")
    attached = CaseEvidence(
        id=new_id(tried.at),
        item_id=item.id,
        evidence_id=seen.id,
        use=body.use,
        attached_by=tried.person,
        attached_at=tried.at,
    )
    db.add(attached)
    detail = {"no": body.no, "evidence": str(seen.id), "sha256": seen.sha256, "use": body.use}
    COURSE.move(db, tried, case, CaseEvent.ATTACH, None, detail)
    return case


def detach(db: Session, tried: Attempt, body: schemas.Detach) -> CaseHandover:
    """Take a piece of evidence off a violation.

    Raises:
        NotFound: it is not attached there.
    """
    case, item = _taken(db, tried, CaseEvent.DETACH, body.no)
    attached = [
        one for one in repository.evidence_of(db, [item.id]) if one.evidence_id == body.evidence
    ]
    if not attached:
        raise NotFound(f"evidence {body.evidence} is not attached to item {body.no}")
    db.delete(attached[0])
    detail = {"no": body.no, "evidence": str(body.evidence), "use": attached[0].use}
    COURSE.move(db, tried, case, CaseEvent.DETACH, body.reason, detail)
    return case


def leave_out(db: Session, tried: Attempt, body: schemas.LeaveOut) -> CaseHandover:
    """Propose that a recorded violation does not go along (R-016, TRAP-12)."""
    case, item = _taken(db, tried, CaseEvent.LEAVE_OUT, body.no)
    item.left_out_because, item.left_out_by = body.reason, part_of(tried.actor)
    item.left_out_agreed_by = None
    COURSE.move(db, tried, case, CaseEvent.LEAVE_OUT, body.reason, {"no": body.no})
    return case


def agree_leave_out(db: Session, tried: Attempt, body: schemas.AgreeLeaveOut) -> CaseHandover:
    """Agree as the second officer.

    Raises:
        NotPermitted: the same person proposed it.
        FieldsMissing: nobody proposed it.
    """
    case, item = _taken(db, tried, CaseEvent.AGREE_LEAVE_OUT, body.no)
    if item.left_out_by is None:
        raise FieldsMissing(["no"], f"第{body.no}项没有提出不列入")
    check_another(tried, item.left_out_by, "提出不列入的人不得自行确认，须由另一名执法人员确认")
    item.left_out_agreed_by = part_of(tried.actor)
    detail = {"no": body.no, "because": item.left_out_because}
    COURSE.move(db, tried, case, CaseEvent.AGREE_LEAVE_OUT, None, detail)
    return case


def submit(db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Submit) -> CaseHandover:
    """Send it to legal review; who submits is the handler.

    Raises:
        FieldsMissing: something is lacking; everything is named at once.
        NotPermitted: R-025.
    """
    case = COURSE.take(db, tried, CaseEvent.SUBMIT)
    check_ready(db, case, catalogue)
    case.parts = {"handler": part_of(tried.actor) | {"opinion": body.opinion}}
    case.checklist, case.legal_opinion, case.leader_opinion = {}, None, None
    case.approved_at = case.returned_because = None
    COURSE.move(db, tried, case, CaseEvent.SUBMIT, body.opinion)
    return case


def pass_review(
    db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Pass
) -> CaseHandover:
    """Pass the legal review; every point must hold.

    Raises:
        NotPermitted: the reviewer is the handler, or R-025.
        FieldsMissing: a point is open.
    """
    case = COURSE.take(db, tried, CaseEvent.PASS)
    check_another(tried, case.parts.get("handler"), "您是本案承办人，不能审核")
    checklist().check(body.answers)
    check_ready(db, case, catalogue)
    case.checklist = {**body.answers}
    case.legal_opinion = body.opinion
    case.parts = case.parts | {"legal": part_of(tried.actor)}
    detail = {"checklist": checklist().version, "answers": body.answers}
    COURSE.move(db, tried, case, CaseEvent.PASS, body.opinion, detail)
    return case


def send_back(db: Session, tried: Attempt, body: schemas.Return) -> CaseHandover:
    """Send it back to the handler with the reason."""
    case = COURSE.take(db, tried, CaseEvent.RETURN)
    check_another(tried, case.parts.get("handler"), "您是本案承办人，不能审核")
    case.returned_because = body.reason
    COURSE.move(db, tried, case, CaseEvent.RETURN, body.reason)
    return case


def approve(
    db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Approve
) -> CaseHandover:
    """Agree that it goes to penalty work.

    Raises:
        NotPermitted: the leader handled or reviewed it, or R-025.
    """
    case = COURSE.take(db, tried, CaseEvent.APPROVE)
    _check_leader(tried, case)
    check_ready(db, case, catalogue)
    case.leader_opinion, case.approved_at = body.opinion, tried.at
    case.parts = case.parts | {"leader": part_of(tried.actor)}
    COURSE.move(db, tried, case, CaseEvent.APPROVE, body.opinion)
    return case


def refuse(db: Session, tried: Attempt, body: schemas.Refuse) -> CaseHandover:
    """不予立案: decide with a reason that it does not go to penalty work.

    Raises:
        NotPermitted: the leader handled or reviewed it.
    """
    case = COURSE.take(db, tried, CaseEvent.REFUSE)
    _check_leader(tried, case)
    case.declined_because = body.reason
    case.parts = case.parts | {"leader": part_of(tried.actor)}
    COURSE.move(db, tried, case, CaseEvent.REFUSE, body.reason)
    return case


def check_ready(db: Session, case: CaseHandover, catalogue: Catalogue) -> None:
    """Refuse a hand-over that lacks something, or whose evidence is not what it should be.

    Raises:
        FieldsMissing: names everything at once; `rule_id` is that of the first rule that speaks.
        NotPermitted: R-025.
    """
    found = reading.faults_of(db, case, catalogue)
    if found:
        rules = [one.rule for one in found if one.rule is not None]
        raise FieldsMissing(
            [one.field for one in found],
            "；".join(one.zh for one in found),
            rule_id=rules[0] if rules else None,
        )
    for attached in reading.going_evidence(db, case):
        gate.check_use(db, gate.known(db, attached.evidence_id), attached.use)


def _check_leader(tried: Attempt, case: CaseHandover) -> None:
    check_another(tried, case.parts.get("handler"), "您是本案承办人，不得审批")
    check_another(tried, case.parts.get("legal"), "您已对本案作法制审核，不得审批")


def _taken(db: Session, tried: Attempt, event: CaseEvent, no: int) -> tuple[CaseHandover, CaseItem]:
    case = COURSE.take(db, tried, event)
    item = next((one for one in repository.items(db, case.id) if one.no == no), None)
    if item is None:
        raise FieldsMissing(["no"], f"没有第{no}项")
    return case, item


def _plain(value: object) -> Json | list[str] | str | None:
    return value if isinstance(value, list | str | None) else str(value)
