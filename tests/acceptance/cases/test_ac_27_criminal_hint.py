"""AC-27, AC-18: a criminal referral comes from officers on site, and its hours do not rest."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from handover_desk import HELMET_VIOLATION, HandoverDesk, Page, handover_desk, told

from server.enterprises import service as enterprises
from server.handovers.referrals import service as referrals
from server.handovers.referrals.service import OnSiteFinding, Tag
from server.identity.actor import Actor
from server.identity.permissions import Role
from server.kit.errors import NotPermitted

CHINA = ZoneInfo("Asia/Shanghai")
FACTS = "现场检查发现可燃气体报警器主机电源被人为断开，值班记录无检修手续"
OPENED = datetime(2026, 9, 28, 10, 0, tzinfo=CHINA)
MATERIALS = [
    {"kind": "letter", "titles": ["涉嫌犯罪案件移送书"]},
    {"kind": "report", "titles": ["调查报告"]},
    {"kind": "goods_list", "none_because": "未扣押任何物品"},
    {"kind": "test_reports", "titles": ["报警器检验报告"]},
    {"kind": "other", "none_because": "没有其他材料"},
]


@pytest.fixture
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("ac27"), OPENED) as opened:
        yield opened


def finding(desk: HandoverDesk, officers: tuple[Actor, ...], source: str = "task-1") -> str:
    """Let officers on site tag what they found, as the inspection record does."""
    with desk.database.writing() as db:
        found = OnSiteFinding(
            officers=officers,
            unit_id=desk.bureau.unit,
            division_code="320115",
            enterprise_id=enterprises.place(db, "yard").enterprise.id,
            source_kind="inspection_task",
            source_id=source,
            source_number="RW-320115-2026-000001",
            ref="f4/3",
            tag=Tag.MONITORING_SHUT_OFF,
            facts=FACTS,
        )
        return str(referrals.note(db, desk.clock.now(), officers[0].who, found))


def begun(desk: HandoverDesk) -> Page:
    """Tag a finding and begin its assessment."""
    tagged = finding(desk, (desk.bureau.officer, desk.bureau.second_officer))
    body = {"finding": tagged, "reason": "疑似人为关闭报警设备"}
    answer = desk.as_(desk.bureau.officer).post("/api/v1/referrals", json=body)
    assert answer.status_code == 200, answer.text
    page: Page = answer.json()
    return page


def reported(desk: HandoverDesk) -> str:
    """Take a referral to the chief; return its path."""
    path = f"referrals/{begun(desk)['id']}"
    desk.do(desk.bureau.officer, path, "form-team", {"members": ["wang", "li"]})
    desk.do(desk.bureau.officer, path, "report", {"report": "经核实，报警器主机被断电"})
    return path


def test_nothing_but_two_officers_on_site_begins_one(desk: HandoverDesk) -> None:
    officer = desk.bureau.officer
    for officers in ((officer,), (officer, officer), (officer, desk.bureau.aide)):
        with pytest.raises(NotPermitted, match="two certified officers"):
            finding(desk, officers)
    lead = desk.case()
    for not_a_finding in (lead["id"], desk.evidence_of(lead)):
        body = {"finding": not_a_finding, "reason": "摄像头被遮挡"}
        answer = desk.as_(officer).post("/api/v1/referrals", json=body)
        assert told(answer) == (422, "TRAP-02")
    assert desk.read(officer, "referrals/findings")["items"] == []
    assert desk.read(officer, "referrals")["items"] == []


def test_the_system_asks_says_suspected_and_names_nobody(desk: HandoverDesk) -> None:
    page = begun(desk)
    chief = desk.bureau.of(Role.CHIEF)
    (hint,) = desk.read(chief, "referrals/findings")["items"]
    assert hint["tag_zh"] == "疑似安全监控、报警设备被关闭"
    assert not hint["wants_assessment"]
    desk.move_to(datetime(2026, 9, 30, 0, 0, tzinfo=CHINA))
    (hint,) = desk.read(chief, "referrals/findings")["items"]
    assert hint["wants_assessment"], "R-022: one working day after the finding"
    assert page["hint_zh"].startswith("疑似")
    (queued,) = page["reports"]
    for said in (page["hint_zh"], queued["text_zh"]):
        assert "疑似" in said
        for person in ("演示法人", "wang", "li（演示）"):
            assert person not in said
    assert page["basis"][0]["review_status"] == "UNREVIEWED"


def test_a_penalty_does_not_close_what_nobody_has_assessed(desk: HandoverDesk) -> None:
    case = desk.case(HELMET_VIOLATION)
    desk.clue(case)
    desk.exported(case)
    path = f"handovers/{case['id']}"
    filed = {"case_no": "演示案〔2026〕1号", "filed_on": "2026-09-28"}
    desk.do(desk.bureau.officer, path, "receipt", filed)
    finding(desk, (desk.bureau.officer, desk.bureau.second_officer), desk.source_id(case))
    outcome = {"decided_on": "2026-09-28", "document_no": "演示罚〔2026〕1号", "kind": "罚款"}
    page = desk.do(desk.bureau.officer, path, "outcome", outcome)
    assert (page["state"], page["outcome"]["kind"]) == ("linked", "罚款")
    refused = desk.on_newest(desk.bureau.officer, path, "conclude", {"note": "已处罚"})
    assert told(refused) == (422, "R-022")
    assert desk.read(desk.bureau.officer, "referrals/findings")["items"][0]["referral_id"] is None


def test_only_the_chief_decides_and_refuses_in_writing(desk: HandoverDesk) -> None:
    path = reported(desk)
    for nobody in (desk.bureau.officer, desk.bureau.leader):
        answer = desk.on_newest(nobody, path, "refuse", {"reason": "情节轻微"})
        assert told(answer)[0] == 403
    chief = desk.bureau.of(Role.CHIEF)
    assert desk.on_newest(chief, path, "refuse", {"reason": ""}).status_code == 422
    page = desk.do(chief, path, "refuse", {"reason": "经核实系检修断电，有审批手续"})
    assert (page["state"], page["reason"]) == ("refused", "经核实系检修断电，有审批手续")
    states = [one["state"] for one in page["reports"]]
    assert states == ["assess", "team", "chief_review", "refused"], "the province hears of each"


def test_a_team_is_two_officers_of_the_unit(desk: HandoverDesk) -> None:
    path = f"referrals/{begun(desk)['id']}"
    for members, rule in (
        (["wang"], "YSGD-2020-5"),
        (["wang", "wang"], "YSGD-2020-5"),
        (["wang", "chen"], "R-009"),
        (["wang", "zhao"], "R-009"),
        (["wang", "sun"], "R-009"),
        (["wang", "nobody"], "R-009"),
    ):
        answer = desk.on_newest(desk.bureau.officer, path, "form-team", {"members": members})
        assert told(answer) == (422, rule), members


def test_three_days_by_the_earlier_reading_and_24_hours_through_the_holiday(
    desk: HandoverDesk,
) -> None:
    desk.move_to(datetime(2026, 9, 29, 15, 0, tzinfo=CHINA))
    path = reported(desk)
    officer, chief = desk.bureau.officer, desk.bureau.of(Role.CHIEF)
    clock = desk.read(officer, path)["clock"]
    assert (clock["on"], clock["later_on"]) == ("2026-10-08", "2026-10-09")
    desk.move_to(datetime(2026, 10, 1, 16, 30, tzinfo=CHINA))
    page = desk.do(chief, path, "approve", {"reason": "同意移送"})
    assert page["clock"]["ends_at"] == "2026-10-02T16:30:00+08:00"
    for day, hour, passed in ((2, 4, 12), (2, 12, 4), (2, 15, 1), (2, 16, 0)):
        minute = 30
        desk.move_to(datetime(2026, 10, day, hour, minute, tzinfo=CHINA))
        assert desk.read(officer, path)["alerts"][-1] == passed
    desk.move_to(datetime(2026, 10, 2, 18, 0, tzinfo=CHINA))
    body = {"authority": "演示市公安局", "materials": MATERIALS}
    dated = desk.on_newest(officer, path, "hand-over", {**body, "handed_at": "2026-10-02"})
    assert dated.status_code == 422, "nobody dates a hand-over back"
    page = desk.do(officer, path, "hand-over", body)
    assert (page["is_handed_late"], page["handed_at"]) == (True, "2026-10-02T18:00:00+08:00")


def test_the_papers_are_complete_or_explained(desk: HandoverDesk) -> None:
    path = reported(desk)
    desk.do(desk.bureau.of(Role.CHIEF), path, "approve", {"reason": "同意移送"})
    lacking = [*MATERIALS[:2], {"kind": "test_reports", "titles": []}]
    body = {"authority": "演示市公安局", "materials": lacking}
    answer = desk.on_newest(desk.bureau.officer, path, "hand-over", body)
    assert told(answer) == (422, "YSGD-2020-6")
    named = {"materials.goods_list", "materials.test_reports", "materials.other"}
    assert set(answer.json()["missing_fields"]) == named
    unexplained = [{"kind": "letter", "none_because": "没有写"}, *MATERIALS[1:]]
    body = {"authority": "演示市公安局", "materials": unexplained}
    answer = desk.on_newest(desk.bureau.officer, path, "hand-over", body)
    assert answer.json()["missing_fields"] == ["materials.letter"]


def test_not_filed_reconsidered_upheld_and_punished(desk: HandoverDesk) -> None:
    path, officer = reported(desk), desk.bureau.officer
    desk.do(desk.bureau.of(Role.CHIEF), path, "approve", {"reason": "同意移送"})
    desk.do(officer, path, "hand-over", {"authority": "演示市公安局", "materials": MATERIALS})
    day = "2026-09-28"
    desk.do(officer, path, "receipt", {"receipt": "演示警官 签收", "received_on": day})
    early = {"notice": "不予立案通知书", "noticed_on": "2026-09-01"}
    assert desk.on_newest(officer, path, "not-filed", early).status_code == 422
    notice = {"notice": "不予立案通知书 1号", "noticed_on": day}
    page = desk.do(officer, path, "not-filed", notice)
    assert page["clock"]["on"] == "2026-10-08", "three days to object, the earlier reading"
    desk.do(officer, path, "reconsider", {"note": "依法应当立案"})
    desk.do(officer, path, "uphold", {"notice": "维持不予立案 2号", "noticed_on": day})
    minutes = {"kind": "会商", "authority": "演示区检察院", "minutes": "检察院认为可作行政处罚"}
    desk.do(officer, path, "note-contact", minutes)
    page = desk.do(officer, path, "penalise", {"note": "依法给予行政处罚"})
    assert (page["state"], page["contacts"][0]["minutes"]) == ("penalised", minutes["minutes"])
    assert [one["state"] for one in page["reports"]][-4:] == [
        "not_filed",
        "reconsidering",
        "upheld",
        "penalised",
    ]
    (drafted,) = desk.read(officer, "handovers")["items"]
    assert (drafted["source_kind"], drafted["state"]) == ("criminal_referral", "draft")
    violation = desk.read(officer, f"handovers/{drafted['id']}")["violations"][0]
    assert (violation["facts"], violation["penalty_clauses"]) == (FACTS, [])
