"""Before the visit: write the plan, submit it, let a leader approve it, assign who goes."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar.service import day_of
from server.documents import check_items
from server.identity import duties
from server.identity.same_person import person_of
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing
from server.tasks import bodies, moving, people, repository, team, visits
from server.tasks.moving import Attempt, Step
from server.tasks.states import TaskEvent
from server.tasks.tables import InspectionTask, TaskMember

#: Kept as columns; the rest of an edit goes into the plan.
_COLUMNS = frozenset({"inspection_type", "items", "planned_on", "reason"})


def edit(db: Session, tried: Attempt, catalogue: Catalogue, body: bodies.EditTask) -> UUID:
    """Change the draft: what was proposed, and what only the officer writes.

    Raises:
        FieldsMissing: a check item that the catalogue does not publish for the task's hazards.
    """
    task = moving.taken(db, tried, TaskEvent.EDIT)
    given = body.model_dump(exclude_unset=True, mode="json")
    if body.items is not None:
        _check_items(catalogue, task, body.items)
    before = _before(task, given)
    for field in _COLUMNS & set(given):
        setattr(task, field, getattr(body, field))
    task.plan = task.plan | {key: value for key, value in given.items() if key not in _COLUMNS}
    detail = {"before": before, "changed": sorted(given)}
    moving.move(db, tried, task, Step(TaskEvent.EDIT, detail=detail))
    return task.id


def submit(db: Session, tried: Attempt, catalogue: Catalogue) -> UUID:
    """提交审批, with the reason in the officer's own words and a type, a day, and check items.

    Raises:
        FieldsMissing: what is lacking, in Chinese.
        NotPermitted: another unit enforces there now (R-020).
    """
    task = moving.taken(db, tried, TaskEvent.SUBMIT)
    lacking = lacking_of(task, tried.at)
    if lacking:
        raise FieldsMissing(lacking, f"请填写：{'、'.join(lacking)}")
    _check_items(catalogue, task, task.items)
    jurisdiction.require_holder(db, tried.at, tried.actor, task.site_id)
    task.submitted_by, task.submitted_at = tried.actor.id, tried.at
    counted = count_visits(db, task, tried.at)
    detail = {"visits": counted.this_year, "cap": counted.cap, "r018": list(counted.reasons)}
    moving.move(db, tried, task, Step(TaskEvent.SUBMIT, task.reason, detail))
    return task.id


def approve(db: Session, tried: Attempt, body: bodies.ApproveTask) -> UUID:
    """批准: a leader who neither submitted the task, nor confirmed its lead, nor is to go.

    Raises:
        NotPermitted: it is one of these persons.
        FieldsMissing: the visit is one too many, and no reason lets it pass (R-018).
    """
    task = moving.taken(db, tried, TaskEvent.APPROVE)
    _check_approver(db, tried, task)
    counted = count_visits(db, task, tried.at)
    if counted.message_zh and not task.is_triggered and not body.frequency_reason:
        raise FieldsMissing(["frequency_reason"], counted.message_zh, rule_id="R-018")
    task.approved_by, task.approved_at = tried.actor.id, tried.at
    task.approval_opinion, task.frequency_reason = body.opinion, body.frequency_reason
    detail = {"frequency_reason": body.frequency_reason, "r018": list(counted.reasons)}
    moving.move(db, tried, task, Step(TaskEvent.APPROVE, body.opinion, detail))
    return task.id


def send_back(db: Session, tried: Attempt, body: bodies.WithReason) -> UUID:
    """退回: the draft is the officer's again."""
    task = moving.taken(db, tried, TaskEvent.RETURN)
    task.submitted_by, task.submitted_at = None, None
    moving.move(db, tried, task, Step(TaskEvent.RETURN, body.reason))
    return task.id


def assign(db: Session, tried: Attempt, body: bodies.AssignTask) -> UUID:
    """派发: two certified officers of the unit, judged on the planned day; experts beside them.

    Raises:
        FieldsMissing: the planned day is past.
        NotPermitted: R-009 with who and why, R-043 for a declared interest, or the approver.
    """
    task = moving.taken(db, tried, TaskEvent.ASSIGN)
    if body.planned_on < day_of(tried.at):
        raise FieldsMissing(["planned_on"], "检查日期不得早于今日")
    named = [people.Named(one.account, one.assistance_doc) for one in body.officers]
    officers = people.candidates(db, named, task.enterprise_id, body.planned_on)
    experts = people.candidates(
        db, [people.Named(one) for one in body.experts], task.enterprise_id, body.planned_on
    )
    approver = person_of(db, task.approved_by)
    team.check_team(officers, task.unit_id, body.planned_on, {str(approver)})
    team.check_experts(experts)
    before = [one.name for one in repository.members(db, task.id)]
    repository.remove_members(db, task.id)
    going = {one.account_id: _member(task.id, one, "expert") for one in experts}
    going |= {one.account_id: _member(task.id, one, "officer") for one in officers}
    db.add_all(going.values())
    task.planned_on = body.planned_on
    detail = {
        "before": before,
        "officers": [f"{one.name} {one.certificate_no}" for one in going.values()],
        "planned_on": body.planned_on,
    }
    moving.move(db, tried, task, Step(TaskEvent.ASSIGN, detail=detail))
    return task.id


def cancel(db: Session, tried: Attempt, body: bodies.WithReason) -> UUID:
    """取消: the leader, with the reason."""
    task = moving.taken(db, tried, TaskEvent.CANCEL)
    task.closed_at = tried.at
    moving.move(db, tried, task, Step(TaskEvent.CANCEL, body.reason))
    return task.id


def count_visits(db: Session, task: InspectionTask, at: datetime) -> visits.Count:
    """Count the visits to the task's enterprise before this one, by whatever unit."""
    return visits.of_enterprise(db, task.enterprise_id, task.unit_id, at, but=task.id)


def lacking_of(task: InspectionTask, at: datetime) -> list[str]:
    """Name what a draft lacks before it can be submitted, in Chinese."""
    lacking = []
    if task.inspection_type is None:
        lacking.append("检查类型")
    if not task.items:
        lacking.append("检查事项")
    if task.planned_on is None or task.planned_on < day_of(at):
        lacking.append("拟检查日期")
    if not task.reason:
        lacking.append("检查事由")
    return lacking


def _check_items(catalogue: Catalogue, task: InspectionTask, items: Collection[str]) -> None:
    known = {item.key for item in check_items.published(catalogue, task.hazards)}
    unknown = sorted(set(items) - known)
    if unknown:
        raise FieldsMissing(unknown, "只能选用已公布的检查事项")


def _check_approver(db: Session, tried: Attempt, task: InspectionTask) -> None:
    for account, message in (
        (task.submitted_by, "提交人不得审批本人提交的检查任务"),
        (task.lead_confirmer, "线索确认人不得审批由该线索转来的检查任务"),
    ):
        duties.different_person(tried.actor, person_of(db, account), message)
    proposed = [people.Named(name) for name in task.plan.get("proposed_officers", ())]
    planned_on = task.planned_on or day_of(tried.at)
    going = {one.person for one in people.candidates(db, proposed, task.enterprise_id, planned_on)}
    if str(tried.actor.person_id) in going:
        duties.different_person(tried.actor, tried.actor.person_id, "拟派检查人员不得审批本任务")


def _before(task: InspectionTask, given: Collection[str]) -> dict[str, object]:
    return {
        field: getattr(task, field) if field in _COLUMNS else task.plan.get(field)
        for field in given
    }


def _member(task_id: UUID, one: team.Candidate, duty: str) -> TaskMember:
    return TaskMember(
        task_id=task_id,
        account_id=one.account_id,
        duty=duty,
        name=one.name,
        certificate_no=one.certificate.number if one.certificate else None,
        certificate_to=one.certificate.valid_to if one.certificate else None,
        assistance_doc=one.assistance_doc,
    )
