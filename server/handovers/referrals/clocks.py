"""The clocks of a criminal referral, and when R-022, R-023 and R-024 speak. Pure.

The regulation says 日 and does not say which: the earlier reading holds (WORKFLOW §4). Hours run
through nights and holidays. 未经法制审核.
"""

from dataclasses import dataclass
from datetime import date, datetime

from server.calendar.service import Deadline, HolidayCalendar, Period, Unit, count_due
from server.handovers.referrals.states import ReferralState

ASSESS_WITHIN = Period(1, Unit.WORKDAY, "house:referral.assess")
DECIDE_WITHIN = Period(3, Unit.DAY, "YSGD-2020-5")
HAND_OVER_WITHIN = Period(24, Unit.HOUR, "YSGD-2020-5")
REVIEW_WITHIN = Period(3, Unit.DAY, "YSGD-2020-8")
OBJECT_WITHIN = Period(3, Unit.DAY, "YSGD-2020-9")
DELIVER_WITHIN = Period(3, Unit.DAY, "YSGD-2020-12")
#: Hours before the end of the 24 at which somebody is told.
ALERT_HOURS = (12, 4, 1, 0)

_S = ReferralState


@dataclass(frozen=True, slots=True)
class Alert:
    """Who is told that a hand-over waits. hours_left: the mark that was passed."""

    hours_left: int
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """When the steps of a referral were; days are those on a notice, None: not yet."""

    reported_at: datetime | None = None
    decided_at: datetime | None = None
    handed_at: datetime | None = None
    received_on: date | None = None
    noticed_on: date | None = None


def clock_of(calendar: HolidayCalendar, state: ReferralState, times: Times) -> Deadline | None:
    """Return the clock that runs in a state; None: none does."""
    starts: dict[ReferralState, tuple[date | datetime | None, Period]] = {
        _S.CHIEF_REVIEW: (times.reported_at, DECIDE_WITHIN),
        _S.APPROVED: (times.decided_at, HAND_OVER_WITHIN),
        _S.HANDED: (times.received_on, REVIEW_WITHIN),
        _S.FILED: (times.noticed_on, DELIVER_WITHIN),
        _S.NOT_FILED: (times.noticed_on, OBJECT_WITHIN),
        _S.UPHELD: (times.noticed_on, OBJECT_WITHIN),
    }
    start, period = starts.get(state, (None, ASSESS_WITHIN))
    return None if start is None else count_due(calendar, start, period)


def is_late(calendar: HolidayCalendar, decided_at: datetime, handed_at: datetime) -> bool:
    """Whether it was handed over behind its 24 hours; the moment is the server's, never typed."""
    return count_due(calendar, decided_at, HAND_OVER_WITHIN).is_over(handed_at)


def wants_assessment(
    calendar: HolidayCalendar, found_at: datetime, state: ReferralState | None, at: datetime
) -> bool:
    """R-022: a tagged finding that nobody assesses; state: None where no referral was begun.

    A penalty that was decided meanwhile changes nothing.
    """
    due = count_due(calendar, found_at, ASSESS_WITHIN)
    return state in {None, _S.ASSESS} and due.is_over(at)


def decision_pends(
    calendar: HolidayCalendar, state: ReferralState, times: Times, at: datetime
) -> bool:
    """R-023, first half: the chief has a report and has not decided; told from the day before."""
    if state is not _S.CHIEF_REVIEW or times.reported_at is None:
        return False
    return at >= count_due(calendar, times.reported_at, DECIDE_WITHIN).days_before(1)


def alerts(
    calendar: HolidayCalendar, state: ReferralState, times: Times, at: datetime
) -> list[Alert]:
    """R-023, second half: the marks passed while an approved referral waits to be handed over."""
    if state is not _S.APPROVED or times.decided_at is None:
        return []
    due = count_due(calendar, times.decided_at, HAND_OVER_WITHIN)
    passed = [hours for hours in ALERT_HOURS if at >= due.hours_before(hours)]
    return [
        Alert(hours, ("team", "chief") if hours else ("team", "chief", "auditor", "superior"))
        for hours in passed
    ]


def objection_pends(
    calendar: HolidayCalendar, state: ReferralState, times: Times, at: datetime
) -> bool:
    """R-024: the police did not file, the three days run, and nothing was done."""
    if state not in {_S.NOT_FILED, _S.UPHELD} or times.noticed_on is None:
        return False
    due = count_due(calendar, times.noticed_on, OBJECT_WITHIN)
    return at >= due.days_before(1)
