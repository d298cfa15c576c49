"""Deadlines that somebody was told: written down, closed, and recounted when a year is loaded.

A changed calendar moves one later, never earlier, and leaves alone what is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.calendar import repository
from server.calendar.days import HolidayCalendar
from server.calendar.periods import Deadline, Period, due
from server.calendar.tables import NotifiedDeadline
from server.kit.errors import Conflict
from server.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Telling:
    """A deadline as it is told.

    Attributes:
        thing: what it belongs to.
        kind: which of the thing's deadlines; one of a kind runs at a time.
        what_zh: what people call it, such as 整改复查期限（ZG-…）.
        unit_id: whose matter it is.
        owner_id: who handles the matter; None: the unit.
        start: the event it counts from.
    """

    thing: Thing
    kind: str
    what_zh: str
    unit_id: UUID
    owner_id: UUID | None
    start: datetime
    period: Period


@dataclass(frozen=True, slots=True)
class Recounted:
    """What a calendar makes of a deadline that runs."""

    row: NotifiedDeadline
    counted: Deadline

    @property
    def is_later(self) -> bool:
        """Whether it moves; what would be shorter stays as it was told."""
        return self.counted.ends_at > self.row.ends_at

    @property
    def would_be_shorter(self) -> bool:
        """Whether the calendar alone would shorten it."""
        return self.counted.ends_at < self.row.ends_at


def notify(
    db: Session, at: datetime, who: Who, calendar: HolidayCalendar, told: Telling
) -> Deadline:
    """Count a deadline and write down that it was told.

    Raises:
        Conflict: one of its kind runs already; close it first.
    """
    if repository.open_deadline(db, told.thing, told.kind) is not None:
        raise Conflict(f"{told.thing.type} {told.thing.id}: a deadline {told.kind} runs already")
    counted = due(calendar, told.start, told.period)
    row = NotifiedDeadline(
        id=new_id(at),
        object_type=told.thing.type,
        object_id=told.thing.id,
        kind=told.kind,
        what_zh=told.what_zh,
        unit_id=told.unit_id,
        owner_id=told.owner_id,
        started_at=told.start,
        n=told.period.n,
        counted_in=told.period.unit,
        basis=told.period.basis,
        due_on=counted.on,
        ends_at=counted.ends_at,
        is_provisional=counted.is_provisional,
        notified_at=at,
        version=1,
    )
    db.add(row)
    db.flush()
    detail = {"kind": row.kind, "due_on": row.due_on, "is_provisional": row.is_provisional}
    audit.record(db, at, who, told.thing, audit.Act("deadline_notified", detail=detail))
    return counted


def close(db: Session, at: datetime, who: Who, thing: Thing, kind: str) -> None:
    """Let a deadline run no longer; nothing happens where none runs."""
    row = repository.open_deadline(db, thing, kind)
    if row is None:
        return
    row.closed_at = at
    row.version += 1
    db.flush()
    detail = {"kind": kind, "due_on": row.due_on}
    audit.record(db, at, who, thing, audit.Act("deadline_closed", detail=detail))


def running(db: Session, thing: Thing, kind: str) -> NotifiedDeadline | None:
    """Return a deadline that runs, as it was last told."""
    return repository.open_deadline(db, thing, kind)


def moved(db: Session) -> Sequence[NotifiedDeadline]:
    """Return the running deadlines that a changed calendar moved: the parties must be told."""
    return repository.moved(db)


def recount(db: Session, at: datetime, calendar: HolidayCalendar) -> list[Recounted]:
    """Return what a calendar makes of every deadline that runs; nothing is changed."""
    return [
        Recounted(row, due(calendar, row.started_at, Period(row.n, row.counted_in, row.basis)))
        for row in repository.running(db, at)
    ]


def settle(db: Session, at: datetime, who: Who, found: Sequence[Recounted]) -> None:
    """Move what a calendar makes later; what it made sure is provisional no longer."""
    for one in found:
        row, counted = one.row, one.counted
        sure = row.is_provisional and not counted.is_provisional
        is_later = one.is_later
        if not is_later and not sure:
            continue
        before = row.due_on
        row.is_provisional = counted.is_provisional
        if is_later:
            row.due_on, row.ends_at = counted.on, counted.ends_at
            row.moved_from, row.moved_at = before, at
        row.version += 1
        detail = {"kind": row.kind, "from": before, "to": row.due_on}
        event = "deadline_moved" if is_later else "deadline_made_sure"
        thing = Thing(row.object_type, row.object_id)
        audit.record(db, at, who, thing, audit.Act(event, detail=detail))
    db.flush()
