"""Sizes as people write them: `500MB`, `20GB`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_PATTERN = re.compile(r"^(\d+(?:\.\d+)?)(kB|MB|GB|TB)$")
_BYTES = {"kB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}


def parse_size(value: object) -> int:
    """Read a size in bytes.

    Raises:
        ValueError: it is no number with a unit.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _PATTERN.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            f"{value!r} is no size; write a number with kB, MB, GB or TB, such as 20GB"
        )
    return int(float(found[1]) * _BYTES[found[2]])


def write_size(value: int) -> str:
    """Write a size in the largest unit that needs no fraction."""
    for unit, size in reversed(_BYTES.items()):
        if value and value % size == 0:
            return f"{value // size}{unit}"
    return f"{value / _BYTES['kB']}kB"


Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(write_size, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN.pattern, "examples": ["500MB", "20GB"]}),
]
