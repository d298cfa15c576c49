"""How a task begins: from a confirmed lead, or from a plan, a signal, a superior's order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Hazard
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.documents import check_items
from server.documents.lead_brief import LeadBrief
from server.documents.serial import Prefix, next_number
from server.enterprises import service as enterprises
from server.enterprises.service import Place
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotPermitted
from server.kit.ids import new_id
from server.tasks import bodies, moving
from server.tasks import prefill as filling
from server.tasks.schemas import TaskContent
from server.tasks.states import InspectionType, SourceKind, TaskState
from server.tasks.tables import InspectionTask


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new task is made of.

    Attributes:
        reference: number of the lead, plan, signal or order.
        inspection_type: what the source proposes; None: the officer chooses.
        lead: the confirmed lead; None: there is none.
    """

    kind: SourceKind
    reference: str
    unit_id: UUID
    place: Place
    hazards: tuple[str, ...]
    content: TaskContent
    inspection_type: InspectionType | None = None
    lead: LeadBrief | None = None


def prefill(
    db: Session, at: datetime, who: audit.Who, catalogue: Catalogue, brief: LeadBrief
) -> UUID:
    """Make a draft task from a confirmed lead."""
    return _made(
        db,
        at,
        who,
        catalogue,
        Draft(
            kind=SourceKind.LEAD,
            reference=brief.number,
            unit_id=brief.unit_id,
            place=brief.place,
            hazards=(brief.hazard.id,),
            content=filling.prefill(brief, catalogue),
            inspection_type=InspectionType.CASE,
            lead=brief,
        ),
    )


def create(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, body: bodies.NewTask
) -> UUID:
    """Make a draft task from a plan, a signal, or what a superior ordered.

    Raises:
        NotPermitted: another unit enforces there (R-020).
        FieldsMissing: a hazard that the catalogue publishes no check items for.
        NotFound: no such site.
    """
    actor.require(Act.TASKS_EDIT, at)
    if actor.unit is None:
        raise NotPermitted(f"{actor.account} belongs to no unit", rule_id="WORKFLOW-2")
    place = enterprises.place(db, body.site_id)
    jurisdiction.require_holder(db, at, actor, body.site_id)
    hazards = [_published(catalogue, hazard) for hazard in body.hazards]
    return _made(
        db,
        at,
        actor.who,
        catalogue,
        Draft(
            kind=SourceKind(body.source_kind),
            reference=body.source_reference,
            unit_id=actor.unit.id,
            place=place,
            hazards=tuple(dict.fromkeys(hazard.id for hazard in hazards)),
            content=filling.prefill_plain(
                place, hazards, (SourceKind(body.source_kind).zh, body.source_reference), catalogue
            ),
        ),
    )


def _published(catalogue: Catalogue, hazard_id: HazardId) -> Hazard:
    hazard = catalogue.hazards.get(hazard_id)
    if hazard is None or not check_items.published(catalogue, [hazard_id]):
        raise FieldsMissing(["hazards"], f"隐患目录中没有 {hazard_id} 已公布的检查事项")
    return hazard


def _made(db: Session, at: datetime, who: audit.Who, catalogue: Catalogue, draft: Draft) -> UUID:
    lead, items = draft.lead, check_items.published(catalogue, draft.hazards)
    task = InspectionTask(
        id=new_id(at),
        number=next_number(db, at, Prefix.TASK, draft.place.site.division_code),
        state=TaskState.DRAFT,
        version=1,
        source_kind=draft.kind,
        source_reference=draft.reference,
        lead_id=lead.id if lead else None,
        lead_number=lead.number if lead else None,
        lead_confirmer=lead.confirmer_id if lead else None,
        is_triggered=lead is not None and lead.hazard.is_starred,
        unit_id=draft.unit_id,
        enterprise_id=draft.place.enterprise.id,
        site_id=draft.place.site.id,
        hazard=draft.hazards[0],
        hazards=list(draft.hazards),
        incidents=list(lead.incidents) if lead else [],
        content=draft.content.model_dump(mode="json"),
        catalogue_sha256=catalogue.sha256,
        created_at=at,
        inspection_type=draft.inspection_type,
        items=[item.key for item in items],
        plan={},
    )
    db.add(task)
    db.flush()
    detail = {"number": task.number, "source": draft.reference, "catalogue": catalogue.sha256}
    detail |= {"lead": str(lead.id)} if lead else {}
    act = audit.Act("prefilled", to_state=task.state, detail=detail)
    audit.record(db, at, who, moving.thing_of(task), act)
    moving.tell(db, at, task)
    return task.id
