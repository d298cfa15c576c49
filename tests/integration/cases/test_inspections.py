"""An inspection from its draft to its closing, over HTTP: what is asked, refused and kept."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from handover_desk import HandoverDesk, handover_desk, told
from inspections import FINDING, from_lead, from_plan, team

from server.audit import service as audit
from server.audit.service import Thing
from server.identity.permissions import Role
from server.tasks import service as tasks


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("inspections")) as opened:
        yield opened


def test_an_inspection_goes_its_whole_way(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).recorded(violated=1)
    page = inspection.page()
    assert (page["state"], page["record"]["missing"]) == ("recorded", [])
    assert [one["stands"] for one in page["record"]["signatures"]] == [True] * 3
    order = inspection.order()
    assert order.page()["items"][0]["fact"] == FINDING
    order.served()
    order.checked("done")
    assert order.page()["state"] == "closed"
    key = page["violations"][0]["key"]
    officer = desk.bureau.officer
    refused = inspection.try_(officer, "close")
    assert told(refused) == (422, "R-011")
    body = {"item": key, "decision": "clause_not_met", "reason": "首次发现，未构成该条情形"}
    inspection.do(officer, "consider", body)
    closed = inspection.do(officer, "close")
    assert (closed["state"], closed["allowed"]) == ("closed", [])
    with desk.database.reading() as db:
        verified = tasks.onsite_truths(db, [page["lead_id"]])
    assert [one.truth for one in verified.values()] == ["true"]


def test_what_only_the_officer_writes_is_asked_for_by_name(desk: HandoverDesk) -> None:
    inspection = from_lead(desk)
    page = inspection.page()
    assert page["plan"]["reason"] is None
    assert page["plan"]["planned_on"] is None
    refused = inspection.try_(desk.bureau.officer, "submit")
    assert refused.json()["missing_fields"] == ["拟检查日期", "检查事由"]


def test_only_published_items_of_the_tasks_hazards_are_checked(desk: HandoverDesk) -> None:
    inspection = from_lead(desk)
    refused = inspection.try_(desk.bureau.officer, "edit", {"items": ["PPE-01.1", "EQP-01.1"]})
    assert refused.json()["missing_fields"] == ["EQP-01.1"]


def test_a_task_of_the_plan_takes_items_of_several_hazards(desk: HandoverDesk) -> None:
    inspection = from_plan(desk, "PPE-01", "BEH-01")
    page = inspection.page()
    assert (page["source_kind"], page["lead_id"], page["evidence"]) == ("plan", None, [])
    assert {item["key"].split(".")[0] for item in page["plan"]["items"]} == {"PPE-01", "BEH-01"}


def test_a_record_lacks_what_it_lacks(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).arrived()
    officer = desk.bureau.officer
    refused = inspection.try_(officer, "record")
    assert told(refused) == (422, "R-010")
    fields = refused.json()["missing_fields"]
    assert {"在场人员", "现场核实", "离开时间", "两名执法人员签名"} <= set(fields)
    assert {"被检查单位签名或拒绝签字说明"} <= set(fields)
    key = inspection.page()["plan"]["items"][0]["key"]
    inspection.do(officer, "write", {"items": [{"key": key, "result": "not_checked"}]})
    lacking = inspection.page()["record"]["missing"]
    assert any("未查的原因" in field for field in lacking)


def test_a_changed_text_voids_earlier_signatures(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).written()
    bureau = desk.bureau
    inspection.do(bureau.officer, "sign")
    inspection.do(bureau.officer, "enterprise-sign", {"refusal_note": "负责人看过后拒绝签字"})
    inspection.do(bureau.second_officer, "write", {"enterprise_opinion": "企业称当日已教育"})
    signatures = inspection.page()["record"]["signatures"]
    assert [one["stands"] for one in signatures] == [False, False]
    inspection.do(bureau.second_officer, "sign")
    refused = inspection.try_(bureau.officer, "record")
    assert "两名执法人员签名" in refused.json()["missing_fields"]
    inspection.do(bureau.officer, "sign")
    inspection.do(bureau.officer, "enterprise-sign", {"refusal_note": "负责人仍拒绝签字"})
    assert inspection.do(bureau.officer, "record")["state"] == "recorded"


def test_a_refused_inspection_is_recorded_without_items(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).arrived()
    bureau = desk.bureau
    facts = "门卫以领导不在为由，拒绝检查人员进入厂区"
    assert inspection.do(bureau.officer, "refuse", {"facts": facts})["state"] == "onsite_refused"
    left = desk.clock.now() + timedelta(minutes=5)
    inspection.do(bureau.officer, "write", {"time_out": left.isoformat()})
    inspection.do(bureau.officer, "sign")
    inspection.do(bureau.second_officer, "sign")
    inspection.do(bureau.officer, "enterprise-sign", {"refusal_note": "拒绝检查，亦拒绝签字"})
    assert inspection.do(bureau.officer, "record")["state"] == "recorded"
    assert inspection.try_(bureau.officer, "result-none").status_code == 422
    body = {"reason": "拒绝检查，拟立案调查"}
    page = inspection.do(bureau.officer, "result-case", body)
    assert (page["state"], page["case"]["state"]) == ("handing_over", "draft")
    case = desk.read(bureau.officer, f"handovers/{page['case']['id']}")
    assert [item["facts"] for item in case["violations"]] == [facts]
    refused = inspection.try_(bureau.officer, "close")
    assert refused.json()["missing_fields"] == ["children"]


def test_all_that_was_violated_goes_into_the_case_and_counts_as_considered(
    desk: HandoverDesk,
) -> None:
    inspection = from_lead(desk).recorded(violated=2)
    officer = desk.bureau.officer
    page = inspection.do(officer, "result-case", {"reason": "未佩戴安全帽，拟立案调查"})
    case = desk.read(officer, f"handovers/{page['case']['id']}")
    assert [item["facts"] for item in case["violations"]] == [FINDING, FINDING]
    assert {one["decision"] for one in page["violations"]} == {"file"}
    order = inspection.order()
    assert inspection.page()["state"] == "handing_over", "it may run beside an order"
    assert order.page()["state"] == "draft"


def test_a_major_hazard_enters_the_register_in_the_same_step(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).arrived()
    bureau = desk.bureau
    found = {
        "criterion": "GM10-2023-13-I2",
        "finding": "未对有限空间作业审批",
        "measure": "停止作业",
    }
    page = inspection.do(bureau.officer, "stop-danger", found)
    entry = page["major_hazards"][0]
    assert page["state"] == "onsite"
    assert entry["paperwork_at"] is None
    with desk.database.reading() as db:
        enterprise = inspection.page()["enterprise"]["id"]
        assert [str(one.id) for one in tasks.open_major_hazards(db, enterprise)] == [entry["id"]]
    inspection.do(bureau.officer, "write", inspection.record(violated=0))
    inspection.signed_and_complete()
    refused = inspection.try_(bureau.officer, "result-none")
    assert told(refused) == (422, "R-041")
    paper = {"major_hazard_id": entry["id"], "paperwork_no": "演示措施1号", "opinion": "同意"}
    inspection.do(bureau.leader, "approve-measure", paper)
    closed = inspection.do(bureau.officer, "result-none")
    assert closed["major_hazards"][0]["removed_at"] is not None


@pytest.mark.parametrize(
    ("criterion", "rule"), [("AQSCF-2021-45", "TRAP-15"), ("no-such", "TRAP-15")]
)
def test_what_is_no_criterion_makes_no_major_hazard(
    desk: HandoverDesk, criterion: str, rule: str
) -> None:
    inspection = from_lead(desk).arrived()
    body = {"criterion": criterion, "finding": "现场所见如下所述", "measure": "撤人"}
    assert told(inspection.try_(desk.bureau.officer, "stop-danger", body)) == (422, rule)


def test_a_closed_task_is_taken_up_again_by_the_leader(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).recorded(violated=0)
    bureau = desk.bureau
    inspection.do(bureau.officer, "result-none")
    assert inspection.try_(bureau.officer, "reopen", {"reason": "接到新的举报"}).status_code == 403
    again = inspection.do(bureau.leader, "reopen", {"reason": "接到新的举报"})
    assert (again["state"], again["record"]["recorded_at"] is not None) == ("recorded", True)
    with desk.database.reading() as db:
        history = audit.history(db, Thing("inspection_task", inspection.id))
    assert [entry.event for entry in history][-2:] == ["result_none", "reopen"]


def test_nobody_goes_and_the_task_is_late_after_three_workdays(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).assigned()
    assert not inspection.page()["is_overdue"]
    desk.move_to(desk.clock.now() + timedelta(days=6))
    assert inspection.page()["is_overdue"]
    gone = inspection.do(desk.bureau.leader, "cancel", {"reason": "企业已停产搬迁"})
    assert (gone["state"], gone["is_overdue"]) == ("cancelled", False)


def test_the_leader_changes_the_day_of_an_assigned_task(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).assigned()
    bureau = desk.bureau
    later = inspection.today + timedelta(days=2)
    body = team(bureau.officer, bureau.second_officer, on=later)
    assert inspection.do(bureau.leader, "assign", body)["planned_on"] == str(later)


def test_an_enterprise_does_not_learn_that_there_are_tasks(desk: HandoverDesk) -> None:
    inspection = from_lead(desk)
    client = desk.as_(desk.bureau.of(Role.ENT_MGR))
    assert client.get(f"/api/v1/{inspection.path}").status_code == 404
    assert client.get("/api/v1/tasks").status_code == 404
