"""Two halves of one review, by two persons who are not the handler (行政处罚法 第四十一条).

Used for cameras (`fleet/reviews.py`) and for recordings (`evidence/materials.py`). What each half
looks at is data: `review_checklists.toml`. Pure, except that the file is read once.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from uuid import UUID

from pydantic import BaseModel

from server.kit.errors import FieldsMissing, NotPermitted

GATE = "R-025"
_SHORTEST = 4


class Half(StrEnum):
    """Which half of a review."""

    LEGAL = "legal"
    TECH = "tech"

    @property
    def zh(self) -> str:
        """The half's name for officers."""
        return "法制审核" if self is Half.LEGAL else "技术审核"

    @property
    def other(self) -> "Half":
        """The half that somebody else does."""
        return Half.TECH if self is Half.LEGAL else Half.LEGAL


class Opinion(BaseModel):
    """What one person found in one half; kept as it was given."""

    person: UUID
    name: str
    at: datetime
    passed: bool
    checks: dict[str, bool]
    opinion: str
    explained: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Check:
    """One item of a checklist."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a reviewer hands in.

    checks: item → whether it holds. explained: item → why it holds though the machine says no.
    """

    passed: bool
    checks: Mapping[str, bool]
    opinion: str
    explained: Mapping[str, str] = field(default_factory=dict)


@cache
def _lists() -> Mapping[str, Mapping[str, tuple[Check, ...]]]:
    raw = tomllib.loads(
        files("server.kit").joinpath("review_checklists.toml").read_text(encoding="utf-8")
    )
    return {
        subject: {
            half: tuple(Check(key, zh, en) for key, (zh, en) in items.items())
            for half, items in halves.items()
        }
        for subject, halves in raw["lists"].items()
    }


def checklist(subject: str, half: Half) -> tuple[Check, ...]:
    """Return what a half of a review looks at; subject: `evidence` or `camera`."""
    return _lists()[subject][half]


def refuse_unless_apart(person: UUID, handlers: Collection[UUID], other: UUID | None) -> None:
    """Refuse a reviewer who handles the matter, or who has done the other half.

    Raises:
        NotPermitted: the persons are not different.
    """
    if person in handlers:
        raise NotPermitted(
            "the reviewer handles this matter; somebody else must review it",
            "您是本案承办人，不能审核",
            rule_id="WORKFLOW-2",
        )
    if person == other:
        raise NotPermitted(
            "one person did the other half; the halves need two persons",
            "法制审核与技术审核须由不同人员进行，您已完成另一半审核",
            rule_id="WORKFLOW-2",
        )


def read_answers(subject: str, half: Half, given: Given) -> None:
    """Refuse answers that are not whole, or that contradict the conclusion.

    Raises:
        FieldsMissing: an item is not answered or unknown, a pass has an item that fails, or a
            refusal gives no reason.
    """
    items = {check.id: check for check in checklist(subject, half)}
    unanswered = [f"checks.{key}" for key in items if key not in given.checks]
    unknown = [f"checks.{key}" for key in given.checks if key not in items]
    if unanswered or unknown:
        raise FieldsMissing(unanswered + unknown, f"{half.zh}清单须逐项作答")
    failed = [key for key, holds in given.checks.items() if not holds]
    if given.passed and failed:
        named = "、".join(items[key].zh for key in failed)
        raise FieldsMissing(
            [f"checks.{key}" for key in failed],
            f"以下审核项不符合，不能作出合格结论：{named}",
            rule_id=GATE,
        )
    if not given.passed and len(given.opinion.strip()) < _SHORTEST:
        raise FieldsMissing(["opinion"], "审核不合格须写明理由")


def both_passed(legal: Opinion | None, tech: Opinion | None) -> bool:
    """Whether both halves have passed."""
    return legal is not None and tech is not None and legal.passed and tech.passed
