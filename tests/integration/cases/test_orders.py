"""An order to rectify from its draft to its end, over HTTP: what is asked, refused and kept."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from handover_desk import HandoverDesk, handover_desk, told
from inspections import FINDING, Order, from_lead

from server.calendar.service import day_of
from server.identity.actor import Actor
from server.identity.permissions import Role
from server.orders import service as orders


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("orders")) as opened:
        yield opened


@pytest.fixture
def draft(desk: HandoverDesk) -> Order:
    return from_lead(desk).recorded().order()


def firm(desk: HandoverDesk) -> Actor:
    return desk.bureau.of(Role.ENT_MGR)


def in_days(desk: HandoverDesk, days: int) -> str:
    return str(day_of(desk.clock.now()) + timedelta(days=days))


def test_a_draft_proposes_all_but_the_due_date(draft: Order) -> None:
    page = draft.page()
    item = page["items"][0]
    assert item["fact"] == FINDING
    assert (item["basis"], bool(item["demand"])) == ("AQSCF-2021-45", True)
    assert (page["due_on"], page["official_no"]) == (None, None)
    assert page["missing"] == ["整改期限"]
    assert "整改期限须晚于" in page["due_hint"]


def test_it_is_issued_with_two_signatures_under_the_text_as_it_is(
    desk: HandoverDesk, draft: Order
) -> None:
    officer, issue = desk.bureau.officer, {"official_no": "（演）应急责改〔2026〕900号"}
    assert told(draft.try_(officer, "issue", issue)) == (422, "R-010")
    draft.do(officer, "edit", {"due_on": in_days(desk, 12)})
    draft.sign()
    draft.do(officer, "edit", {"due_on": in_days(desk, 15)})
    assert [one["stands"] for one in draft.page()["signatures"]] == [False, False]
    assert told(draft.try_(officer, "issue", issue)) == (422, "R-010")
    draft.sign()
    assert draft.do(officer, "issue", issue)["state"] == "issued"


def test_a_due_date_lies_in_the_future_and_a_rest_day_is_named(
    desk: HandoverDesk, draft: Order
) -> None:
    officer = desk.bureau.officer
    refused = draft.try_(officer, "edit", {"due_on": in_days(desk, 0)})
    assert refused.json()["missing_fields"] == ["due_on"]
    page = draft.do(officer, "edit", {"due_on": "2026-10-03"})
    assert "请确认" in page["due_hint"]


def test_an_article_of_another_matter_is_not_cited(desk: HandoverDesk, draft: Order) -> None:
    key = draft.page()["items"][0]["key"]
    change = {"items": [{"key": key, "basis": "XFF-2021-28"}]}
    refused = draft.try_(desk.bureau.officer, "edit", change)
    assert refused.json()["missing_fields"] == ["basis"]
    found_on_site = {"items": [{"key": key, "basis": "AQSCF-2021-99-I5"}]}
    page = draft.do(desk.bureau.officer, "edit", found_on_site)
    assert page["items"][0]["basis"] == "AQSCF-2021-99-I5", "TRAP-01: not from a picture, but here"


def test_it_is_served_with_a_receipt_or_a_note(desk: HandoverDesk, draft: Order) -> None:
    officer = desk.bureau.officer
    draft.issued()
    assert draft.try_(officer, "serve", {"received_by": "某某"}).status_code == 422
    page = draft.do(officer, "serve", {"note": "厂长拒收，留置送达，有执法记录仪录像"})
    assert (page["state"], page["served_to"]) == ("served", None)


def test_the_enterprise_asks_for_time_once_and_the_leader_gives_it(
    desk: HandoverDesk, draft: Order
) -> None:
    leader, manager = desk.bureau.leader, firm(desk)
    draft.served(days=10)
    asked = {"reason": "备件到货较晚，无法按期完成", "wanted_on": in_days(desk, 20)}
    assert draft.do(manager, "request-extension", asked)["state"] == "ext_pending"
    assert draft.try_(manager, "grant", {"reason": "自行准予"}).status_code == 404
    page = draft.do(leader, "grant", {"reason": "情况属实，准予延期"})
    assert (page["state"], page["due_on"]) == ("served", asked["wanted_on"])
    again = {"reason": "仍未到货，需要更多时间", "wanted_on": in_days(desk, 30)}
    refused = draft.try_(manager, "request-extension", again)
    assert refused.json()["code"] == "not_allowed_now"
    assert "延长过一次" in refused.json()["message_zh"]


def test_time_that_is_refused_leaves_the_period_as_it_was(desk: HandoverDesk, draft: Order) -> None:
    draft.served(days=10)
    before = draft.page()["due_on"]
    asked = {"reason": "生产任务较紧，希望延期", "wanted_on": in_days(desk, 20)}
    draft.do(firm(desk), "request-extension", asked)
    page = draft.do(desk.bureau.leader, "refuse", {"reason": "理由不成立"})
    assert (page["due_on"], page["extensions"][0]["is_granted"]) == (before, False)


def test_a_period_that_ends_waits_for_the_recheck(desk: HandoverDesk, draft: Order) -> None:
    draft.served(days=7)
    desk.move_to(desk.clock.now() + timedelta(days=8))
    assert draft.page()["is_overdue"]
    with desk.database.writing() as db:
        assert orders.fall_due(db, desk.clock.now()) == 1
        assert orders.fall_due(db, desk.clock.now()) == 0
    page = draft.page()
    assert (page["state"], page["recheck_is_late"]) == ("recheck_due", False)
    desk.move_to(desk.clock.now() + timedelta(days=20))
    assert draft.page()["recheck_is_late"]
    asked = {"reason": "仍需时间完成整改", "wanted_on": in_days(desk, 9)}
    assert draft.try_(firm(desk), "request-extension", asked).status_code == 422


def test_every_item_is_rechecked_and_partly_is_not_done(desk: HandoverDesk, draft: Order) -> None:
    draft.served()
    manager, officer = firm(desk), desk.bureau.officer
    draft.do(manager, "request-recheck", {"reported": "已为全部人员配发安全帽"})
    body = {"results": [], "opinion": "逐项复查如上", "next_step": "按结果办理"}
    assert draft.try_(officer, "write-recheck", body).status_code == 422
    other = {**body, "results": [{"key": "PPE-01.9", "result": "done"}]}
    assert draft.try_(officer, "write-recheck", other).status_code == 422
    assert draft.try_(officer, "recheck").status_code == 422
    page = draft.checked("partly")
    assert (page["state"], page["rechecks"][0]["results"][0]["result"]) == ("failed", "partly")
    assert page["reported"] == "已为全部人员配发安全帽"


def test_one_signature_is_no_recheck(desk: HandoverDesk, draft: Order) -> None:
    draft.served()
    officer = desk.bureau.officer
    draft.do(firm(desk), "request-recheck", {"reported": "已全部整改"})
    key = draft.page()["items"][0]["key"]
    body = {
        "results": [{"key": key, "result": "done"}],
        "opinion": "已整改到位",
        "next_step": "办结",
    }
    draft.do(officer, "write-recheck", {**body, "next_step": "建议办结"})
    draft.do(officer, "sign")
    assert told(draft.try_(officer, "recheck")) == (422, "R-010")


def test_an_order_in_error_is_withdrawn_and_replaced(desk: HandoverDesk) -> None:
    inspection = from_lead(desk).recorded()
    bureau, first = desk.bureau, inspection.order().served()
    cause = {"cause": "引用条款有误，另行下达"}
    assert first.try_(bureau.officer, "withdraw", cause).status_code == 403
    first.do(bureau.leader, "withdraw", cause)
    page = inspection.do(bureau.officer, "result-order", {"replaces": first.id})
    second = page["orders"][-1]["id"]
    shown = first.page()
    assert (shown["state"], shown["replaced_by"], shown["allowed"]) == ("void", second, [])
    assert Order(desk, second).page()["replaces"] == first.id


def test_an_enterprise_sees_the_orders_it_was_told_of_and_no_drafts(
    desk: HandoverDesk, draft: Order
) -> None:
    client = desk.as_(firm(desk))
    assert client.get(f"/api/v1/{draft.path}").status_code == 404
    draft.issued()
    shown = client.get(f"/api/v1/{draft.path}").json()
    assert (shown["state"], shown["allowed"]) == ("issued", [])
    assert draft.id in {row["id"] for row in client.get("/api/v1/orders").json()["items"]}


def test_another_units_officer_finds_no_order(desk: HandoverDesk, draft: Order) -> None:
    client = desk.as_(desk.bureau.stranger)
    assert client.get(f"/api/v1/{draft.path}").status_code == 404
    assert client.get("/api/v1/orders").json()["items"] == []
