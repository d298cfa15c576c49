"""YAML that remembers where each value stood, so that a mistake can be named by file and line."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from hazard_library.catalogue import remedies

#: The steps from the document's root to a value: mapping keys and list positions.
Where = tuple[str | int, ...]

#: The line of a mistake that no line is to blame for.
WHOLE_FILE = 0

T = TypeVar("T", bound=BaseModel)

# The same language, read ten times faster where the C library is there.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in one file. `str()` gives `path:line: field: text`.

    line: from 1; `WHOLE_FILE` where none is to blame.
    """

    path: Path
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        """Write the mistake as one line."""
        field = f"{self.field}: " if self.field else ""
        line = f":{self.line}" if self.line != WHOLE_FILE else ""
        return f"{self.path}{line}: {field}{self.text}"


@dataclass(frozen=True, slots=True)
class MarkedYaml:
    """A parsed document and the line of each of its values."""

    path: Path
    data: object
    lines: dict[Where, int]

    def line(self, where: Where) -> int:
        """Return the line of a value, or of the nearest thing that holds it."""
        for end in range(len(where), -1, -1):
            if where[:end] in self.lines:
                return self.lines[where[:end]]
        return 1

    def mistake(self, where: Where, text: str) -> Mistake:
        """Name a mistake at a place of this document."""
        return Mistake(self.path, self.line(where), ".".join(str(step) for step in where), text)


def read(path: Path) -> MarkedYaml | Mistake:
    """Read one document; a file that cannot be read or parsed is a mistake, not an exception."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        return Mistake(path, WHOLE_FILE, "", remedies.of_file(fault))
    return parse(text, path)


def parse(text: str, path: Path) -> MarkedYaml | Mistake:
    """Parse one document that was read, or sent; `path` is what its mistakes are named by."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        said = f"no valid YAML: {getattr(fault, 'problem', fault)}"
        remedy = "look at brackets, quotes and indentation, here and in the line above"
        return Mistake(path, line, "", f"{said}; {remedy}")
    lines: dict[Where, int] = {}
    twice = _walk(node, (), lines)
    if twice is not None:
        return Mistake(path, lines[twice], ".".join(map(str, twice)), "this key stands here twice")
    return MarkedYaml(path, data, lines)


def validate(kind: type[T], document: MarkedYaml) -> T | list[Mistake]:
    """Turn a document into a model, or list every mistake in it."""
    try:
        return kind.model_validate(document.data)
    except ValidationError as fault:
        return [
            document.mistake(
                _where(document, error["loc"], is_missing=error["type"] == "missing"),
                remedies.of_value(
                    error["type"],
                    error["msg"],
                    error.get("ctx", {}),
                    is_empty=error["input"] is None,
                ),
            )
            for error in fault.errors(include_url=False)
        ]


def _walk(node: yaml.Node | None, where: Where, lines: dict[Where, int]) -> Where | None:
    """Note the line of every value; return the place of a key that stands twice, if any."""
    if node is None:
        return None
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        steps: list[tuple[str | int, yaml.Node]] = list(enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        steps = [(str(key.value), value) for key, value in node.value]
        for key, _ in node.value:
            place = (*where, str(key.value))
            if place in lines:
                lines[place] = key.start_mark.line + 1
                return place
            lines[place] = key.start_mark.line + 1
    else:
        return None
    for step, value in steps:
        twice = _walk(value, (*where, step), lines)
        if twice is not None:
            return twice
    return None


def _where(document: MarkedYaml, loc: tuple[str | int, ...], *, is_missing: bool) -> Where:
    """Drop the steps that pydantic adds for tagged unions: they stand in no file."""
    where: Where = ()
    for position, step in enumerate(loc):
        if (*where, step) in document.lines or (is_missing and position == len(loc) - 1):
            where = (*where, step)
    return where
