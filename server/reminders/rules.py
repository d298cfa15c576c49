"""The rule table R-001 … as data: what is reminded of, by when, to whom, in which words."""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from server.calendar.service import Period, Unit


class Severity(StrEnum):
    """How loud: 提示, 提醒, 预警 (the leader hears), 监督 (the auditor and the unit above hear)."""

    HINT = "hint"
    REMINDER = "reminder"
    WARNING = "warning"
    SUPERVISION = "supervision"

    def one_up(self) -> "Severity":
        """Return the next step; the last is its own."""
        steps = list(Severity)
        return steps[min(steps.index(self) + 1, len(steps) - 1)]


class Answer(BaseModel):
    """Within what an item is to be answered before it goes one step up."""

    model_config = ConfigDict(frozen=True)

    n: int = Field(ge=1)
    unit: Unit


class Rule(BaseModel):
    """One rule.

    Attributes:
        trigger: when it speaks, in words; the facts come from the module that owns the object.
        due: the limit or its source, as the workflow states it; h: house.
        recipients: roles that hear of it at its own severity.
        variants: other words of the message, chosen by the fact.
        blocks: it refuses an act; it cannot be switched off.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[RH]-\d{3}$")
    version: int = Field(ge=1)
    title_zh: str
    trigger: str
    due: str
    basis: tuple[str, ...]
    is_house: bool
    severity: Severity
    answer: Answer
    recipients: tuple[str, ...] = Field(min_length=1)
    message_zh: str
    variants: Mapping[str, str] = {}
    enabled: bool
    blocks: bool

    @property
    def within(self) -> Period:
        """Return the time to answer as a period."""
        return Period(self.answer.n, self.answer.unit, f"house:{self.id}")

    def says(self, words: Mapping[str, str], variant: str | None = None) -> str:
        """Return the message with its words filled in.

        Raises:
            KeyError: a word is missing.
        """
        return (self.variants[variant] if variant else self.message_zh).format_map(dict(words))


@cache
def rules() -> Mapping[str, Rule]:
    """Read the table.

    Raises:
        ValueError: a blocking rule is switched off, or an id stands twice.
    """
    text = (files("server.reminders") / "rules.json").read_text(encoding="utf-8")
    read = [Rule.model_validate(one) for one in json.loads(text)["rules"]]
    table = {rule.id: rule for rule in read}
    if len(table) != len(read):
        raise ValueError("rules.json: an id stands twice")
    off = [rule.id for rule in read if rule.blocks and not rule.enabled]
    if off:
        raise ValueError(f"rules.json: {', '.join(off)} block and cannot be switched off")
    return table
