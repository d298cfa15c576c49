"""Facts of the modules below: the calendar's, and certificates of people."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.calendar import service as calendar
from server.identity import expiring
from server.reminders.facts import Fact, Trigger

#: WORKFLOW R-035: so many calendar days before the end.
_EXPIRING = timedelta(days=60)


def _of_the_calendar(db: Session, at: datetime) -> Iterator[Fact]:
    year = calendar.missing_year(calendar.current(db), at)
    if year is not None:
        yield Fact("R-036", "holiday_year", str(year), at, words={"year": str(year)})
    for row in calendar.moved(db):
        if row.moved_at is None or row.moved_from is None:
            continue
        yield Fact(
            rule="H-001",
            object_type=row.object_type,
            object_id=row.object_id,
            since=row.moved_at,
            period=f"{row.kind}/{row.due_on}",
            unit_id=row.unit_id,
            owner_id=row.owner_id,
            words={
                "what": row.what_zh,
                "before": str(row.moved_from),
                "after": str(row.due_on),
            },
        )


def _of_people(db: Session, at: datetime) -> Iterator[Fact]:
    today = calendar.day_of(at)
    for one in expiring.certificates_ending(db, at, today, today + _EXPIRING):
        yield Fact(
            rule="R-035",
            object_type="certificate",
            object_id=str(one.person_id),
            since=at,
            period=f"{one.valid_to}/{one.unit_id}",
            unit_id=one.unit_id,
            words={
                "item": f"{one.full_name}的行政执法证（{one.number}）",
                "date": str(one.valid_to),
            },
        )


TRIGGERS = (
    Trigger("calendar", frozenset({"R-036", "H-001"}), _of_the_calendar),
    Trigger("identity", frozenset({"R-035"}), _of_people),
)
