"""Who may go, and who has signed in: the two-officer rule as a pure function."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from server.identity.actor import Certificate
from server.identity.permissions import Role
from server.kit.errors import FieldsMissing, NotPermitted
from server.tasks.team import APART, Candidate, check_experts, check_signed_in, check_team

UNIT, DAY = UUID(int=1), date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
A = Candidate(
    account_id=UUID(int=11),
    account="a",
    name="甲",
    person="p-a",
    role=Role.OFFICER,
    unit_id=UNIT,
    certificate=Certificate("1", date(2025, 1, 1), DAY),
    is_recused=False,
)
B = replace(A, account_id=UUID(int=12), account="b", name="乙", person="p-b")


def test_two_certified_officers_of_the_unit_may_go() -> None:
    check_team([A, B], UNIT, DAY, set())


@pytest.mark.parametrize(
    ("second", "rule"),
    [
        (replace(A, account="a2"), "R-009"),
        (replace(B, role=Role.AIDE), "R-009"),
        (replace(B, role=Role.EXPERT), "R-009"),
        (replace(B, certificate=None), "R-009"),
        (replace(B, certificate=Certificate("2", date(2025, 1, 1), date(2026, 11, 29))), "R-009"),
        (replace(B, unit_id=UUID(int=2)), "R-009"),
        (replace(B, is_recused=True), "R-043"),
    ],
)
def test_a_second_who_is_none_is_refused(second: Candidate, rule: str) -> None:
    with pytest.raises(NotPermitted) as refused:
        check_team([A, second], UNIT, DAY, set())
    assert refused.value.rule_id == rule


def test_one_alone_is_not_enough() -> None:
    with pytest.raises(NotPermitted):
        check_team([A], UNIT, DAY, set())


def test_a_certificate_counts_on_its_last_day_and_not_the_day_after() -> None:
    check_team([A, B], UNIT, DAY, set())
    with pytest.raises(NotPermitted, match="2026-12-01"):
        check_team([A, B], UNIT, DAY + timedelta(days=1), set())


def test_help_from_another_unit_needs_its_record() -> None:
    check_team([A, replace(B, unit_id=UUID(int=2), assistance_doc="协助函1号")], UNIT, DAY, set())


def test_who_approved_does_not_go() -> None:
    with pytest.raises(NotPermitted) as refused:
        check_team([A, B], UNIT, DAY, {"p-b"})
    assert refused.value.rule_id == "WORKFLOW-2"


def test_an_expert_with_an_interest_does_not_go() -> None:
    check_experts([B])
    with pytest.raises(NotPermitted):
        check_experts([replace(B, is_recused=True)])


NEEDED = {"p-a": "甲", "p-b": "乙"}


def test_ten_minutes_apart_is_together_and_more_is_not() -> None:
    check_signed_in({"p-a": NOW - APART, "p-b": NOW}, NEEDED, NOW)
    with pytest.raises(FieldsMissing) as refused:
        check_signed_in({"p-a": NOW - APART - timedelta(seconds=1), "p-b": NOW}, NEEDED, NOW)
    assert "甲" in refused.value.message_zh
    assert "乙" not in refused.value.message_zh


def test_yesterdays_sign_in_and_a_strangers_do_not_count() -> None:
    yesterday = NOW - timedelta(days=1)
    for signed in ({"p-a": yesterday, "p-b": yesterday}, {"p-a": NOW, "p-x": NOW}, {}):
        with pytest.raises(FieldsMissing):
            check_signed_in(signed, NEEDED, NOW)
