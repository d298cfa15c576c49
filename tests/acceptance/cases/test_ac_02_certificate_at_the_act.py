"""AC-02: a certificate is judged at the act: on the planned day, and at each signature."""

from datetime import UTC, date, datetime

from bureau import SETUP
from handover_desk import HandoverDesk, told
from inspections import from_lead, team

from server.identity import service as identity
from server.identity.actor import Actor, Certificate
from server.identity.permissions import Role
from server.identity.service import NewAccount

#: 17:00 on 30 November 2026, and five past midnight, in China.
LAST_DAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
NEXT_DAY = datetime(2026, 11, 30, 16, 5, tzinfo=UTC)


def ending(desk: HandoverDesk) -> Actor:
    """Register officer A, whose certificate ends on 30 November 2026."""
    bureau = desk.bureau
    until = Certificate("苏A-0009", date(2024, 1, 1), date(2026, 11, 30))
    new = NewAccount("ending", "甲（演示）", Role.OFFICER, bureau.unit, None, until)
    with desk.database.writing() as db:
        account = identity.add_account(db, desk.clock.now(), SETUP, new)
    return Actor(account, "ending", new.full_name, Role.OFFICER, bureau.officer.unit, until)


def test_the_certificate_must_hold_on_the_planned_day_and_at_each_signature(
    desk: HandoverDesk,
) -> None:
    desk.move_to(LAST_DAY)
    bureau = desk.bureau
    a, b = ending(desk), bureau.second_officer
    too_late = from_lead(desk).approved(date(2026, 12, 2))
    refused = too_late.try_(bureau.leader, "assign", team(a, b, on=date(2026, 12, 2)))
    assert told(refused) == (403, "R-009")
    assert "2026-12-02无效" in refused.json()["message_zh"]

    task = from_lead(desk).approved(date(2026, 11, 30))
    task.do(bureau.leader, "assign", team(a, b, on=date(2026, 11, 30)))
    for officer in (a, b):
        task.do(officer, "sign-in")
    task.do(a, "arrive", {"certificates_shown": True, "recorder_no": "JLY-01"})
    task.do(a, "write", task.record(violated=0))
    task.do(a, "sign")
    task.do(b, "sign")

    desk.move_to(NEXT_DAY)
    assert [one["stands"] for one in task.page()["record"]["signatures"]] == [True, True]
    task.do(b, "write", {"enterprise_opinion": "企业对检查情况无异议"})
    late = task.try_(a, "sign")
    assert late.status_code == 403
    assert late.json()["rule_id"] in {"R-009", "INV-3"}
    before = [one for one in task.page()["record"]["signatures"] if one["name"] == a.full_name]
    assert [one["certificate_no"] for one in before] == ["苏A-0009"], "signed on the last day: kept"


def test_what_was_signed_on_the_last_day_stays_valid_when_nothing_is_changed(
    desk: HandoverDesk,
) -> None:
    bureau = desk.bureau
    task = from_lead(desk).written(violated=0)
    task.do(bureau.officer, "sign")
    task.do(bureau.second_officer, "sign")
    desk.move_to(datetime(2027, 12, 31, 17, 0, tzinfo=UTC))
    page = desk.read(bureau.leader, task.path)
    assert [one["stands"] for one in page["record"]["signatures"]] == [True, True]
    assert "两名执法人员签名" not in page["record"]["missing"]
