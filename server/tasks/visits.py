"""Visits counted for the frequency check (R-018): the cap is data, the count the calendar year's.

A visit made because of a ★ lead (触发检查) is shown apart and does not count against the cap:
whether such visits lie outside a local cap is an open question for the bureau.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from uuid import UUID

from sqlalchemy.orm import Session

from server.identity.actor import LEGAL_ZONE
from server.tasks import repository


@dataclass(frozen=True, slots=True)
class Cap:
    """What is held to be too often, with where that comes from."""

    version: str
    source: str
    yearly_cap: int
    most_in_30_days: int
    days_between_units: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One time that officers of a unit were on site."""

    at: datetime
    unit_id: UUID
    is_triggered: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How often an enterprise was visited, and what R-018 says of one visit more."""

    this_year: int
    triggered_this_year: int
    cap: int
    cap_source: str
    in_30_days: int
    by_other_units: int
    reasons: tuple[str, ...]

    @property
    def message_zh(self) -> str | None:
        """What R-018 tells the leader; None: nothing."""
        if not self.reasons:
            return None
        return (
            f"今年已入企{self.this_year}次（上限{self.cap}），请合并或改为线上核查。"
            + "；".join(self.reasons)
        )


@cache
def cap() -> Cap:
    """Read the cap that holds."""
    text = (files("server.tasks") / "visit_cap.toml").read_text(encoding="utf-8")
    return Cap(**tomllib.loads(text))


def count(visits: Iterable[Visit], unit_id: UUID, at: datetime, limit: Cap) -> Count:
    """Count the visits before one more by a unit at a moment."""
    made = [visit for visit in visits if visit.at <= at]
    year = at.astimezone(LEGAL_ZONE).year
    ours = [visit for visit in made if visit.at.astimezone(LEGAL_ZONE).year == year]
    ordinary = sum(not visit.is_triggered for visit in ours)
    lately = sum(visit.at > at - timedelta(days=30) for visit in made)
    others = sum(
        visit.unit_id != unit_id and visit.at > at - timedelta(days=limit.days_between_units)
        for visit in made
    )
    reasons = []
    if ordinary >= limit.yearly_cap:
        reasons.append(f"本年入企次数已达上限{limit.yearly_cap}次")
    if lately >= limit.most_in_30_days:
        reasons.append(f"30日内已入企{lately}次")
    if others:
        reasons.append(f"{limit.days_between_units}日内其他单位已入企{others}次")
    return Count(
        this_year=ordinary,
        triggered_this_year=len(ours) - ordinary,
        cap=limit.yearly_cap,
        cap_source=limit.source,
        in_30_days=lately,
        by_other_units=others,
        reasons=tuple(reasons),
    )


def of_enterprise(
    db: Session, enterprise_id: UUID, unit_id: UUID, at: datetime, but: UUID | None = None
) -> Count:
    """Count the visits to an enterprise, of whatever unit, before one more by a unit.

    Args:
        db: the transaction.
        enterprise_id: whom.
        unit_id: who would come.
        at: when it is asked.
        but: a task that is left out: the one that would be the visit more.
    """
    since = datetime(at.astimezone(LEGAL_ZONE).year, 1, 1, tzinfo=LEGAL_ZONE)
    since = min(since, at - timedelta(days=max(30, cap().days_between_units)))
    made = [
        Visit(task.arrived_at, task.unit_id, task.is_triggered)
        for task in repository.visited(db, enterprise_id, since)
        if task.arrived_at is not None and task.id != but
    ]
    return count(made, unit_id, at, cap())
