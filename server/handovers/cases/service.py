"""Case hand-overs for other modules: `draft` one from recorded violations, and read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.documents.serial import Prefix, next_number
from server.handovers.cases import pages, repository, schemas
from server.handovers.cases.states import CaseState
from server.handovers.cases.tables import CaseHandover, CaseItem
from server.handovers.cases.verbs import COURSE
from server.handovers.people import part_of
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotFound
from server.kit.ids import new_id

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Violation:
    """One violation as two officers recorded it on site.

    Attributes:
        ref: where the record states it; the same ref twice is one violation.
        title: in short.
        facts: the officers' finding, own words; never what a model wrote.
        act_to: the day of the act, where the record has it.
        violated, penalty_clauses: ids of the legal basis that the record names; proposals.
    """

    ref: str
    title: str
    facts: str
    act_to: date | None = None
    violated: tuple[str, ...] = ()
    penalty_clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What a hand-over comes from: kind such as `inspection_task`, its id and human number."""

    kind: str
    id: str
    number: str


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """What a record hands on to penalty work: all its violations, none chosen (R-016)."""

    source: Source
    unit_id: UUID
    division_code: str
    enterprise_id: UUID
    discovered_on: date
    violations: tuple[Violation, ...]
    incidents: tuple[UUID, ...] = ()


def draft(
    db: Session, at: datetime, handler: Actor, catalogue: Catalogue, brief: CaseBrief
) -> UUID:
    """Make a draft from recorded violations; the same source gives the same hand-over.

    Raises:
        FieldsMissing: no violation was recorded.
    """
    known = repository.of_source(db, brief.source.kind, brief.source.id)
    if known is not None:
        return known.id
    if not brief.violations:
        raise FieldsMissing(["violations"], "没有记录在案的违法行为，不能移交")
    made = _row(db, at, catalogue, brief)
    made.parts = {"handler": part_of(handler)}
    db.add(made)
    db.flush()
    for no, violation in enumerate(brief.violations, 1):
        db.add(_item(at, made.id, no, violation))
    db.flush()
    detail = {"number": made.number, "source": brief.source.number, "items": len(brief.violations)}
    act = audit.Act("drafted", to_state=made.state, detail=detail)
    COURSE.record(db, at, handler.who, made, act)
    return made.id


def of_source(db: Session, kind: str, source_id: str) -> tuple[UUID, CaseState] | None:
    """Return the hand-over that came of something, and where it stands."""
    found = repository.of_source(db, kind, source_id)
    return (found.id, found.state) if found is not None else None


def page(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, case_id: UUID
) -> schemas.Case:
    """Return a hand-over within the actor's scope.

    Raises:
        NotPermitted: the role reads no hand-overs.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.HANDOVERS_READ, at)
    found = repository.visible(db, jurisdiction.scope(db, actor), case_id)
    if found is None:
        raise NotFound(f"handover {case_id}")
    return pages.page(db, at, actor, catalogue, found)


def listed(db: Session, at: datetime, actor: Actor, cursor: UUID | None) -> schemas.CaseList:
    """List the hand-overs in scope, newest first.

    Raises:
        NotPermitted: the role reads no hand-overs.
    """
    actor.require(Act.HANDOVERS_READ, at)
    found: Sequence[CaseHandover] = repository.listed(
        db, jurisdiction.scope(db, actor), cursor, _PAGE
    )
    more = str(found[_PAGE - 1].id) if len(found) > _PAGE else None
    return schemas.CaseList(items=pages.rows(db, found[:_PAGE]), next_cursor=more)


def _row(db: Session, at: datetime, catalogue: Catalogue, brief: CaseBrief) -> CaseHandover:
    return CaseHandover(
        id=new_id(at),
        number=next_number(db, at, Prefix.CASE, brief.division_code),
        state=CaseState.DRAFT,
        version=1,
        unit_id=brief.unit_id,
        division_code=brief.division_code,
        enterprise_id=brief.enterprise_id,
        source_kind=brief.source.kind,
        source_id=brief.source.id,
        source_number=brief.source.number,
        discovered_on=brief.discovered_on,
        incidents=list(brief.incidents),
        catalogue_sha256=catalogue.sha256,
        created_at=at,
        checklist={},
        round=0,
        limit_days=30,
    )


def _item(at: datetime, case_id: UUID, no: int, violation: Violation) -> CaseItem:
    return CaseItem(
        id=new_id(at),
        handover_id=case_id,
        no=no,
        ref=violation.ref,
        title=violation.title,
        facts=violation.facts,
        act_to=violation.act_to,
        harms_life=False,
        violated=list(violation.violated),
        penalty_clauses=list(violation.penalty_clauses),
        circumstances="",
    )
