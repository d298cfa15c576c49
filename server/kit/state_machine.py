"""Life cycles as data: one table of (state, event) → next state drives service and pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from server.kit.errors import NotAllowedNow
from server.kit.state_words import words_of

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class StateMachine(Generic[S, E]):
    """transitions: what each event makes of each state; what is not listed is refused."""

    thing: str
    transitions: Mapping[tuple[S, E], S]

    def after(self, state: S, event: E) -> S:
        """Return the next state.

        Raises:
            NotAllowedNow: the state does not know the event.
        """
        found = self.transitions.get((state, event))
        if found is None:
            allowed = self.allowed(state)
            raise NotAllowedNow(
                self.thing, state.value, event.value, allowed, self._refusal_zh(state, event)
            )
        return found

    def allowed(self, state: S) -> tuple[E, ...]:
        """Return the events that the state knows, in the order of the table."""
        return tuple(event for known, event in self.transitions if known is state)

    def _refusal_zh(self, state: S, event: E) -> str:
        words = words_of(self.thing)
        can = "、".join(words.event(known).zh for known in self.allowed(state))
        return (
            f"{words.thing.zh}当前为“{words.state(state).zh}”，不能“{words.event(event).zh}”；"
            + (f"此时可以：{can}" if can else "已无可进行的操作")
        )
