"""What an officer decided about the lead whose key frame a sample is, and what that teaches.

A verdict is about a lead, not about every pixel: it proposes. A class is labelled throughout only
once a maintainer has looked at the picture and said so.
"""

from enum import StrEnum
from typing import assert_never

from pydantic import AwareDatetime, Field

from hazard_library.catalogue.rules import (
    Absence,
    CameraCondition,
    Missing,
    Proximity,
    RegionRule,
    Rule,
    classes_needed,
)
from hazard_library.samples.box import Box, Frozen


class Decision(StrEnum):
    """属实 or 误报."""

    CONFIRMED = "confirmed"
    FALSE_ALARM = "false_alarm"


class Reason(StrEnum):
    """Why a lead is a false alarm, in the words of the server."""

    MISDETECTION = "misdetection"
    NOT_VIOLATION = "not_violation"
    UNDER_PERMIT = "under_permit"
    OCCLUSION = "occlusion"
    TEST = "test"
    OTHER = "other"


REASON_ZH = {
    Reason.MISDETECTION: "误检",
    Reason.NOT_VIOLATION: "非违规",
    Reason.UNDER_PERMIT: "作业许可内",
    Reason.OCCLUSION: "遮挡误报",
    Reason.TEST: "测试",
    Reason.OTHER: "其他",
}


class Teaches(StrEnum):
    """What a key frame is proposed as."""

    POSITIVE = "positive"
    HARD_NEGATIVE = "hard-negative"
    OPEN = "open"


class Verdict(Frozen):
    """One verdict on one key frame. Server and frame name it; a later one replaces it."""

    server: str
    frame: str
    lead: str
    incident: str
    hazard: str
    decision: Decision
    reason: Reason | None = None
    decided_at: AwareDatetime
    models: tuple[str, ...] = ()
    """The packages that raised the lead, as `site-hazards/0.1.0`."""
    measured: dict[str, float] = Field(default_factory=dict)
    required: dict[str, float] = Field(default_factory=dict)
    """What the rule compared, and with which thresholds."""
    persons: int = 0
    rejected: tuple[Box, ...] = ()
    """The boxes that a hard negative says are not what the model took them for."""
    absent: tuple[str, ...] = ()
    """Their classes: proposed as labelled throughout once those boxes are gone."""

    @property
    def teaches(self) -> Teaches:
        """Return what the key frame is proposed as."""
        return what_it_teaches(self.decision, self.reason)

    @property
    def in_words(self) -> str:
        """Return the verdict as the bureau says it."""
        if self.decision is Decision.CONFIRMED:
            return f"{self.hazard} 属实"
        return f"{self.hazard} 误报（{REASON_ZH[self.reason] if self.reason else '未说明'}）"


def what_it_teaches(decision: Decision, reason: Reason | None) -> Teaches:
    """Tell a wrong detection from a right one that is no violation.

    With a permit the flame is a flame: only 误检 and 遮挡误报 say that the detector was wrong.
    """
    if decision is Decision.CONFIRMED:
        return Teaches.POSITIVE
    match reason:
        case Reason.MISDETECTION | Reason.OCCLUSION:
            return Teaches.HARD_NEGATIVE
        case Reason.NOT_VIOLATION | Reason.UNDER_PERMIT | Reason.TEST | Reason.OTHER | None:
            return Teaches.OPEN
        case _:
            assert_never(reason)


def classes_in_doubt(rule: Rule) -> frozenset[str]:
    """Return the classes that were seen wrongly when a rule's finding was a wrong detection.

    A person without helmet is a person all the same: the bare head is in doubt.
    """
    match rule:
        case Missing():
            return frozenset({rule.absent_as})
        case CameraCondition() | RegionRule():
            return frozenset()
        case Absence() | Proximity():
            return classes_needed(rule)
        case _:
            return frozenset({rule.subject})
