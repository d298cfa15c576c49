"""Verbs of tasks: `prefill` a draft from a confirmed lead, read it, write its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.documents.lead_brief import LeadBrief
from server.documents.mark import Mark
from server.documents.schemas import Named, file_of, hazard_name
from server.documents.serial import Prefix, next_number
from server.enterprises import service as enterprises
from server.evidence import service as evidence
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit import live
from server.kit.errors import NotFound
from server.kit.ids import new_id
from server.kit.live import Change, Kind
from server.tasks import prefill as filling
from server.tasks import repository, schemas
from server.tasks.states import TaskState
from server.tasks.tables import InspectionTask

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Form:
    """A written form and the name it is saved under."""

    name: str
    content: bytes


def prefill(
    db: Session, at: datetime, who: audit.Who, catalogue: Catalogue, brief: LeadBrief
) -> UUID:
    """Make a draft task from a confirmed lead."""
    site = brief.place.site
    content = filling.prefill(brief, catalogue)
    task = InspectionTask(
        id=new_id(at),
        number=next_number(db, at, Prefix.TASK, site.division_code),
        state=TaskState.DRAFT,
        version=1,
        lead_id=brief.id,
        lead_number=brief.number,
        unit_id=brief.unit_id,
        enterprise_id=brief.place.enterprise.id,
        hazard=brief.hazard.id,
        incidents=list(brief.incidents),
        content=content.model_dump(mode="json"),
        catalogue_sha256=catalogue.sha256,
        created_at=at,
    )
    db.add(task)
    db.flush()
    detail = {"number": task.number, "lead": str(brief.id), "catalogue": catalogue.sha256}
    act = audit.Act("prefilled", to_state=task.state, detail=detail)
    audit.record(db, at, who, _thing(task), act)
    live.announce(
        db, at, Change(Kind.TASK, str(task.id), {"version": task.version, "state": task.state})
    )
    return task.id


def of_lead(db: Session, lead_id: UUID) -> UUID | None:
    """Return the task that came of a lead."""
    found = repository.of_lead(db, lead_id)
    return found.id if found is not None else None


def one(db: Session, at: datetime, actor: Actor, task_id: UUID) -> InspectionTask:
    """Return a task within the actor's scope.

    Raises:
        NotPermitted: the role reads no tasks.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.TASKS_READ, at)
    found = repository.visible(db, jurisdiction.scope(db, actor), task_id)
    if found is None:
        raise NotFound(f"task {task_id}")
    return found


def page(db: Session, catalogue: Catalogue, task: InspectionTask) -> schemas.Task:
    """Write a task's page."""
    content = schemas.TaskContent.model_validate(task.content)
    row = _rows(db, catalogue, [task])[0]
    return schemas.Task(
        **row.model_dump(),
        fields=[field for group in content.groups for field in group.fields],
        evidence=[file_of(seen) for seen in evidence.of_incidents(db, task.incidents)],
        document_id=None,
        **content.model_dump(),
    )


def listed(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, cursor: UUID | None
) -> schemas.TaskList:
    """List the tasks in scope, newest first.

    Raises:
        NotPermitted: the role reads no tasks.
    """
    actor.require(Act.TASKS_READ, at)
    found = repository.listed(db, jurisdiction.scope(db, actor), cursor, _PAGE)
    more = str(found[_PAGE - 1].id) if len(found) > _PAGE else None
    return schemas.TaskList(items=_rows(db, catalogue, found[:_PAGE]), next_cursor=more)


def _rows(
    db: Session, catalogue: Catalogue, tasks: Sequence[InspectionTask]
) -> list[schemas.TaskRow]:
    names = enterprises.names(db, {task.enterprise_id for task in tasks})
    return [
        schemas.TaskRow(
            id=task.id,
            number=task.number,
            version=task.version,
            state=task.state,
            created_at=task.created_at,
            lead_id=task.lead_id,
            lead_number=task.lead_number,
            hazard=hazard_name(catalogue, HazardId(task.hazard)),
            enterprise=Named(id=str(task.enterprise_id), name=names[task.enterprise_id]),
            lacking=_lacking(task),
        )
        for task in tasks
    ]


def _lacking(task: InspectionTask) -> int:
    content = schemas.TaskContent.model_validate(task.content)
    return sum(field.mark is Mark.BLANK for group in content.groups for field in group.fields)


def _thing(task: InspectionTask) -> audit.Thing:
    return audit.Thing("inspection_task", str(task.id), task.version)
