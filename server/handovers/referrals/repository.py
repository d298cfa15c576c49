"""SQL of tagged findings and criminal referrals. A reader sees those of his units."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.handovers.referrals.states import TIMED, UNANSWERED, ReferralState
from server.handovers.referrals.tables import (
    CriminalReferral,
    ProvinceReport,
    ReferralContact,
    TaggedFinding,
)
from server.jurisdiction.service import Scope


def visible(db: Session, scope: Scope, referral_id: UUID) -> CriminalReferral | None:
    """Return a referral within a scope."""
    query = select(CriminalReferral).where(CriminalReferral.id == referral_id)
    return db.scalar(
        query.where(scope.of(CriminalReferral.unit_id, CriminalReferral.enterprise_id))
    )


def locked(db: Session, scope: Scope, referral_id: UUID) -> CriminalReferral | None:
    """Return a referral within a scope, newest and locked."""
    query = select(CriminalReferral).where(CriminalReferral.id == referral_id)
    query = query.where(
        scope.of(CriminalReferral.unit_id, CriminalReferral.enterprise_id)
    ).with_for_update()
    return db.scalar(query.execution_options(populate_existing=True))


def listed(
    db: Session, scope: Scope, before: UUID | None, limit: int
) -> Sequence[CriminalReferral]:
    """Return a page of referrals and one more, newest first."""
    query = select(CriminalReferral).where(
        scope.of(CriminalReferral.unit_id, CriminalReferral.enterprise_id)
    )
    if before is not None:
        query = query.where(CriminalReferral.id < before)
    return db.scalars(query.order_by(CriminalReferral.id.desc()).limit(limit + 1)).all()


def finding(db: Session, scope: Scope, finding_id: UUID) -> TaggedFinding | None:
    """Return a tagged finding within a scope."""
    query = select(TaggedFinding).where(TaggedFinding.id == finding_id)
    return db.scalar(query.where(scope.of(TaggedFinding.unit_id, TaggedFinding.enterprise_id)))


def finding_at(db: Session, kind: str, source_id: str, ref: str) -> TaggedFinding | None:
    """Return the finding that a record states at one place."""
    return db.scalar(
        select(TaggedFinding).where(
            TaggedFinding.source_kind == kind,
            TaggedFinding.source_id == source_id,
            TaggedFinding.ref == ref,
        )
    )


def findings(db: Session, scope: Scope, limit: int) -> Sequence[TaggedFinding]:
    """Return the newest tagged findings."""
    query = select(TaggedFinding).where(
        scope.of(TaggedFinding.unit_id, TaggedFinding.enterprise_id)
    )
    return db.scalars(query.order_by(TaggedFinding.found_at.desc()).limit(limit)).all()


def of_findings(db: Session, ids: Collection[UUID]) -> dict[UUID, CriminalReferral]:
    """Return the referrals of findings, by finding."""
    query = select(CriminalReferral).where(CriminalReferral.finding_id.in_(ids))
    return {one.finding_id: one for one in db.scalars(query)}


def unanswered(db: Session, kind: str, source_id: str) -> bool:
    """Whether a record holds a tagged finding of which nobody has yet said what becomes of it."""
    query = (
        select(TaggedFinding.id)
        .join(CriminalReferral, CriminalReferral.finding_id == TaggedFinding.id, isouter=True)
        .where(TaggedFinding.source_kind == kind, TaggedFinding.source_id == source_id)
        .where(or_(CriminalReferral.id.is_(None), CriminalReferral.state.in_(UNANSWERED)))
    )
    return db.scalar(query.limit(1)) is not None


def unassessed(db: Session) -> Sequence[tuple[TaggedFinding, CriminalReferral | None]]:
    """Return the findings of all units that nobody has assessed, with what was begun."""
    query = (
        select(TaggedFinding, CriminalReferral)
        .join(CriminalReferral, CriminalReferral.finding_id == TaggedFinding.id, isouter=True)
        .where(
            or_(
                CriminalReferral.id.is_(None),
                CriminalReferral.state == ReferralState.ASSESS,
            )
        )
    )
    return [(found, referral) for found, referral in db.execute(query)]


def running(db: Session) -> Sequence[CriminalReferral]:
    """Return the referrals of all units that a clock runs for."""
    query = select(CriminalReferral).where(CriminalReferral.state.in_(TIMED))
    return db.scalars(query).all()


def contacts(db: Session, referral_id: UUID) -> Sequence[ReferralContact]:
    """Return the contacts of a referral, oldest first."""
    query = select(ReferralContact).where(ReferralContact.referral_id == referral_id)
    return db.scalars(query.order_by(ReferralContact.id)).all()


def reports(db: Session, referral_id: UUID) -> Sequence[ProvinceReport]:
    """Return what the province is told of a referral, oldest first."""
    query = select(ProvinceReport).where(ProvinceReport.referral_id == referral_id)
    return db.scalars(query.order_by(ProvinceReport.no)).all()


def last_report(db: Session, referral_id: UUID) -> int:
    """Return the number of the last report; 0: none."""
    query = select(func.max(ProvinceReport.no)).where(ProvinceReport.referral_id == referral_id)
    return db.scalar(query) or 0
