"""Pure rules: grades by date, clocks, checklists, retention, nights, private places."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from hazard_library.contract.clock import ClockState
from server.evidence.clock_check import check_clock
from server.evidence.retention import LeadStanding, retention_rule
from server.evidence_keeper import next_night
from server.fleet.place_types import REFUSED, PlaceType, refuse_private
from server.fleet.review_states import ReviewState, Standing, Term, is_grade_a, standing
from server.kit.double_review import (
    Given,
    Half,
    checklist,
    read_answers,
    refuse_unless_apart,
)
from server.kit.errors import FieldsMissing, NotPermitted

DAY = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
PASSED = datetime(2026, 3, 1, tzinfo=UTC)
TERM = Term(ReviewState.QUALIFIED, date(2026, 1, 1), date(2026, 10, 31), PASSED)


@pytest.mark.parametrize(
    ("at", "is_a"),
    [
        (PASSED - timedelta(seconds=1), False),
        (PASSED, True),
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), False),
    ],
)
def test_a_grade_goes_by_the_moment_of_recording_in_china(at: datetime, *, is_a: bool) -> None:
    assert is_grade_a([TERM], at) is is_a


def test_a_withdrawn_review_ends_then_and_not_before() -> None:
    ended = Term(ReviewState.WITHDRAWN, TERM.valid_from, TERM.valid_to, PASSED, DAY)
    assert is_grade_a([ended], DAY - timedelta(hours=1))
    assert not is_grade_a([ended], DAY)


def test_where_a_camera_stands_is_computed() -> None:
    opened = Term(ReviewState.IN_REVIEW, TERM.valid_from, TERM.valid_to)
    refused = Term(ReviewState.REFUSED, TERM.valid_from, TERM.valid_to)
    late = datetime(2026, 11, 2, tzinfo=UTC)
    assert standing([], DAY) is Standing.LEAD_ONLY
    assert standing([refused], DAY) is Standing.LEAD_ONLY
    assert standing([opened], DAY) is Standing.IN_REVIEW
    assert standing([TERM, opened], DAY) is Standing.QUALIFIED
    assert standing([TERM], late) is Standing.EXPIRED
    assert standing([TERM, opened], late) is Standing.IN_REVIEW


def clock(offset_ms: float | None, *, in_step: bool | None = None) -> ClockState:
    return ClockState(
        source="arrival", synchronised=in_step, offset_ms=offset_ms, uncertainty_ms=100
    )


@pytest.mark.parametrize(
    ("told", "ahead_s", "passes", "zh"),
    [
        (clock(2000), -5, True, "时钟偏差 2 秒"),
        (clock(2100), -5, False, "时钟偏差 2.1 秒"),
        (clock(-172_800_000), 0, False, "时钟偏差 -172800 秒"),
        (clock(0), 420, False, "时钟偏差 420 秒"),
        (None, 420, False, "时钟偏差 420 秒"),
        (None, -5, False, "时钟偏差未知，设备未说明时钟已同步"),
        (clock(None), -5, False, "时钟偏差未知，设备未说明时钟已同步"),
        (clock(None, in_step=True), -5, True, "设备时钟已同步，不确定度 0.1 秒"),
    ],
)
def test_a_clock_is_judged_by_what_was_said_and_seen(
    told: ClockState | None,
    ahead_s: float,
    *,
    passes: bool,
    zh: str,
) -> None:
    found = check_clock(told, DAY + timedelta(seconds=ahead_s), DAY)
    assert (found.passes, found.zh) == (passes, zh)


@pytest.mark.parametrize("subject", ["evidence", "camera"])
@pytest.mark.parametrize("half", list(Half))
def test_a_half_is_answered_whole_and_without_contradiction(subject: str, half: Half) -> None:
    items = [check.id for check in checklist(subject, half)]
    good = dict.fromkeys(items, True)
    read_answers(subject, half, Given(passed=True, checks=good, opinion=""))
    bad = good | {items[0]: False}
    for given in (
        Given(passed=True, checks=bad, opinion=""),
        Given(passed=True, checks=dict.fromkeys(items[1:], True), opinion=""),
        Given(passed=True, checks=good | {"taste": True}, opinion=""),
        Given(passed=False, checks=bad, opinion=" "),
    ):
        with pytest.raises(FieldsMissing):
            read_answers(subject, half, given)
    read_answers(subject, half, Given(passed=False, checks=bad, opinion="标志不明显"))


def test_the_three_persons_are_different() -> None:
    handler, one, two = (UUID(int=n) for n in (1, 2, 3))
    refuse_unless_apart(one, {handler}, two)
    for person, other in ((handler, None), (one, one)):
        with pytest.raises(NotPermitted):
            refuse_unless_apart(person, {handler}, other)


def test_evidence_is_kept_by_what_became_of_its_lead() -> None:
    rule = retention_rule()
    kept = {one: (rule.until(DAY, one) - DAY).days for one in LeadStanding}
    assert kept == {
        LeadStanding.UNDECIDED: 30,
        LeadStanding.FALSE_ALARM: 30,
        LeadStanding.CONFIRMED: 1096,
    }


def test_a_night_is_the_next_one_in_china() -> None:
    assert next_night(datetime(2026, 3, 1, 18, 0, tzinfo=UTC)) == datetime(
        2026, 3, 1, 18, 30, tzinfo=UTC
    )
    assert next_night(datetime(2026, 3, 1, 18, 30, tzinfo=UTC)) == datetime(
        2026, 3, 2, 18, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_no_camera_at_a_private_place(kind: PlaceType) -> None:
    """TRAP-29."""
    with pytest.raises(FieldsMissing) as refused:
        refuse_private(kind)
    assert refused.value.rule_id == "TRAP-29"


@pytest.mark.parametrize("name", ["女浴室门口", "二号宿舍走廊", "员工休息室", "一层厕所"])
def test_nor_under_another_kind(name: str) -> None:
    """TRAP-29."""
    with pytest.raises(FieldsMissing):
        refuse_private(PlaceType.PRODUCTION, "一号机", name)
    refuse_private(PlaceType.PRODUCTION, "一号机", "装卸区")
