"""What criminal referrals tell the reminders: R-022, R-023 in both halves, and R-024."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.calendar import service as calendar
from server.calendar.service import HolidayCalendar, count_due
from server.handovers.referrals import clocks, repository
from server.handovers.referrals.pages import times_of
from server.handovers.referrals.tables import CriminalReferral
from server.reminders.service import Fact, Trigger

_RULES = frozenset({"R-022", "R-023", "R-024"})
_HOUR = timedelta(hours=1)


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    years = calendar.current(db)
    for found, referral in repository.unassessed(db):
        state = referral.state if referral is not None else None
        if clocks.wants_assessment(years, found.found_at, state, at):
            due = count_due(years, found.found_at, clocks.ASSESS_WITHIN)
            yield Fact(
                rule="R-022",
                object_type="tagged_finding",
                object_id=str(found.id),
                since=due.ends_at,
                unit_id=found.unit_id,
            )
    for referral in repository.running(db):
        yield from _of(years, referral, at)


def _of(years: HolidayCalendar, referral: CriminalReferral, at: datetime) -> Iterator[Fact]:
    times = times_of(referral)
    due = clocks.clock_of(years, referral.state, times)
    if due is None:
        return
    if clocks.decision_pends(years, referral.state, times, at):
        left = max(int((due.ends_at - at) / _HOUR), 0)
        words = {"t": f"{left}小时"}
        yield _fact(referral, "R-023", due.days_before(1), "decide", words=words)
    for alert in clocks.alerts(years, referral.state, times, at):
        since = due.hours_before(alert.hours_left)
        period = f"hand-over-{alert.hours_left}"
        yield _fact(referral, "R-023", since, period, variant="approved")
    if clocks.objection_pends(years, referral.state, times, at):
        yield _fact(referral, "R-024", due.days_before(1), due.on.isoformat())


def _fact(
    referral: CriminalReferral,
    rule: str,
    since: datetime,
    period: str,
    *,
    words: dict[str, str] | None = None,
    variant: str | None = None,
) -> Fact:
    return Fact(
        rule=rule,
        object_type="referral",
        object_id=str(referral.id),
        since=since,
        period=period,
        unit_id=referral.unit_id,
        words=words or {},
        variant=variant,
    )


TRIGGERS = (Trigger("handovers.referrals", _RULES, _find),)
