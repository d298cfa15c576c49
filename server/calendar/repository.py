"""SQL of the calendar."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from server.audit.service import Thing
from server.calendar.tables import HolidayYear, NotifiedDeadline


def newest_years(db: Session) -> Sequence[HolidayYear]:
    """Return the newest revision of every imported year."""
    newest = (
        select(HolidayYear.year, func.max(HolidayYear.revision).label("revision"))
        .group_by(HolidayYear.year)
        .subquery()
    )
    query = select(HolidayYear).join(
        newest,
        and_(HolidayYear.year == newest.c.year, HolidayYear.revision == newest.c.revision),
    )
    return db.scalars(query.order_by(HolidayYear.year)).all()


def last_revision(db: Session, year: int) -> int:
    """Return the newest revision of a year; 0 before the first."""
    query = select(func.max(HolidayYear.revision)).where(HolidayYear.year == year)
    return db.scalar(query) or 0


def open_deadline(db: Session, thing: Thing, kind: str) -> NotifiedDeadline | None:
    """Return a deadline that runs."""
    return db.scalar(
        select(NotifiedDeadline).where(
            NotifiedDeadline.object_type == thing.type,
            NotifiedDeadline.object_id == thing.id,
            NotifiedDeadline.kind == kind,
            NotifiedDeadline.closed_at.is_(None),
        )
    )


def running(db: Session, at: datetime) -> Sequence[NotifiedDeadline]:
    """Return every deadline that is neither closed nor over."""
    return db.scalars(
        select(NotifiedDeadline)
        .where(NotifiedDeadline.closed_at.is_(None), NotifiedDeadline.ends_at > at)
        .order_by(NotifiedDeadline.ends_at, NotifiedDeadline.id)
    ).all()


def moved(db: Session) -> Sequence[NotifiedDeadline]:
    """Return what a changed calendar moved and is not closed, oldest move first."""
    return db.scalars(
        select(NotifiedDeadline)
        .where(NotifiedDeadline.closed_at.is_(None), NotifiedDeadline.moved_at.is_not(None))
        .order_by(NotifiedDeadline.moved_at, NotifiedDeadline.id)
    ).all()
