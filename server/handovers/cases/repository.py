"""SQL of case hand-overs. What a reader may see is the scope."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.handovers.cases.states import CaseState
from server.handovers.cases.tables import CaseEvidence, CaseHandover, CaseItem, CasePackage
from server.jurisdiction.service import Scope


def visible(db: Session, scope: Scope, case_id: UUID) -> CaseHandover | None:
    """Return a hand-over within a scope."""
    return db.scalar(
        select(CaseHandover).where(
            CaseHandover.id == case_id, scope.of(CaseHandover.unit_id, CaseHandover.enterprise_id)
        )
    )


def locked(db: Session, scope: Scope, case_id: UUID) -> CaseHandover | None:
    """Return a hand-over within a scope, newest and locked."""
    query = select(CaseHandover).where(
        CaseHandover.id == case_id, scope.of(CaseHandover.unit_id, CaseHandover.enterprise_id)
    )
    return db.scalar(query.with_for_update().execution_options(populate_existing=True))


def by_number(db: Session, number: str) -> CaseHandover | None:
    """Return a hand-over by its human number, locked."""
    query = select(CaseHandover).where(CaseHandover.number == number)
    return db.scalar(query.with_for_update().execution_options(populate_existing=True))


def in_state(db: Session, state: CaseState) -> Sequence[CaseHandover]:
    """Return the hand-overs of all units in a state."""
    return db.scalars(select(CaseHandover).where(CaseHandover.state == state)).all()


def of_source(db: Session, kind: str, source_id: str) -> CaseHandover | None:
    """Return the hand-over that came of something."""
    return db.scalar(
        select(CaseHandover).where(
            CaseHandover.source_kind == kind, CaseHandover.source_id == source_id
        )
    )


def listed(db: Session, scope: Scope, before: UUID | None, limit: int) -> Sequence[CaseHandover]:
    """Return a page of hand-overs and one more, newest first."""
    query = select(CaseHandover).where(scope.of(CaseHandover.unit_id, CaseHandover.enterprise_id))
    if before is not None:
        query = query.where(CaseHandover.id < before)
    return db.scalars(query.order_by(CaseHandover.id.desc()).limit(limit + 1)).all()


def items(db: Session, case_id: UUID) -> Sequence[CaseItem]:
    """Return the violations of a hand-over in their order."""
    query = select(CaseItem).where(CaseItem.handover_id == case_id).order_by(CaseItem.no)
    return db.scalars(query).all()


def evidence_of(db: Session, item_ids: Collection[UUID]) -> Sequence[CaseEvidence]:
    """Return the evidence of violations, in the order of attaching."""
    query = select(CaseEvidence).where(CaseEvidence.item_id.in_(item_ids))
    return db.scalars(query.order_by(CaseEvidence.id)).all()


def packages(db: Session, case_id: UUID) -> Sequence[CasePackage]:
    """Return the packages of a hand-over, oldest first."""
    query = select(CasePackage).where(CasePackage.handover_id == case_id)
    return db.scalars(query.order_by(CasePackage.round)).all()
