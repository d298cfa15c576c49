"""How a task is shown: its plan, its people, its record, what came of it, and what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId
from server.calendar.service import HolidayCalendar, Period, Unit, count_due
from server.documents import check_items, signatures
from server.documents.mark import Mark
from server.documents.schemas import Named, basis_of, file_of, hazard_name
from server.enterprises import service as enterprises
from server.evidence import service as evidence
from server.identity.actor import Actor
from server.orders import service as orders
from server.tasks import cases, moving, onsite, outcome, planning, repository, schemas
from server.tasks.states import NOT_STARTED, TASK, TaskState
from server.tasks.tables import InspectionTask

#: R-008: approved, but nobody went (house).
START_WITHIN = Period(3, Unit.WORKDAY, "house:R-008")
#: A remote notice is for hazards up to this severity (WORKFLOW §5.4).
_REMOTE = 2
_BEING_WRITTEN = frozenset({TaskState.ONSITE, TaskState.ONSITE_REFUSED})


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks when, the catalogue that names things, and the days that count."""

    at: datetime
    actor: Actor
    catalogue: Catalogue
    calendar: HolidayCalendar


def page(db: Session, looking: Looking, task: InspectionTask) -> schemas.Task:
    """Write a task's page."""
    content = schemas.TaskContent.model_validate(task.content)
    row = rows(db, looking, [task])[0]
    case = cases.of_task(db, task.id)
    return schemas.Task(
        **row.model_dump(),
        fields=[field for group in content.groups for field in group.fields],
        evidence=[file_of(seen) for seen in evidence.of_incidents(db, task.incidents)],
        document_id=None,
        **content.model_dump(),
        plan=_plan(looking, task),
        visits=_visits(db, looking, task),
        approval=_approval(task),
        team=[schemas.MemberShown.model_validate(one) for one in repository.members(db, task.id)],
        record=_record(db, looking, task),
        major_hazards=[
            schemas.MajorHazardShown.model_validate(one)
            for one in repository.major_hazards(db, task.id)
        ],
        violations=_violations(db, looking, task),
        orders=_orders(db, task),
        case=schemas.CaseShown(id=case[0], state=case[1]) if case is not None else None,
        allowed=moving.sendable(TASK.allowed(task.state), looking.actor, looking.at),
    )


def rows(db: Session, looking: Looking, tasks: Sequence[InspectionTask]) -> list[schemas.TaskRow]:
    """Write tasks as rows of the list."""
    names = enterprises.names(db, {task.enterprise_id for task in tasks})
    return [
        schemas.TaskRow(
            id=task.id,
            number=task.number,
            version=task.version,
            state=task.state,
            created_at=task.created_at,
            source_kind=task.source_kind,
            source_reference=task.source_reference,
            lead_id=task.lead_id,
            lead_number=task.lead_number,
            hazard=hazard_name(looking.catalogue, HazardId(task.hazard)),
            enterprise=Named(id=str(task.enterprise_id), name=names[task.enterprise_id]),
            planned_on=task.planned_on,
            is_overdue=is_overdue(looking.calendar, looking.at, task),
            lacking=_lacking(task),
        )
        for task in tasks
    ]


def is_overdue(calendar: HolidayCalendar, at: datetime, task: InspectionTask) -> bool:
    """Whether the planned day is three workdays past and nobody has been there (R-008)."""
    if task.state not in NOT_STARTED or task.planned_on is None:
        return False
    return count_due(calendar, task.planned_on, START_WITHIN).is_over(at)


def _lacking(task: InspectionTask) -> int:
    content = schemas.TaskContent.model_validate(task.content)
    return sum(field.mark is Mark.BLANK for group in content.groups for field in group.fields)


def _plan(looking: Looking, task: InspectionTask) -> schemas.Plan:
    chosen = onsite.items_of(looking.catalogue, task)
    return schemas.Plan(
        inspection_type=task.inspection_type,
        items=[schemas.ItemShown(key=one.key, text=one.text) for one in chosen],
        choosable=[
            schemas.ItemShown(key=one.key, text=one.text)
            for one in check_items.published(looking.catalogue, task.hazards)
        ],
        planned_on=task.planned_on,
        reason=task.reason,
        places=task.plan.get("places"),
        proposed_officers=task.plan.get("proposed_officers") or [],
        protective_gear=task.plan.get("protective_gear"),
        division_of_work=task.plan.get("division_of_work"),
        is_surprise=bool(task.plan.get("is_surprise")),
        missing=planning.lacking_of(task, looking.at) if task.state is TaskState.DRAFT else [],
    )


def _visits(db: Session, looking: Looking, task: InspectionTask) -> schemas.Visits:
    counted = planning.count_visits(db, task, task.arrived_at or looking.at)
    hazard = looking.catalogue.hazards.get(HazardId(task.hazard))
    may_be_remote = hazard is not None and hazard.severity <= _REMOTE and not hazard.is_starred
    return schemas.Visits(
        this_year=counted.this_year,
        cap=counted.cap,
        cap_source=counted.cap_source,
        triggered_this_year=counted.triggered_this_year,
        is_triggered=task.is_triggered,
        warning_zh=None if task.is_triggered else counted.message_zh,
        proposal_zh="可改为线上提醒整改" if counted.reasons and may_be_remote else None,
    )


def _approval(task: InspectionTask) -> schemas.Approval:
    return schemas.Approval(
        submitted_at=task.submitted_at,
        approved_at=task.approved_at,
        opinion=task.approval_opinion,
        frequency_reason=task.frequency_reason,
    )


def _record(db: Session, looking: Looking, task: InspectionTask) -> schemas.RecordShown | None:
    if task.record is None:
        return None
    text = onsite.record_text(task)
    return schemas.RecordShown(
        content=task.record,
        content_sha256=text.sha256,
        recorded_at=task.recorded_at,
        refused_facts=task.refused_facts,
        missing=onsite.lacking(db, looking.catalogue, task) if task.state in _BEING_WRITTEN else [],
        signatures=[
            schemas.SignatureShown(
                signed_by=one.signed_by,
                name=one.name,
                post=one.post,
                certificate_no=one.certificate_no,
                note=one.note,
                at=one.at,
                stands=one.content_sha256 == text.sha256,
            )
            for one in signatures.of_object(db, text.document, task.id)
        ],
    )


def _violations(
    db: Session, looking: Looking, task: InspectionTask
) -> list[schemas.ViolationShown]:
    decisions = repository.considerations(db, task.id)
    found = (task.record or {}).get("items", {})
    return [
        schemas.ViolationShown(
            key=one.key,
            title=one.title_zh,
            finding=found[one.key]["finding"],
            penalty=[basis_of(looking.catalogue.legal[key]) for key in one.penalty],
            decision=decisions[one.key].decision if one.key in decisions else None,
            reason=decisions[one.key].reason if one.key in decisions else None,
            basis=decisions[one.key].basis if one.key in decisions else None,
        )
        for one in outcome.violations_of(looking.catalogue, task)
    ]


def _orders(db: Session, task: InspectionTask) -> list[schemas.OrderShown]:
    return [
        schemas.OrderShown(id=one.id, number=one.number, state=one.state)
        for one in orders.of_task(db, task.id)
    ]
