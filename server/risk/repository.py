"""Queries of weights and contests."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.risk.states import ContestState, WeightsState
from server.risk.tables import RiskContest, RiskWeights


def approved(db: Session) -> RiskWeights | None:
    """Return the set that is approved now."""
    return db.scalar(select(RiskWeights).where(RiskWeights.state == WeightsState.APPROVED))


def last_number(db: Session) -> int:
    """Return how many sets were ever approved."""
    return db.scalar(select(func.max(RiskWeights.number))) or 0


def weights(db: Session, weights_id: UUID) -> RiskWeights | None:
    """Return a set, newest and locked."""
    return db.get(RiskWeights, weights_id, with_for_update=True, populate_existing=True)


def all_weights(db: Session, most: int) -> Sequence[RiskWeights]:
    """Return sets, newest first."""
    query = select(RiskWeights).order_by(RiskWeights.created_at.desc(), RiskWeights.id.desc())
    return db.scalars(query.limit(most)).all()


def contest(db: Session, contest_id: UUID) -> RiskContest | None:
    """Return a contest, newest and locked."""
    return db.get(RiskContest, contest_id, with_for_update=True, populate_existing=True)


def contests(db: Session, enterprise_id: UUID) -> Sequence[RiskContest]:
    """Return the contests of an enterprise, oldest first."""
    query = select(RiskContest).where(RiskContest.enterprise_id == enterprise_id)
    return db.scalars(query.order_by(RiskContest.contested_at, RiskContest.id)).all()


def upheld(db: Session, enterprise_id: UUID) -> frozenset[str]:
    """Return the fingerprints against which a contest was upheld."""
    query = select(RiskContest.fingerprint).where(
        RiskContest.enterprise_id == enterprise_id, RiskContest.state == ContestState.UPHELD
    )
    return frozenset(db.scalars(query))
