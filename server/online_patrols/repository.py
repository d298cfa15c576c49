"""SQL of rounds. What a reader may see is the condition on units."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.online_patrols.planning import Why
from server.online_patrols.states import Result, RoundKind, RoundState
from server.online_patrols.tables import (
    PatrolDuty,
    PatrolItem,
    PatrolNote,
    PatrolOfficer,
    PatrolRound,
)

_OPEN = (RoundState.PLANNED, RoundState.RUNNING)
_PAGE = 50


def visible(db: Session, units: Collection[UUID], round_id: UUID) -> PatrolRound | None:
    """Return a round of these units."""
    return db.scalar(
        select(PatrolRound).where(PatrolRound.id == round_id, PatrolRound.unit_id.in_(units))
    )


def locked(db: Session, units: Collection[UUID], round_id: UUID) -> PatrolRound | None:
    """Return a round of these units, newest and locked."""
    query = select(PatrolRound).where(PatrolRound.id == round_id, PatrolRound.unit_id.in_(units))
    return db.scalar(query.with_for_update().execution_options(populate_existing=True))


def listed(db: Session, units: Collection[UUID], day: date | None) -> Sequence[PatrolRound]:
    """Return rounds, newest first: those of a day, or the last ones."""
    query = select(PatrolRound).where(PatrolRound.unit_id.in_(units))
    if day is not None:
        query = query.where(PatrolRound.day == day)
    order = (PatrolRound.day.desc(), PatrolRound.id.desc())
    return db.scalars(query.order_by(*order).limit(_PAGE)).all()


def of_day(db: Session, unit_id: UUID, day: date) -> PatrolRound | None:
    """Return a round of a unit on a day, if one was made."""
    query = select(PatrolRound).where(PatrolRound.unit_id == unit_id, PatrolRound.day == day)
    return db.scalar(query.limit(1))


def overdue(db: Session, at: datetime) -> Sequence[PatrolRound]:
    """Return open rounds whose window has ended, locked."""
    query = select(PatrolRound).where(PatrolRound.state.in_(_OPEN), PatrolRound.window_end <= at)
    return db.scalars(query.with_for_update()).all()


def items(db: Session, round_id: UUID) -> Sequence[PatrolItem]:
    """Return a round's cameras in their order."""
    query = select(PatrolItem).where(PatrolItem.round_id == round_id)
    return db.scalars(query.order_by(PatrolItem.position)).all()


def officers(db: Session, round_id: UUID) -> Sequence[PatrolOfficer]:
    """Return a round's officers, by name."""
    query = select(PatrolOfficer).where(PatrolOfficer.round_id == round_id)
    return db.scalars(query.order_by(PatrolOfficer.account)).all()


def notes(db: Session, round_id: UUID) -> Sequence[PatrolNote]:
    """Return what was added later, oldest first."""
    query = select(PatrolNote).where(PatrolNote.round_id == round_id)
    return db.scalars(query.order_by(PatrolNote.at, PatrolNote.id)).all()


def is_on_duty(db: Session, unit_id: UUID, day: date, account_id: UUID) -> bool:
    """Whether somebody is on the roster of a day."""
    return db.get(PatrolDuty, (unit_id, day, account_id)) is not None


def on_duty(db: Session, unit_id: UUID, day: date) -> Sequence[UUID]:
    """Return who is on the roster of a day."""
    query = select(PatrolDuty.account_id)
    return db.scalars(query.where(PatrolDuty.unit_id == unit_id, PatrolDuty.day == day)).all()


def units_on_duty(db: Session, day: date) -> Sequence[UUID]:
    """Return the units that have a roster on a day."""
    return db.scalars(select(PatrolDuty.unit_id).where(PatrolDuty.day == day).distinct()).all()


def last_looks(db: Session, unit_id: UUID) -> dict[tuple[str, str], datetime]:
    """Return when each camera of a unit was last seen in a patrol."""
    query = (
        select(PatrolItem.device, PatrolItem.camera, func.max(PatrolItem.looked_at))
        .join(PatrolRound, PatrolRound.id == PatrolItem.round_id)
        .where(
            PatrolRound.unit_id == unit_id,
            PatrolRound.kind == RoundKind.PATROL,
            PatrolItem.looked_at.is_not(None),
            PatrolItem.sha256.is_not(None),
        )
        .group_by(PatrolItem.device, PatrolItem.camera)
    )
    return {(row[0], row[1]): row[2] for row in db.execute(query) if row[2] is not None}


def left_over(db: Session, unit_id: UUID) -> set[tuple[str, str]]:
    """Return the cameras that the unit's last ended round left unseen."""
    ended = (RoundState.DONE, RoundState.PARTIAL, RoundState.MISSED)
    query = select(PatrolRound.id).where(
        PatrolRound.unit_id == unit_id, PatrolRound.state.in_(ended)
    )
    last = db.scalar(query.order_by(PatrolRound.ended_at.desc(), PatrolRound.id.desc()).limit(1))
    if last is None:
        return set()
    return {(item.device, item.camera) for item in items(db, last) if item.result is None}


def of_enterprise(db: Session, enterprise_id: UUID) -> Sequence[PatrolRound]:
    """Return begun patrols in which a camera of an enterprise stands, newest first."""
    query = (
        select(PatrolRound)
        .where(
            PatrolRound.kind == RoundKind.PATROL,
            PatrolRound.started_at.is_not(None),
            PatrolRound.id.in_(
                select(PatrolItem.round_id).where(PatrolItem.enterprise_id == enterprise_id)
            ),
        )
        .order_by(PatrolRound.started_at.desc())
    )
    return db.scalars(query.limit(_PAGE)).all()


def looks_of(db: Session, unit_id: UUID, why: Why, since: datetime) -> Sequence[Result]:
    """Return what looks of a kind found in a unit's patrols since a moment."""
    query = (
        select(PatrolItem.result)
        .join(PatrolRound, PatrolRound.id == PatrolItem.round_id)
        .where(
            PatrolRound.unit_id == unit_id,
            PatrolRound.kind == RoundKind.PATROL,
            PatrolItem.why == why,
            PatrolItem.looked_at >= since,
        )
    )
    return [result for result in db.scalars(query) if result is not None]
