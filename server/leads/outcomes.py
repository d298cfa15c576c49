"""What follows a lead that is 属实: an inspection, a transfer (WORKFLOW §5.2)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Handling, Hazard
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId
from server.documents.lead_brief import LeadBrief
from server.enterprises import service as enterprises
from server.handovers import service as handovers
from server.identity import service as identity
from server.jurisdiction import service as jurisdiction
from server.kit.errors import Conflict, FieldsMissing, NotAllowedNow
from server.leads import repository
from server.leads.acting import Attempt, move, taken
from server.leads.children import children
from server.leads.schemas import Outcome
from server.leads.states import LeadEvent
from server.leads.tables import Lead
from server.tasks import service as tasks


def at_once(
    db: Session, tried: Attempt, catalogue: Catalogue, lead: Lead, wish: Outcome | None
) -> None:
    """Let follow what was chosen with the verdict; without a choice, what the catalogue says."""
    hazard = _hazard(catalogue, lead)
    if wish is None:
        wish = Outcome.TRANSFER if hazard.handling is Handling.TRANSFER else Outcome.TASK
    match wish:
        case Outcome.TASK:
            _task(db, tried, catalogue, lead)
        case Outcome.TRANSFER:
            if handovers.of_lead(db, lead.id) is None:
                _transfer(db, tried, catalogue, lead)
        case Outcome.LATER:
            pass


def create_task(db: Session, tried: Attempt, catalogue: Catalogue) -> Lead:
    """Make a draft inspection task.

    Raises:
        Conflict: an earlier task of the lead is still open.
    """
    lead = taken(db, tried, LeadEvent.CREATE_TASK)
    _task(db, tried, catalogue, lead)
    return lead


def transfer(db: Session, tried: Attempt, catalogue: Catalogue) -> Lead:
    """Draft a transfer; the lead is 已移送 once the leader has agreed to it.

    Raises:
        Conflict: the lead has a transfer already.
        FieldsMissing: the catalogue names no department that could be competent.
    """
    lead = taken(db, tried, LeadEvent.TRANSFER)
    _transfer(db, tried, catalogue, lead)
    return lead


def brief(db: Session, tried: Attempt, catalogue: Catalogue, lead: Lead) -> LeadBrief:
    """Say of a lead what its task, notice or transfer needs."""
    confirmer = lead.decided_by or tried.actor.id
    incidents: Sequence[UUID] = [row.incident_id for row in repository.incidents(db, [lead.id])]
    return LeadBrief(
        id=lead.id,
        number=lead.number,
        unit_id=lead.unit_id,
        hazard=_hazard(catalogue, lead),
        place=enterprises.place(db, lead.site_id),
        camera_name=lead.camera_name,
        zone=lead.zone,
        first_seen=lead.first_seen,
        last_seen=lead.last_seen,
        times_seen=lead.times_seen,
        finding=lead.finding or "",
        confirmed_by=identity.name_of(db, confirmer),
        confirmer_id=confirmer,
        incidents=tuple(incidents),
    )


def _task(db: Session, tried: Attempt, catalogue: Catalogue, lead: Lead) -> None:
    known = tasks.standing(db, lead.id)
    if known is not None and not known.is_over:
        raise Conflict(
            f"lead {lead.number} has a task already; go on with that one",
            "该线索已有检查任务，请在原任务中继续办理",
        )
    jurisdiction.require_holder(db, tried.at, tried.actor, lead.site_id)
    task = tasks.prefill(
        db, tried.at, tried.actor.who, catalogue, brief(db, tried, catalogue, lead)
    )
    move(db, tried, lead, LeadEvent.CREATE_TASK, None, {"task": str(task)})


def _transfer(db: Session, tried: Attempt, catalogue: Catalogue, lead: Lead) -> None:
    hazard = _hazard(catalogue, lead)
    if not hazard.transfer_to:
        raise FieldsMissing(["transfer_to"], "隐患目录未列明其他主管部门，无法生成移送函")
    if handovers.of_lead(db, lead.id) is not None:
        raise Conflict(
            f"lead {lead.number} has a transfer already; go on with that one",
            "该线索已有移送函，请在原移送函中继续办理",
        )
    handovers.draft(db, tried.at, tried.actor.who, catalogue, brief(db, tried, catalogue, lead))


def _hazard(catalogue: Catalogue, lead: Lead) -> Hazard:
    hazard = catalogue.hazards.get(HazardId(lead.hazard))
    if hazard is None:
        raise FieldsMissing(["hazard"], f"隐患目录中已无 {lead.hazard}")
    return hazard


def check_children_over(db: Session, lead: Lead) -> None:
    """Refuse to take a verdict back while something that came of it is neither void nor closed.

    A transfer that the leader has not agreed to is no obstacle: nobody has it yet.

    Raises:
        NotAllowedNow: it must be void or closed first.
    """
    running = [
        one for one in children(db, lead.id) if not one.is_over and (one.is_case or one.is_issued)
    ]
    if running:
        named = " and ".join(sorted({one.kind for one in running}))
        raise NotAllowedNow(
            f"lead with an open {named}", lead.state, LeadEvent.WITHDRAW, (), _RUNNING_ZH
        )


_RUNNING_ZH = "由本线索产生的任务、指令书、提醒或移送尚未作废或办结，不得撤回认定"
