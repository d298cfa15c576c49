"""Each life cycle is exactly what WORKFLOW §5 allows, and refuses all else with its reason."""

from enum import StrEnum
from typing import Any

import pytest
from life_cycles import STATED, states_tool

from server.kit.errors import NotAllowedNow
from server.kit.state_machine import StateMachine
from server.kit.state_words import words_of

TOOL = states_tool()
MACHINES: dict[str, StateMachine[Any, Any]] = {
    machine.thing: machine for _, machine in TOOL.machines()
}


def test_every_machine_has_a_statement_and_every_statement_a_machine() -> None:
    assert set(MACHINES) == set(STATED), "state it in tests/golden/life_cycles.toml, by hand"


def test_no_two_machines_share_a_name() -> None:
    assert len(MACHINES) == len(list(TOOL.machines()))


@pytest.mark.parametrize("thing", sorted(set(MACHINES) & set(STATED)))
def test_a_machine_allows_exactly_what_the_workflow_states(thing: str) -> None:
    written: dict[str, dict[str, str]] = {}
    for (state, event), after in MACHINES[thing].transitions.items():
        written.setdefault(state.value, {})[event.value] = after.value
    assert written == STATED[thing]


@pytest.mark.parametrize("thing", sorted(set(MACHINES) & set(STATED)))
def test_every_other_event_is_refused_with_what_would_be_allowed(thing: str) -> None:
    machine, words, stated = MACHINES[thing], words_of(thing), STATED[thing]
    pairs = [(s, e) for s in TOOL.states_of(machine) for e in TOOL.events_of(machine)]
    illegal = [(s, e) for s, e in pairs if e.value not in stated.get(s.value, {})]
    assert illegal
    for state, event in illegal:
        with pytest.raises(NotAllowedNow) as refused:
            machine.after(state, event)
        told = refused.value
        assert (told.state, set(told.allowed)) == (state.value, set(stated.get(state.value, {})))
        for word in (words.thing, words.state(state), words.event(event)):
            assert word.zh in told.message_zh


def test_everything_is_named_in_chinese_and_english() -> None:
    nameless = []
    for machine in MACHINES.values():
        words = words_of(machine.thing)
        if words.thing.is_code:
            nameless.append(machine.thing)
        for kind, members in (
            (words.state, TOOL.states_of(machine)),
            (words.event, TOOL.events_of(machine)),
        ):
            nameless += [f"{machine.thing}: {m.value}" for m in members if kind(m).is_code]
    assert nameless == [], "name it in server/kit/state_words.toml"


def test_every_state_can_be_reached_from_the_first() -> None:
    for machine in MACHINES.values():
        states: list[StrEnum] = TOOL.states_of(machine)
        reached, front = {states[0]}, [states[0]]
        while front:
            state = front.pop()
            after = {machine.after(state, event) for event in machine.allowed(state)} - reached
            reached |= after
            front += after
        assert reached == set(states), machine.thing


def test_the_document_of_states_is_current() -> None:
    assert TOOL.DOCUMENT.read_text(encoding="utf-8") == TOOL.document(), (
        "stale; run: python tools/states.py"
    )
