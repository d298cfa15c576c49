"""Write docs/reference/states.md: every life cycle of the server as a table and a diagram.

With --check, say whether the file is stale.
"""

import importlib
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from server.kit.state_machine import StateMachine
from server.kit.state_words import Words, words_of

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "reference" / "states.md"

Machine = StateMachine[Any, Any]

_HEAD = """# States 状态表

Every life cycle of the server, written from the code by `tools/states.py`: change the tables in
`states.py` and the words in `server/kit/state_words.toml`, never this file. What a table does not
list is refused with its reason. *Overdue* 逾期 is computed from deadlines, never a stored state.
Who may do what stands in `server/identity/permissions.py`.
"""


def machines() -> Iterator[tuple[str, Machine]]:
    """Yield each machine of the server with the module that holds it, by module's name."""
    for path in sorted((ROOT / "server").rglob("*.py")):
        if "StateMachine(" not in path.read_text(encoding="utf-8"):
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, StateMachine):
                yield module, value


def document() -> str:
    """Return the whole document."""
    return "\n".join([_HEAD, *(_section(module, machine) for module, machine in machines())])


def states_of(machine: Machine) -> list[StrEnum]:
    """Return all states of a machine, as its enum lists them."""
    return list(type(next(iter(machine.transitions))[0]))


def events_of(machine: Machine) -> list[StrEnum]:
    """Return all events of a machine, as its enum lists them."""
    return list(type(next(iter(machine.transitions))[1]))


def _section(module: str, machine: Machine) -> str:
    words = words_of(machine.thing)
    path = module.replace(".", "/") + ".py"
    return "\n".join(
        [
            f"## {words.thing.zh} {words.thing.en}",
            f"`{path}`",
            "",
            "| state 状态 | event 操作 | next 之后 |",
            "|---|---|---|",
            *_rows(machine, words),
            "",
            "```mermaid",
            "stateDiagram-v2",
            *_diagram(machine, words),
            "```",
            "",
        ]
    )


def _rows(machine: Machine, words: Words) -> Iterator[str]:
    for state in states_of(machine):
        here = f"{words.state(state).zh} {words.state(state).en} `{state.value}`"
        events = machine.allowed(state)
        if not events:
            yield f"| {here} | — | — |"
        for event in events:
            name, after = words.event(event), machine.after(state, event)
            yield (
                f"| {here} | {name.zh} {name.en} `{event.value}` "
                f"| {words.state(after).zh} `{after.value}` |"
            )


def _diagram(machine: Machine, words: Words) -> Iterator[str]:
    states = states_of(machine)
    yield from (f'  state "{words.state(state).zh}" as {state.value}' for state in states)
    yield f"  [*] --> {states[0].value}"
    labels: dict[tuple[StrEnum, StrEnum], list[str]] = {}
    for (state, event), after in machine.transitions.items():
        labels.setdefault((state, after), []).append(words.event(event).zh)
    for (state, after), names in labels.items():
        yield f"  {state.value} --> {after.value}: {' / '.join(names)}"
    yield from (f"  {state.value} --> [*]" for state in states if not machine.allowed(state))


def main() -> int:
    """Write, or check."""
    text = document()
    if "--check" in sys.argv[1:]:
        is_fresh = DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == text
        if not is_fresh:
            print(f"{DOCUMENT}: stale; run: python tools/states.py")
        return 0 if is_fresh else 1
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
