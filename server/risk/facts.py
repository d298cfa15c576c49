"""What is known of an enterprise that its risk is made of: its record, signals, cameras.

Facts that other parts own (confirmed leads, recurrence, orders, open major hazards) come in through
`OtherFacts`, which the application fills with what there is; the rest is 缺数据.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from server.enterprises import service as enterprises
from server.enterprises.record_tables import RecordStatement
from server.fleet.online import cameras_online
from server.identity.actor import LEGAL_ZONE
from server.risk.score import Fact
from server.signals import service as signals

_SIGNALS, _FLEET, _RECORD = "监测预警与投诉信息", "设备状态", "一企一档"
_YEARS_OF_ACCIDENTS = 3


class OtherFacts(Protocol):
    """What parts above know of an enterprise."""

    def __call__(self, db: Session, at: datetime, enterprise_id: UUID) -> Mapping[str, Fact]:
        """Return facts by factor; one that nobody knows is left out."""
        ...


def gather(db: Session, at: datetime, enterprise_id: UUID, others: OtherFacts) -> dict[str, Fact]:
    """Return everything that is known."""
    today = at.astimezone(LEGAL_ZONE).date()
    by_field: dict[str, list[RecordStatement]] = {}
    for row in enterprises.counting(db, enterprise_id):
        by_field.setdefault(row.field, []).append(row)
    return {
        **of_record(by_field, today),
        **_of_signals(db, at, enterprise_id, today),
        **_of_cameras(db, at, enterprise_id, today),
        **others(db, at, enterprise_id),
    }


def of_record(by_field: Mapping[str, Sequence[RecordStatement]], today: date) -> dict[str, Fact]:
    """Return what a record says, by factor."""
    found: dict[str, Fact] = {}
    for factor, field in (("industry", "sector"), ("dishonesty", "dishonesty")):
        for row in by_field.get(field, ()):
            value = row.value["listed"] if field == "dishonesty" else row.value
            found[factor] = Fact(value, row.source, row.as_of)
    for row in by_field.get("standardisation", ()):
        until = row.value.get("valid_to")
        ended = until is not None and date.fromisoformat(until) < today
        found["standardisation"] = Fact(
            None if ended else row.value["level"], row.source, row.as_of
        )
    sources = by_field.get("major_hazard_source", ())
    if sources:
        gravest = min(sources, key=lambda row: (row.value["level"], row.item))
        found["major_hazard_source"] = Fact(gravest.value["level"], gravest.source, gravest.as_of)
    stale = [row for rows in by_field.values() for row in rows if enterprises.is_stale(row, today)]
    if by_field:
        found["ledger_stale"] = Fact(len(stale), _RECORD, today)
    return found | _of_accidents(by_field, today)


def _of_accidents(
    by_field: Mapping[str, Sequence[RecordStatement]], today: date
) -> dict[str, Fact]:
    """A record without accidents says nothing: only a source that says so makes years free."""
    found: dict[str, Fact] = {}
    accidents, free = by_field.get("accident", ()), by_field.get("no_accident_since", ())
    told = max([*accidents, *free], key=lambda row: row.as_of, default=None)
    if told is None:
        return found
    since = _years_before(today, _YEARS_OF_ACCIDENTS)
    deadly = [
        row
        for row in accidents
        if row.value.get("deaths") and date.fromisoformat(row.value["on"]) >= since
    ]
    told_by = deadly[0] if deadly else told
    found["fatal_accidents"] = Fact(len(deadly), told_by.source, told_by.as_of)
    if free:
        last = max((date.fromisoformat(row.value["on"]) for row in accidents), default=None)
        start = date.fromisoformat(free[0].value)
        start = max(start, last) if last is not None else start
        years = max(0, _whole_years(start, today))
        found["accident_free"] = Fact(years, free[0].source, free[0].as_of)
    return found


def _of_signals(db: Session, at: datetime, enterprise_id: UUID, today: date) -> dict[str, Fact]:
    told = signals.told_of(db, enterprise_id, at)

    def last(*names: str) -> date:
        moments = [told[name].last_at for name in names]
        known = [moment for moment in moments if moment is not None]
        return max(known).astimezone(LEGAL_ZONE).date() if known else today

    counts = {"red": told["red_warnings"].count, "orange": told["orange_warnings"].count}
    return {
        "complaints": Fact(told["complaints"].count, _SIGNALS, last("complaints")),
        "warnings": Fact(counts, _SIGNALS, last("red_warnings", "orange_warnings")),
    }


def _of_cameras(db: Session, at: datetime, enterprise_id: UUID, today: date) -> dict[str, Fact]:
    sites = enterprises.site_ids(db, enterprise_id)
    online, known = cameras_online(db, at, sites)
    return {"cameras_online": Fact(online / known, _FLEET, today)} if known else {}


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def _whole_years(start: date, today: date) -> int:
    behind = (today.month, today.day) < (start.month, start.day)
    return today.year - start.year - behind
