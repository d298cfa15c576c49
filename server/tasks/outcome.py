"""After the visit: what comes of it, whether each violation becomes a case, and the closing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar.service import day_of
from server.documents.check_items import citable, hazard_of
from server.enterprises import service as enterprises
from server.kit.errors import Conflict, FieldsMissing
from server.kit.ids import new_id
from server.orders import service as orders
from server.orders.service import Findings, OrderItem
from server.tasks import bodies, cases, moving, onsite, penalty_rules, record, repository
from server.tasks.moving import Attempt, Step
from server.tasks.penalty_rules import Violation
from server.tasks.states import ENDED, ItemResult, PenaltyDecision, TaskEvent
from server.tasks.tables import InspectionTask, PenaltyConsideration

#: Articles under which no penalty is imposed: 不予处罚, and the limitation of time.
NO_PENALTY = ("XZCFF-2021-33", "XZCFF-2021-36")


def result_none(db: Session, tried: Attempt, catalogue: Catalogue, body: bodies.ResultNone) -> UUID:
    """结论：符合.

    Raises:
        FieldsMissing: something violates, nothing was checked, or what was left out needs a word.
    """
    task = moving.taken(db, tried, TaskEvent.RESULT_NONE)
    results = [
        record.result_of(task.record or {}, one.key) for one in onsite.items_of(catalogue, task)
    ]
    if task.refused_facts or ItemResult.VIOLATES in results or ItemResult.CONFORMS not in results:
        raise FieldsMissing(["result"], "有不符合项、拒绝检查或未查任何事项，不能以“符合”办结")
    if ItemResult.NOT_CHECKED in results and not body.reason:
        raise FieldsMissing(["reason"], "有未查事项，请说明为何仍以“符合”办结")
    _check_paperwork(db, task)
    _end(db, tried, task)
    moving.move(db, tried, task, Step(TaskEvent.RESULT_NONE, body.reason))
    return task.id


def result_order(
    db: Session, tried: Attempt, catalogue: Catalogue, body: bodies.ResultOrder
) -> UUID:
    """结论：责令整改: a draft order of what two officers found; facts from the record alone.

    Raises:
        FieldsMissing: no violation, or one that is none of the record's.
    """
    task = moving.taken(db, tried, TaskEvent.RESULT_ORDER)
    found = violations_of(catalogue, task)
    wanted = set(body.items) if body.items is not None else {one.key for one in found}
    unknown = sorted(wanted - {one.key for one in found})
    if unknown:
        raise FieldsMissing(unknown, "这些事项的检查结果不是“不符合”")
    _check_replaces(db, task, body.replaces)
    site = enterprises.place(db, task.site_id).site
    order = orders.draft(
        db,
        tried.at,
        tried.actor.who,
        Findings(
            task_id=task.id,
            task_number=task.number,
            unit_id=task.unit_id,
            enterprise_id=task.enterprise_id,
            site_id=task.site_id,
            division_code=site.division_code,
            items=[
                _order_item(catalogue, task, one, tried.at) for one in found if one.key in wanted
            ],
            is_serious=bool(repository.major_hazards(db, task.id)),
            replaces=body.replaces,
        ),
    )
    detail = {"order": str(order), "items": sorted(wanted)}
    moving.move(db, tried, task, Step(TaskEvent.RESULT_ORDER, detail=detail))
    return task.id


def result_case(db: Session, tried: Attempt, catalogue: Catalogue, body: bodies.WithReason) -> UUID:
    """结论：立案移交: drafts the hand-over of all that was violated; it may run beside an order.

    Whatever carries a penalty clause and nobody has decided on yet counts as meant for the case.

    Raises:
        FieldsMissing: no violation carries a penalty clause, and nobody refused the inspection.
    """
    task = moving.taken(db, tried, TaskEvent.RESULT_CASE)
    hit = [one for one in violations_of(catalogue, task) if one.penalty]
    if not hit and not task.refused_facts:
        raise FieldsMissing(["result"], "没有涉及处罚条款的不符合项，不能移交立案")
    for one in unconsidered(db, catalogue, task):
        _decide(db, tried, task, Decision(one.key, PenaltyDecision.FILE, body.reason))
    case = cases.draft(db, tried, catalogue, task, hit)
    detail = {"case": str(case), "items": [one.key for one in hit]}
    moving.move(db, tried, task, Step(TaskEvent.RESULT_CASE, body.reason, detail))
    return task.id


def consider(db: Session, tried: Attempt, catalogue: Catalogue, body: bodies.Consider) -> UUID:
    """填写是否立案 for one violation: an order never stands in the place of a penalty (R-011).

    Raises:
        FieldsMissing: no such violation, or no article for 不予处罚.
    """
    task = moving.taken(db, tried, TaskEvent.CONSIDER)
    if body.item not in {one.key for one in violations_of(catalogue, task) if one.penalty}:
        raise FieldsMissing(["item"], "该事项不是涉及处罚条款的不符合项")
    is_refrained = body.decision is PenaltyDecision.NO_PENALTY
    if is_refrained != (body.basis is not None) or (is_refrained and body.basis not in NO_PENALTY):
        raise FieldsMissing(
            ["basis"],
            f"不予处罚须注明条款（{'、'.join(NO_PENALTY)}），其他决定不填",
            rule_id="TRAP-11",
        )
    _decide(db, tried, task, Decision(body.item, body.decision, body.reason, body.basis))
    detail = {"item": body.item, "decision": body.decision, "basis": body.basis}
    moving.move(db, tried, task, Step(TaskEvent.CONSIDER, body.reason, detail))
    return task.id


def close(db: Session, tried: Attempt, catalogue: Catalogue) -> UUID:
    """办结: all that followed is at its end, and every penalty clause was considered.

    Raises:
        FieldsMissing: what still runs, or was not considered (R-011, R-015), in Chinese.
    """
    task = moving.taken(db, tried, TaskEvent.CLOSE)
    running = [one.number for one in orders.of_task(db, task.id) if one.is_open]
    case = cases.of_task(db, task.id)
    if case is not None and not case[2]:
        running.append("案件移交")
    if running:
        raise FieldsMissing(["children"], f"尚未办结：{'、'.join(running)}")
    _check_paperwork(db, task)
    lacking = unconsidered(db, catalogue, task)
    if lacking:
        raise FieldsMissing(
            [one.key for one in lacking],
            "不得以责令限期改正代替行政处罚，请填写是否立案及理由："
            + "、".join(one.title_zh for one in lacking),
            rule_id=penalty_rules.R_011,
        )
    _check_failed(db, task)
    _end(db, tried, task)
    moving.move(db, tried, task, Step(TaskEvent.CLOSE))
    return task.id


def reopen(db: Session, tried: Attempt, body: bodies.WithReason) -> UUID:
    """重新办理: a new fact; the leader, with the reason.

    Raises:
        Conflict: another task of the same lead runs already.
    """
    task = moving.taken(db, tried, TaskEvent.REOPEN)
    newest = repository.of_lead(db, task.lead_id) if task.lead_id is not None else task
    if newest is not None and newest.id != task.id and newest.state not in ENDED:
        raise Conflict(f"task {newest.number} of the same lead runs", "该线索已有其他在办检查任务")
    task.closed_at = None
    moving.move(db, tried, task, Step(TaskEvent.REOPEN, body.reason))
    return task.id


def violations_of(catalogue: Catalogue, task: InspectionTask) -> list[Violation]:
    """Return what the complete record says was violated."""
    if task.recorded_at is None:
        return []
    return record.violations(task.record or {}, onsite.items_of(catalogue, task))


def unconsidered(db: Session, catalogue: Catalogue, task: InspectionTask) -> list[Violation]:
    """Return the violations with a penalty clause on which nobody has decided."""
    considered = repository.considerations(db, task.id)
    return list(penalty_rules.unconsidered(violations_of(catalogue, task), considered))


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one violation, and why."""

    item: str
    decision: PenaltyDecision
    reason: str
    basis: str | None = None


def _decide(db: Session, tried: Attempt, task: InspectionTask, made: Decision) -> None:
    db.add(
        PenaltyConsideration(
            id=new_id(tried.at),
            task_id=task.id,
            item=made.item,
            decision=made.decision,
            reason=made.reason,
            basis=made.basis,
            decided_by=tried.actor.id,
            decided_at=tried.at,
        )
    )
    db.flush()


def _check_failed(db: Session, task: InspectionTask) -> None:
    decisions = repository.considerations(db, task.id)
    filed = {item for item, one in decisions.items() if one.decision is PenaltyDecision.FILE}
    for order in orders.of_task(db, task.id):
        if order.failed_at is None or order.no_case_reason or filed & set(order.items):
            continue
        raise FieldsMissing(
            ["order"],
            f"指令书{order.number}逾期未整改，应依法立案查处，或由负责人说明不予立案的理由",
            rule_id=penalty_rules.R_015,
        )


def _check_paperwork(db: Session, task: InspectionTask) -> None:
    lacking = [one for one in repository.major_hazards(db, task.id) if one.paperwork_at is None]
    if lacking:
        raise FieldsMissing(["paperwork"], "现场处理措施尚未补办审批手续", rule_id="R-041")


def _check_replaces(db: Session, task: InspectionTask, replaced: UUID | None) -> None:
    known = {one.id: one for one in orders.of_task(db, task.id)}
    if replaced is not None and (replaced not in known or known[replaced].state != "void"):
        raise FieldsMissing(["replaces"], "只能替代本任务中已撤销的指令书")


def _order_item(
    catalogue: Catalogue, task: InspectionTask, one: Violation, at: datetime
) -> OrderItem:
    found = (task.record or {})["items"][one.key]
    text = next(i.text for i in onsite.items_of(catalogue, task) if i.key == one.key)
    hazard = catalogue.hazards[hazard_of(one.key)]
    can = citable(catalogue, one.key, day_of(at))
    proposed = next((basis for basis in hazard.basis if basis in can), None)
    return OrderItem(
        key=one.key,
        title=text,
        fact=found["finding"],
        basis=proposed,
        demand=f"针对上述问题完成整改，并达到检查事项要求：{text.zh}",
    )


def _end(db: Session, tried: Attempt, task: InspectionTask) -> None:
    task.closed_at = tried.at
    for entry in repository.major_hazards(db, task.id):
        entry.removed_at = entry.removed_at or tried.at
