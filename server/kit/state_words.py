"""What people call states and events, Chinese first: `state_words.toml`."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Name:
    """A word in both languages; one that nobody has named is called by its code."""

    zh: str
    en: str

    @property
    def is_code(self) -> bool:
        """Whether nobody has named it."""
        return self.zh == self.en


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one machine."""

    machine: str

    @property
    def thing(self) -> Name:
        """What the thing itself is called."""
        return _name(_own(self.machine).get("thing"), self.machine)

    def state(self, state: StrEnum) -> Name:
        """What a state is called."""
        return _name(self._found("states", state), state.value)

    def event(self, event: StrEnum) -> Name:
        """What an event is called."""
        return _name(self._found("events", event), event.value)

    def _found(self, kind: str, word: StrEnum) -> Any:
        own = _own(self.machine).get(kind, {}).get(word.value)
        return own or _file()["shared"][kind].get(word.value)


def words_of(machine: str) -> Words:
    """Return the words of a machine by the name of its thing."""
    return Words(machine)


def _own(machine: str) -> dict[str, Any]:
    own: dict[str, Any] = _file()["machines"].get(machine, {})
    return own


def _name(found: list[str] | None, code: str) -> Name:
    return Name(found[0], found[1]) if found else Name(code, code)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("server.kit") / "state_words.toml").read_text("utf-8"))
