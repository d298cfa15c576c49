"""The life of a lead as a table."""

import pytest

from server.kit.errors import NotAllowedNow
from server.leads.states import (
    ENDED,
    LEAD,
    OF_THE_SERVER,
    OPEN,
    TRANSITIONS,
    WITH_CHILD,
    LeadEvent,
    LeadState,
)


def test_every_state_can_be_reached_from_new() -> None:
    reached, front = {LeadState.NEW}, [LeadState.NEW]
    while front:
        state = front.pop()
        for (start, _), end in TRANSITIONS.items():
            if start is state and end not in reached:
                reached.add(end)
                front.append(end)
    assert reached == set(LeadState)


def test_only_a_persons_event_confirms_or_dismisses() -> None:
    """INV-1: no other event leads to a verdict."""
    verdicts = {LeadState.CONFIRMED, LeadState.FALSE_ALARM}
    leading = {
        event for (start, event), end in TRANSITIONS.items() if end in verdicts and start is not end
    }
    assert leading == {LeadEvent.CONFIRM, LeadEvent.DISMISS}
    assert not OF_THE_SERVER & leading


@pytest.mark.parametrize("state", sorted(set(LeadState) - OPEN))
def test_a_decided_lead_is_not_decided_again(state: LeadState) -> None:
    for event in (LeadEvent.CONFIRM, LeadEvent.DISMISS, LeadEvent.UNCLEAR, LeadEvent.PRESCREEN):
        with pytest.raises(NotAllowedNow) as refused:
            LEAD.after(state, event)
        assert refused.value.allowed == tuple(e.value for e in LEAD.allowed(state))


def test_an_open_lead_allows_a_decision() -> None:
    for state in OPEN:
        assert {LeadEvent.CONFIRM, LeadEvent.DISMISS} <= set(LEAD.allowed(state))


def test_a_lead_is_open_or_decided_never_both() -> None:
    assert not OPEN & WITH_CHILD
    assert not ENDED & (OPEN | WITH_CHILD)
    assert set(LeadState) == OPEN | WITH_CHILD | ENDED
