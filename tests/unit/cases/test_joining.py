"""Joining (WORKFLOW §7.1), without a database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.leads.joining import (
    JOIN_WINDOW,
    STORM_ABOVE,
    Begins,
    JoinedAs,
    Joins,
    Known,
    Span,
    Surroundings,
    decide,
    is_storm,
)
from server.leads.states import OPEN, LeadState

T = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)
MINUTE = timedelta(minutes=1)


def span(start_min: float, end_min: float | None = None) -> Span:
    end = start_min if end_min is None else end_min
    return Span(T + start_min * MINUTE, T + end * MINUTE)


def known(state: LeadState, where: Span, lead: UUID = FIRST) -> Known:
    return Known(lead, state, where)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_incident_within_half_an_hour_joins_the_open_lead(state: LeadState) -> None:
    around = Surroundings(same_key=[known(state, span(0, 5))])
    assert decide(span(35), around) == Joins(FIRST, JoinedAs.AGAIN)


def test_an_incident_after_more_than_half_an_hour_begins_a_lead() -> None:
    around = Surroundings(same_key=[known(LeadState.NEW, span(0, 5))])
    assert decide(span(35.01), around) == Begins()


def test_a_late_message_joins_by_when_it_happened() -> None:
    """It happened 10 minutes before the lead that is known; when it came does not matter."""
    around = Surroundings(same_key=[known(LeadState.NEW, span(60, 70))])
    assert decide(span(45, 50), around) == Joins(FIRST, JoinedAs.AGAIN)
    assert decide(span(20, 29), around) == Begins()


def test_the_nearest_of_two_open_leads_is_joined() -> None:
    around = Surroundings(
        same_key=[
            known(LeadState.NEW, span(0, 5), FIRST),
            known(LeadState.NEW, span(40, 45), SECOND),
        ]
    )
    assert decide(span(30), around) == Joins(SECOND, JoinedAs.AGAIN)


@pytest.mark.parametrize("state", [LeadState.CONFIRMED, LeadState.TASKED])
def test_while_a_task_or_transfer_is_open_no_new_lead_begins(state: LeadState) -> None:
    around = Surroundings(same_key=[known(state, span(0, 5))])
    assert decide(span(60 * 24 * 3), around) == Joins(FIRST, JoinedAs.DURING_RECTIFICATION)


def test_what_came_before_a_decided_lead_is_not_found_during_its_rectification() -> None:
    around = Surroundings(same_key=[known(LeadState.TASKED, span(100, 110))])
    assert decide(span(0, 5), around) == Begins()


def test_after_a_closed_lead_a_new_one_names_it_and_after_a_false_alarm_none() -> None:
    closed = Known(FIRST, LeadState.CLOSED, span(0, 5), is_confirmed=True)
    assert decide(span(10), Surroundings(same_key=[closed])) == Begins(recurrence_of=FIRST)
    dismissed = known(LeadState.FALSE_ALARM, span(0, 5))
    assert decide(span(10), Surroundings(same_key=[dismissed])) == Begins()


def test_a_year_later_nothing_recurs() -> None:
    closed = Known(FIRST, LeadState.CLOSED, span(0, 5), is_confirmed=True)
    assert decide(span(366 * 24 * 60), Surroundings(same_key=[closed])) == Begins()


def test_what_the_same_picture_raises_again_is_folded_until_the_mute_ends() -> None:
    muted = Known(FIRST, LeadState.FALSE_ALARM, span(0, 5), muted=span(0, 24 * 60))
    around = Surroundings(same_key=[muted])
    assert decide(span(10), around) == Joins(FIRST, JoinedAs.FOLDED)
    assert decide(span(24 * 60), around) == Begins()
    reopened = Known(FIRST, LeadState.CLOSED, span(0, 5), muted=span(0, 24 * 60))
    assert decide(span(10), Surroundings(same_key=[reopened])) == Begins()


def test_an_open_lead_that_is_too_old_does_not_recur() -> None:
    around = Surroundings(same_key=[known(LeadState.NEW, span(0, 5))])
    assert decide(span(300), around) == Begins(recurrence_of=None)


def test_the_twenty_first_incident_in_ten_minutes_begins_the_storm() -> None:
    starts = [T + timedelta(seconds=20 * n) for n in range(STORM_ABOVE)]
    assert decide(span(9), Surroundings(starts=starts)) == Begins(is_storm=True)
    assert decide(span(9), Surroundings(starts=starts[1:])) == Begins()


def test_later_ones_join_the_storm() -> None:
    starts = [T + timedelta(seconds=20 * n) for n in range(STORM_ABOVE + 1)]
    storm = [known(LeadState.NEW, span(7), SECOND)]
    around = Surroundings(starts=starts, storms=storm)
    assert decide(span(9), around) == Joins(SECOND, JoinedAs.STORM)


def test_a_lead_of_its_own_key_wins_over_the_storm() -> None:
    starts = [T] * (STORM_ABOVE + 5)
    around = Surroundings(
        starts=starts,
        storms=[known(LeadState.NEW, span(0), SECOND)],
        same_key=[known(LeadState.NEW, span(0), FIRST)],
    )
    assert decide(span(1), around) == Joins(FIRST, JoinedAs.AGAIN)


def test_a_starred_incident_is_never_folded_into_a_storm() -> None:
    around = Surroundings(
        starts=[T] * 50, storms=[known(LeadState.NEW, span(0), SECOND)], is_starred=True
    )
    assert decide(span(1), around) == Begins()


def test_incidents_that_began_later_make_no_storm() -> None:
    assert not is_storm(T, [T + MINUTE] * 50)


@given(
    start=st.integers(-5000, 5000),
    lasts=st.integers(0, 600),
    other=st.integers(-5000, 5000),
    state=st.sampled_from(sorted(OPEN)),
)
def test_an_open_lead_is_joined_exactly_within_the_window(
    start: int, lasts: int, other: int, state: LeadState
) -> None:
    mine, theirs = span(start, start + lasts), span(other, other + 5)
    joined = decide(mine, Surroundings(same_key=[known(state, theirs)]))
    near = mine.first - theirs.last <= JOIN_WINDOW and theirs.first - mine.last <= JOIN_WINDOW
    assert isinstance(joined, Joins) == near
