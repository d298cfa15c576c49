"""Acts that take a leader beside the officer: nothing further, taking back, late reopening (§5.2).

The officer proposes, the leader agrees or refuses, and only then does the lead move. A short
reopening needs no leader and happens at once.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.identity.duties import different_person
from server.identity.permissions import Act
from server.identity.same_person import person_of
from server.kit.errors import Conflict, FieldsMissing
from server.kit.ids import new_id
from server.leads import duplicates, lease, outcomes, repository, said, schemas
from server.leads.acting import Attempt, locked, move, taken, tell, thing
from server.leads.children import children
from server.leads.desk_tables import LeadProposal
from server.leads.proposal_states import PROPOSAL, Proposable, ProposalEvent, ProposalState
from server.leads.states import LEAD, LeadEvent, LeadState
from server.leads.tables import Lead

#: After it a lead is opened again only with the leader (WORKFLOW §5.2).
ALONE_WITHIN = timedelta(days=30)


def no_action(db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.NoAction) -> Lead:
    """Propose that nothing follows a confirmed lead, with the legal basis.

    Raises:
        FieldsMissing: the basis is none of the catalogue's articles.
        Conflict: something waits for the leader already.
    """
    lead = taken(db, tried, LeadEvent.NO_ACTION)
    if body.basis not in catalogue.legal:
        raise FieldsMissing(["basis"], f"法律依据目录中没有 {body.basis}")
    return _propose(db, tried, lead, Proposable.NO_ACTION, body.reason, body.basis)


def withdraw(db: Session, tried: Attempt, body: schemas.Reopen) -> Lead:
    """Propose to take a verdict 属实 back.

    Raises:
        NotAllowedNow: what came of it is issued and neither void nor closed.
        Conflict: something waits for the leader already.
    """
    lead = taken(db, tried, LeadEvent.WITHDRAW)
    outcomes.check_children_over(db, lead)
    return _propose(db, tried, lead, Proposable.WITHDRAW, body.reason)


def reopen(db: Session, tried: Attempt, body: schemas.Reopen) -> Lead:
    """Take a lead up again at once, or propose it when that takes a leader.

    The old decision, its reason and its author stay in the history.

    Raises:
        Conflict: something waits for the leader already.
    """
    lead = taken(db, tried, LeadEvent.REOPEN)
    if needs_leader(db, tried, lead):
        return _propose(db, tried, lead, Proposable.REOPEN, body.reason)
    _check_nothing_waits(db, lead)
    _reopen(db, tried, lead, body.reason)
    return lead


def approve(db: Session, tried: Attempt, body: schemas.Approve) -> Lead:
    """Agree, as the leader, to what an officer has proposed.

    Raises:
        NotPermitted: the leader proposed it himself.
        FieldsMissing: nothing waits.
        NotAllowedNow: the lead cannot be taken back yet.
    """
    lead, waiting = _answering(db, tried, ProposalEvent.APPROVE)
    _answer(db, tried, waiting, ProposalEvent.APPROVE, body.opinion)
    match waiting.event:
        case Proposable.NO_ACTION:
            detail = {"basis": waiting.basis, "proposed_by": str(waiting.proposed_by)}
            move(db, tried, lead, LeadEvent.NO_ACTION, waiting.reason, detail)
        case Proposable.WITHDRAW:
            outcomes.check_children_over(db, lead)
            _take_back(db, tried, lead, LeadEvent.WITHDRAW, waiting.reason)
        case Proposable.REOPEN:
            _reopen(db, tried, lead, waiting.reason)
    return lead


def refuse(db: Session, tried: Attempt, body: schemas.Refuse) -> Lead:
    """Refuse, as the leader, what an officer has proposed; the lead stays as it is.

    Raises:
        NotPermitted: the leader proposed it himself.
        FieldsMissing: nothing waits.
    """
    lead, waiting = _answering(db, tried, ProposalEvent.REFUSE)
    _answer(db, tried, waiting, ProposalEvent.REFUSE, body.opinion)
    _note(db, tried, lead, "proposal_refused", body.opinion, waiting)
    return lead


def take_proposal_back(db: Session, tried: Attempt) -> Lead:
    """Drop, as an officer, what waits for the leader.

    Raises:
        FieldsMissing: nothing waits.
    """
    tried.actor.require(Act.LEADS_CONFIRM, tried.at)
    lead = locked(db, tried)
    waiting = _waiting(db, lead)
    _answer(db, tried, waiting, ProposalEvent.WITHDRAW, None)
    _note(db, tried, lead, "proposal_withdrawn", None, waiting)
    return lead


def needs_leader(db: Session, tried: Attempt, lead: Lead) -> bool:
    """Whether a lead is taken up again only with the leader."""
    is_old = lead.ended_at is not None and tried.at > lead.ended_at + ALONE_WITHIN
    return is_old or any(one.is_issued for one in children(db, lead.id))


def _propose(
    db: Session,
    tried: Attempt,
    lead: Lead,
    event: Proposable,
    reason: str,
    basis: str | None = None,
) -> Lead:
    _check_nothing_waits(db, lead)
    proposal = LeadProposal(
        id=new_id(tried.at),
        lead_id=lead.id,
        event=event,
        state=ProposalState.PENDING,
        version=1,
        reason=reason,
        basis=basis,
        proposed_by=tried.actor.id,
        proposed_at=tried.at,
    )
    db.add(proposal)
    db.flush()
    _note(db, tried, lead, f"{event}_proposed", reason, proposal)
    lease.release(db, tried.actor, lead.id)
    return lead


def _check_nothing_waits(db: Session, lead: Lead) -> None:
    if repository.waiting_proposal(db, lead.id) is not None:
        raise Conflict(
            f"lead {lead.number} waits for the leader already",
            "该线索已有事项待负责人审批，请先等待审批或撤回",
        )


def _answering(db: Session, tried: Attempt, event: ProposalEvent) -> tuple[Lead, LeadProposal]:
    tried.actor.require(Act.LEADS_APPROVE, tried.at)
    lead = locked(db, tried)
    waiting = _waiting(db, lead)
    PROPOSAL.after(waiting.state, event)
    LEAD.after(lead.state, LeadEvent(waiting.event))
    proposer = person_of(db, waiting.proposed_by)
    different_person(tried.actor, proposer, "提出人不得审批本人提出的事项")
    return lead, waiting


def _waiting(db: Session, lead: Lead) -> LeadProposal:
    waiting = repository.waiting_proposal(db, lead.id)
    if waiting is None:
        raise FieldsMissing(["proposal"], "该线索没有待审批的事项")
    return waiting


def _answer(
    db: Session, tried: Attempt, proposal: LeadProposal, event: ProposalEvent, words: str | None
) -> None:
    proposal.state = PROPOSAL.after(proposal.state, event)
    proposal.version += 1
    proposal.answered_by, proposal.answered_at = tried.actor.id, tried.at
    proposal.answer = words
    db.flush()


def _note(
    db: Session,
    tried: Attempt,
    lead: Lead,
    event: str,
    reason: str | None,
    proposal: LeadProposal,
) -> None:
    """Write down what was proposed or refused: the lead's state stays, its version counts on."""
    lead.version += 1
    db.flush()
    detail = {"proposal": str(proposal.id), "event": proposal.event}
    act = audit.Act(event, lead.state, lead.state, reason, detail)
    audit.record(db, tried.at, tried.actor.who, thing(lead), act)
    tell(db, tried.at, lead)


def _reopen(db: Session, tried: Attempt, lead: Lead, reason: str) -> None:
    if lead.state is LeadState.DUPLICATE:
        duplicates.part(db, tried, lead, LeadEvent.REOPEN, reason)
        return
    _take_back(db, tried, lead, LeadEvent.REOPEN, reason)


def _take_back(db: Session, tried: Attempt, lead: Lead, event: LeadEvent, reason: str) -> None:
    said.mark_taken_back(db, tried.at, lead, reason)
    said.forget_verdict(lead)
    lead.note = reason
    move(db, tried, lead, event, reason)
