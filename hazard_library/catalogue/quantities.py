"""Durations and times of day as people write them: `500ms`, `5s`, `10m`, `2h`; `08:00`, `24:00`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_PATTERN = re.compile(r"^(\d+(?:\.\d+)?)(ms|s|m|h)$")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(value: object) -> timedelta:
    """Read a duration.

    Raises:
        ValueError: it is no number with a unit.
    """
    if isinstance(value, timedelta):
        return value
    found = _PATTERN.match(value) if isinstance(value, str) else None
    if found is None:
        msg = f"{value!r} is no duration; write a number with ms, s, m or h, such as 5s"
        raise ValueError(msg)
    return timedelta(seconds=float(found[1]) * _SECONDS[found[2]])


def write_duration(value: timedelta) -> str:
    """Write a duration in the largest unit that needs no fraction."""
    total_ms = round(value.total_seconds() * 1000)
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if total_ms and total_ms % size == 0:
            return f"{total_ms // size}{unit}"
    return f"{total_ms}ms"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN.pattern, "examples": ["5s", "10m"]}),
]

_CLOCK = re.compile(r"^(\d{1,2}):([0-5]\d)$")
_DAY_MIN = 24 * 60


def parse_clock(value: object) -> int:
    """Read a time of day as minutes after midnight; 24:00 is the end of the day.

    YAML reads an unquoted 17:30 as the number 17 * 60 + 30, which is the same.

    Raises:
        ValueError: it is no time of day.
    """
    minutes = value if isinstance(value, int) and not isinstance(value, bool) else None
    found = _CLOCK.match(value) if isinstance(value, str) else None
    if found is not None:
        minutes = int(found[1]) * 60 + int(found[2])
    if minutes is None or not 0 <= minutes <= _DAY_MIN:
        msg = f"{value!r} is no time of day; write one such as '08:00' or '24:00'"
        raise ValueError(msg)
    return minutes


def write_clock(minutes: int) -> str:
    """Write minutes after midnight as a time of day."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


#: Minutes after midnight.
Clock = Annotated[
    int,
    BeforeValidator(parse_clock),
    PlainSerializer(write_clock, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _CLOCK.pattern, "examples": ["08:00", "24:00"]}),
]
