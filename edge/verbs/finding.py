"""What the doctor finds: one line each, with what to do about it in both languages."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """Only `bad` keeps the box from its work, now or soon."""

    WELL = "well"
    WATCH = "watch"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """topic: what was looked at; remedy_*: empty when there is nothing to do."""

    topic: str
    grade: Grade
    detail: str
    remedy_zh: str = ""
    remedy_en: str = ""


def well(topic: str, detail: str) -> Finding:
    """Nothing to do."""
    return Finding(topic, Grade.WELL, detail)


def watch(topic: str, detail: str, zh: str, en: str) -> Finding:
    """It works, but somebody should look."""
    return Finding(topic, Grade.WATCH, detail, zh, en)


def bad(topic: str, detail: str, zh: str, en: str) -> Finding:
    """It does not work."""
    return Finding(topic, Grade.BAD, detail, zh, en)
