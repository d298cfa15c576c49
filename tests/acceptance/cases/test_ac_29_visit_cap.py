"""AC-29, the visits' part: cap two, two visits done, one more of a lead that is not grave."""

import pytest
from handover_desk import HandoverDesk, told
from inspections import Inspection, from_lead

#: A hazard with a major-hazard criterion: its leads are ★.
STARRED = "PROC-06"


@pytest.fixture(scope="module")
def third(desk: HandoverDesk) -> Inspection:
    for _ in range(2):
        from_lead(desk).recorded(violated=0)
    return from_lead(desk).submitted()


def test_the_form_shows_two_of_two_and_proposes_a_remote_notice(third: Inspection) -> None:
    visits = third.page()["visits"]
    assert (visits["this_year"], visits["cap"]) == (2, 2)
    assert "上限2" in visits["warning_zh"]
    assert visits["proposal_zh"] == "可改为线上提醒整改"


def test_a_leader_lets_it_pass_with_a_typed_reason_only(
    desk: HandoverDesk, third: Inspection
) -> None:
    leader = desk.bureau.leader
    refused = third.try_(leader, "approve", {"opinion": "同意"})
    assert told(refused) == (422, "R-018")
    assert refused.json()["missing_fields"] == ["frequency_reason"]
    body = {"opinion": "同意", "frequency_reason": "线索涉及高处作业，无法线上核查"}
    page = third.do(leader, "approve", body)
    assert page["approval"]["frequency_reason"] == body["frequency_reason"]


def test_a_visit_because_of_a_starred_lead_is_shown_apart(
    desk: HandoverDesk, third: Inspection
) -> None:
    del third
    starred = from_lead(desk, STARRED).submitted()
    page = starred.do(desk.bureau.leader, "approve", {"opinion": "同意"})
    assert page["visits"]["is_triggered"]
    assert page["visits"]["warning_zh"] is None
    assert page["visits"]["triggered_this_year"] == 0
