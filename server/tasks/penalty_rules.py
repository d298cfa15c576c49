"""R-011, R-015 and R-016: an order never stands in the place of a penalty (SEED-(四)). Pure.

The reminders ask these functions with facts; the gates of a task and of a hand-over ask the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.calendar.service import Deadline, HolidayCalendar, Period, Unit, count_due
from server.tasks.states import PenaltyDecision

R_011 = "R-011"
R_015 = "R-015"
R_016 = "R-016"
#: House values of WORKFLOW §8.
CONSIDER_WITHIN = Period(5, Unit.WORKDAY, "house:R-011")
CASE_WITHIN = Period(3, Unit.WORKDAY, "house:R-015")


@dataclass(frozen=True, slots=True)
class Violation:
    """One item found violated on site, or a hazard that a remote notice was closed for.

    Attributes:
        penalty: articles that may be hit; none: nothing has to be considered.
    """

    key: str
    title_zh: str
    penalty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is lacking, and when that becomes a fault."""

    rule_id: str
    what: tuple[str, ...]
    deadline: Deadline
    message_zh: str

    def is_late(self, at: datetime) -> bool:
        """Whether the rule fires at a moment."""
        return self.deadline.is_over(at)


def unconsidered(
    violations: Sequence[Violation], considered: Collection[str]
) -> tuple[Violation, ...]:
    """Return the violations with a penalty clause on which nobody has decided."""
    return tuple(one for one in violations if one.penalty and one.key not in considered)


def penalty_not_considered(
    calendar: HolidayCalendar,
    since: datetime,
    violations: Sequence[Violation],
    considered: Collection[str],
) -> Due | None:
    """R-011: an order was issued, or a notice closed, and nobody said whether it is a case.

    Args:
        calendar: the years that hold now.
        since: when the order was issued or the remote notice closed.
        violations: what was found.
        considered: keys of those on which somebody has decided.
    """
    lacking = unconsidered(violations, considered)
    if not lacking:
        return None
    return Due(
        R_011,
        tuple(one.title_zh for one in lacking),
        count_due(calendar, since, CONSIDER_WITHIN),
        "不得以责令限期改正代替行政处罚，请填写是否立案及理由。",
    )


def failed_without_case(
    calendar: HolidayCalendar,
    failed_at: datetime | None,
    *,
    has_handover: bool,
    no_case_reason: str | None,
) -> Due | None:
    """R-015: a re-check was not passed, and there is neither a hand-over nor a leader's reason."""
    if failed_at is None or has_handover or no_case_reason:
        return None
    deadline = count_due(calendar, failed_at, CASE_WITHIN)
    return Due(R_015, (), deadline, "逾期未整改，应依法立案查处。")


def left_out(
    violations: Sequence[Violation],
    handed_over: Collection[str],
    decisions: Mapping[str, PenaltyDecision],
) -> tuple[Violation, ...]:
    """R-016: violations with a penalty clause that a hand-over does not list, without a reason.

    A recorded decision against a case is the reason; one for a case is none.
    """
    return tuple(
        one
        for one in violations
        if one.penalty
        and one.key not in handed_over
        and decisions.get(one.key, PenaltyDecision.FILE) is PenaltyDecision.FILE
    )


def left_out_zh(lacking: Sequence[Violation]) -> str:
    """Return R-016's words."""
    listed = "、".join(one.title_zh for one in lacking)
    return f"多项违法行为应分别裁量、合并处罚，以下事项未列入：{listed}。"
