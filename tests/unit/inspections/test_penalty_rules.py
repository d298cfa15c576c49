"""R-011, R-015 and R-016 as pure functions over time."""

from datetime import UTC, datetime, timedelta

from server.calendar.days import HolidayCalendar, packaged_years
from server.tasks.penalty_rules import (
    Violation,
    failed_without_case,
    left_out,
    left_out_zh,
    penalty_not_considered,
)
from server.tasks.states import PenaltyDecision

YEARS = HolidayCalendar.of(packaged_years())
#: Wednesday before the week of National Day; Thursday to Wednesday are off, Saturday is made up.
ISSUED = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
HIT = Violation("PPE-01.1", "未佩戴安全帽", ("AQSCF-2021-102",))
ALSO = Violation("PPE-01.2", "未配备安全帽", ("AQSCF-2021-102",))
FREE = Violation("BEH-01.1", "人员摔倒", ())


def test_five_workdays_skip_the_holidays() -> None:
    due = penalty_not_considered(YEARS, ISSUED, [HIT, FREE], {})
    assert due is not None
    assert (due.rule_id, due.what) == ("R-011", ("未佩戴安全帽",))
    assert due.deadline.on.isoformat() == "2026-10-13"
    assert not due.is_late(due.deadline.ends_at - timedelta(seconds=1))
    assert due.is_late(due.deadline.ends_at)


def test_what_is_considered_or_has_no_clause_is_not_asked_for() -> None:
    assert penalty_not_considered(YEARS, ISSUED, [FREE], {}) is None
    assert penalty_not_considered(YEARS, ISSUED, [HIT, FREE], {HIT.key}) is None


def test_one_of_two_leaves_the_other_asked_for() -> None:
    due = penalty_not_considered(YEARS, ISSUED, [HIT, ALSO], {HIT.key})
    assert due is not None
    assert due.what == ("未配备安全帽",)


def test_a_failed_recheck_asks_for_a_case_or_a_reason() -> None:
    due = failed_without_case(YEARS, ISSUED, has_handover=False, no_case_reason=None)
    assert due is not None
    assert (due.rule_id, due.deadline.on.isoformat()) == ("R-015", "2026-10-10")
    for has_handover, reason in ((True, None), (False, "已于次日整改")):
        assert (
            failed_without_case(YEARS, ISSUED, has_handover=has_handover, no_case_reason=reason)
            is None
        )
    assert failed_without_case(YEARS, None, has_handover=False, no_case_reason=None) is None


def test_a_violation_left_out_of_a_handover_needs_its_reason() -> None:
    found = [HIT, ALSO, FREE]
    assert left_out(found, {HIT.key}, {}) == (ALSO,)
    assert left_out(found, {HIT.key}, {ALSO.key: PenaltyDecision.FILE}) == (ALSO,)
    assert left_out(found, {HIT.key}, {ALSO.key: PenaltyDecision.NO_PENALTY}) == ()
    assert left_out_zh([ALSO]).endswith("以下事项未列入：未配备安全帽。")
