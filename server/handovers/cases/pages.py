"""Case hand-overs as pages show them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar import service as calendar
from server.documents.schemas import Basis, Named, basis_of, file_of
from server.enterprises import service as enterprises
from server.handovers.cases import clocks, gate, reading, repository, schemas
from server.handovers.cases.checklist import checklist
from server.handovers.cases.limitation import limitation
from server.handovers.cases.states import CaseState
from server.handovers.cases.tables import CaseEvidence, CaseHandover, CaseItem
from server.handovers.cases.verbs import COURSE
from server.identity.actor import Actor
from server.kit.db import Json


def rows(db: Session, cases: Sequence[CaseHandover]) -> list[schemas.CaseRow]:
    """Write entries of the list."""
    names = enterprises.names(db, {case.enterprise_id for case in cases})
    return [_row(case, names, len(repository.items(db, case.id))) for case in cases]


def page(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, case: CaseHandover
) -> schemas.Case:
    """Write a hand-over's page for somebody who may read it."""
    row = rows(db, [case])[0]
    items = repository.items(db, case.id)
    attached = repository.evidence_of(db, [item.id for item in items])
    is_draft = case.state is CaseState.DRAFT
    faults = reading.faults_of(db, case, catalogue) if is_draft else []
    return schemas.Case(
        **row.model_dump(),
        **_review(case),
        **_mirror(db, case, at),
        discovered_on=case.discovered_on,
        parts=[_part(part, who) for part, who in case.parts.items()],
        violations=[_item(db, catalogue, item, attached) for item in items],
        faults=[fault.zh for fault in faults],
        packages=[
            schemas.Gone.model_validate(gone, from_attributes=True)
            for gone in repository.packages(db, case.id)
        ],
        allowed=COURSE.allowed(actor, at, case),
    )


def _row(case: CaseHandover, names: dict[UUID, str], items: int) -> schemas.CaseRow:
    return schemas.CaseRow(
        id=case.id,
        number=case.number,
        version=case.version,
        state=case.state,
        created_at=case.created_at,
        source_kind=case.source_kind,
        source_number=case.source_number,
        enterprise=Named(id=str(case.enterprise_id), name=names[case.enterprise_id]),
        items=items,
        case_no=case.case_no,
    )


def _review(case: CaseHandover) -> Json:
    return {
        "checklist": checklist(),
        "answers": case.checklist,
        "legal_opinion": case.legal_opinion,
        "returned_because": case.returned_because,
        "leader_opinion": case.leader_opinion,
        "approved_at": case.approved_at,
        "declined_because": case.declined_because,
    }


def _mirror(db: Session, case: CaseHandover, at: datetime) -> Json:
    """What the provincial case looks like from here, with its clocks."""
    years = calendar.current(db)
    waits = case.exported_at if case.state is CaseState.EXPORTED else None
    decision = clocks.decision_due(years, case.filed_on, case.limit_days)
    return {
        "receipt_due": _day(clocks.receipt_due(years, waits)),
        "filed_on": case.filed_on,
        "limit_days": case.limit_days,
        "extension": case.extension,
        "decision_due": _day(decision),
        "nears_its_limit": clocks.nears_its_limit(
            years, case.state, case.filed_on, case.limit_days, at
        ),
        "outcome": case.outcome,
        "concluded_at": case.concluded_at,
    }


def _day(due: calendar.Deadline | None) -> date | None:
    return due.on if due is not None else None


def _part(part: str, who: Json) -> schemas.Part:
    return schemas.Part(
        part=part,
        name=who["name"],
        account=who["account"],
        certificate_no=who["certificate_no"],
    )


def _item(
    db: Session, catalogue: Catalogue, item: CaseItem, attached: Sequence[CaseEvidence]
) -> schemas.Item:
    limit = limitation(item.act_to, harms_life=item.harms_life) if item.act_to is not None else None
    return schemas.Item(
        no=item.no,
        ref=item.ref,
        title=item.title,
        facts=item.facts,
        act_from=item.act_from,
        act_to=item.act_to,
        harms_life=item.harms_life,
        harms_life_because=item.harms_life_because,
        limitation_ends=limit.ends if limit is not None else None,
        violated=_bases(catalogue, item.violated),
        penalty_clauses=_bases(catalogue, item.penalty_clauses),
        circumstances=item.circumstances,
        evidence=[_attached(db, one) for one in attached if one.item_id == item.id],
        left_out_because=item.left_out_because,
        left_out_by=item.left_out_by["name"] if item.left_out_by else None,
        left_out_agreed_by=item.left_out_agreed_by["name"] if item.left_out_agreed_by else None,
    )


def _bases(catalogue: Catalogue, ids: Sequence[str]) -> list[Basis]:
    return [basis_of(catalogue.legal[key]) for key in ids if key in catalogue.legal]


def _attached(db: Session, one: CaseEvidence) -> schemas.Attached:
    seen = gate.known(db, one.evidence_id)
    return schemas.Attached(file=file_of(seen), use=one.use, note=gate.NOTES[one.use])
