"""The case that an inspection hands over (WORKFLOW §5.6): drafted here, kept by `handovers`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar.service import day_of
from server.documents.check_items import citable, hazard_of
from server.enterprises import service as enterprises
from server.handovers.cases import service as cases
from server.handovers.cases.service import CaseBrief, Source
from server.handovers.cases.service import Violation as OfCase
from server.handovers.cases.states import ENDED
from server.tasks.moving import Attempt
from server.tasks.penalty_rules import Violation
from server.tasks.tables import InspectionTask

_KIND = "inspection_task"
#: Where a case states that the inspection itself was refused.
_REFUSAL = "refusal"


def draft(
    db: Session,
    tried: Attempt,
    catalogue: Catalogue,
    task: InspectionTask,
    found: Sequence[Violation],
) -> UUID:
    """Draft the hand-over of all violations with a penalty clause, none chosen (R-016)."""
    site = enterprises.place(db, task.site_id).site
    on = day_of(task.arrived_at or tried.at)
    violations = [_of_case(catalogue, task, one) for one in found]
    if task.refused_facts:
        violations.append(OfCase(_REFUSAL, "拒绝、阻碍监督检查", task.refused_facts, on))
    brief = CaseBrief(
        source=Source(_KIND, str(task.id), task.number),
        unit_id=task.unit_id,
        division_code=site.division_code,
        enterprise_id=task.enterprise_id,
        discovered_on=on,
        violations=tuple(violations),
        incidents=tuple(task.incidents),
    )
    return cases.draft(db, tried.at, tried.actor, catalogue, brief)


def of_task(db: Session, task_id: UUID) -> tuple[UUID, str, bool] | None:
    """Return the case of a task: its id, its state, whether it is at its end."""
    found = cases.of_source(db, _KIND, str(task_id))
    return None if found is None else (found[0], found[1].value, found[1] in ENDED)


def _of_case(catalogue: Catalogue, task: InspectionTask, one: Violation) -> OfCase:
    on = day_of(task.arrived_at or task.created_at)
    can = citable(catalogue, one.key, on)
    duties = catalogue.hazards[hazard_of(one.key)].basis
    return OfCase(
        ref=one.key,
        title=one.title_zh,
        facts=(task.record or {})["items"][one.key]["finding"],
        act_to=on,
        violated=tuple(key for key in duties if key in can),
        penalty_clauses=tuple(key for key in one.penalty if key in can),
    )
