"""Why an enterprise is what it is, over HTTP: facts from all sides, weights, contests, its page."""

from typing import Any

import httpx
import pytest
from bureau import NOW, Reporter, Seen
from ledger_desk import Desk
from sqlalchemy import text
from violations import refused_by

from server.evidence.file_store import FileStore
from server.identity.actor import Actor
from server.risk.weights import house_weights
from server.tables import metadata


def act(
    desk: Desk, actor: Actor, path: str, version: int, body: dict[str, Any] | None = None
) -> httpx.Response:
    headers = {"If-Match": f'"{version}"'}
    return desk.client_of(actor).post(f"/api/v1/{path}", json=body, headers=headers)


def enter(desk: Desk, **changes: Any) -> dict[str, Any]:
    made = desk.client_of(desk.bureau.officer).post(
        "/api/v1/enterprises", json=desk.firm(**changes)
    )
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


def complain(desk: Desk, firm: dict[str, Any], **changes: Any) -> None:
    one = {
        "kind": "complaint",
        "source_system": "12350",
        "external_id": f"R-{next(desk.numbers)}",
        "credit_code": firm["credit_code"],
        "occurred_at": "2026-02-20T08:00:00+08:00",
    } | changes
    told = desk.client_of(desk.bureau.officer).post("/api/v1/signals", json={"signals": [one]})
    assert told.json()["counts"]["recorded"] == 1


def score(desk: Desk, firm: dict[str, Any]) -> dict[str, Any]:
    answer = desk.client_of(desk.bureau.officer).get(f"/api/v1/enterprises/{firm['id']}/risk-score")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def term(found: dict[str, Any], factor: str) -> dict[str, Any]:
    one: dict[str, Any] = next(one for one in found["addends"] if one["factor"] == factor)
    return one


def test_every_term_says_its_source_and_day_or_that_nothing_is_known(desk: Desk) -> None:
    firm = enter(desk)
    complain(desk, firm)
    complain(desk, firm, kind="risk_warning", level="red")
    found = score(desk, firm)
    shown = {one["factor"]: one["points"] for one in found["addends"] if one["points"]}
    base = shown.pop("base")
    assert shown == {"industry": 15, "complaints": 3, "warnings": 10}
    assert (found["score"], found["band"], found["band_zh"]) == (base + 28, "mid", "中")
    complaint = term(found, "complaints")
    assert (complaint["told_zh"], complaint["as_of"]) == ("1件", "2026-02-20")
    assert {one["factor"] for one in found["addends"] if one["missing"]} >= {
        "open_major_hazards",
        "accident_free",
        "cameras_online",
    }
    assert "未经法制审核" in found["notice_zh"]


def test_neither_the_aide_nor_a_stranger_sees_a_score(desk: Desk) -> None:
    path = f"/api/v1/enterprises/{enter(desk)['id']}/risk-score"
    assert desk.client_of(desk.bureau.aide).get(path).status_code == 403
    assert desk.client_of(desk.bureau.stranger).get(path).status_code == 404


def test_a_contested_term_counts_until_a_leader_upholds_it(desk: Desk) -> None:
    firm = enter(desk)
    complain(desk, firm)
    mark = term(score(desk, firm), "complaints")["fingerprint"]
    path = f"/api/v1/enterprises/{firm['id']}/risk-contests"
    officer = desk.client_of(desk.bureau.officer)
    body = {"fingerprint": mark, "reason": "该投诉经查不属实"}
    made = officer.post(path, json=body)
    assert made.status_code == 201
    assert officer.post(path, json=body).status_code == 409
    changed = officer.post(path, json=body | {"fingerprint": "0" * 64})
    assert changed.json()["missing_fields"] == ["fingerprint"]
    assert term(score(desk, firm), "complaints")["points"] == 3
    contest = f"risk-contests/{made.json()['id']}"
    why = {"reason": "核查报告已附卷"}
    assert act(desk, desk.bureau.officer, f"{contest}/uphold", 1, why).status_code == 403
    assert act(desk, desk.bureau.leader, f"{contest}/uphold", 9, why).status_code == 409
    assert act(desk, desk.bureau.leader, f"{contest}/uphold", 1, why).json()["state"] == "upheld"
    assert act(desk, desk.bureau.leader, f"{contest}/reject", 2, why).status_code == 422
    found = score(desk, firm)
    waived = term(found, "complaints")
    base = term(found, "base")["points"]
    assert (waived["points"], waived["waived"], found["score"]) == (0, True, base + 15)
    assert [one["state"] for one in found["contests"]] == ["upheld"]
    complain(desk, firm)
    assert term(score(desk, firm), "complaints")["points"] == 6


def test_a_contest_waits_open(desk: Desk) -> None:
    firm = enter(desk)
    mark = term(score(desk, firm), "industry")["fingerprint"]
    made = desk.client_of(desk.bureau.officer).post(
        f"/api/v1/enterprises/{firm['id']}/risk-contests",
        json={"fingerprint": mark, "reason": "已转产"},
    )
    assert made.json()["state"] == "open"
    assert term(score(desk, firm), "industry")["points"] == 15


def test_a_rejected_contest_changes_nothing(desk: Desk) -> None:
    firm = enter(desk)
    mark = term(score(desk, firm), "industry")["fingerprint"]
    made = desk.client_of(desk.bureau.officer).post(
        f"/api/v1/enterprises/{firm['id']}/risk-contests",
        json={"fingerprint": mark, "reason": "已转产"},
    )
    path = f"risk-contests/{made.json()['id']}/reject"
    assert act(desk, desk.bureau.leader, path, 1, {"reason": "现场仍有粉尘"}).status_code == 200
    assert term(score(desk, firm), "industry")["points"] == 15


def propose(desk: Desk, author: Actor, body: dict[str, Any]) -> str:
    made = desk.client_of(author).post("/api/v1/risk-weights", json=body)
    assert (made.status_code, made.json()["number"]) == (201, None)
    return f"risk-weights/{made.json()['id']}"


def approved_twice(desk: Desk, body: dict[str, Any]) -> list[int]:
    numbers = []
    for _ in range(2):
        path = propose(desk, desk.bureau.officer, body)
        approved = act(desk, desk.bureau.leader, f"{path}/approve", 1)
        assert approved.json()["state"] == "approved"
        numbers.append(approved.json()["number"])
    return numbers


def test_weights_count_once_a_leader_who_did_not_write_them_approves(desk: Desk) -> None:
    firm = enter(desk)
    before = score(desk, firm)
    base = term(before, "base")["points"] + 10
    weights = house_weights().model_dump(mode="json") | {"base": base}
    body = {"weights": weights, "reason": "按本市情况调整基础分"}
    own = propose(desk, desk.bureau.leader, body)
    refused = act(desk, desk.bureau.leader, f"{own}/approve", 1)
    assert (refused.status_code, refused.json()["rule_id"]) == (403, "WORKFLOW-7.4")
    assert score(desk, firm)["score"] == before["score"]
    withdrawn = act(desk, desk.bureau.leader, f"{own}/withdraw", 1)
    assert withdrawn.json()["state"] == "withdrawn"
    first, second = approved_twice(desk, body)
    found = score(desk, firm)
    assert second == first + 1
    assert (found["score"], found["weights"]["number"]) == (before["score"] + 10, second)
    listed = desk.client_of(desk.bureau.officer).get("/api/v1/risk-weights").json()
    assert [one["state"] for one in listed["items"]].count("approved") == 1
    assert listed["house"]["base"] == 30
    wrong = desk.client_of(desk.bureau.officer).post(
        "/api/v1/risk-weights", json=body | {"weights": weights | {"mid_from": 99}}
    )
    assert wrong.status_code == 422


CONFIRMED = (
    "UPDATE lead SET state = 'confirmed', verdict = 'confirmed', decided_at = :at,"
    " finding = '现场属实情况',"
    " decided_by = (SELECT id FROM account WHERE name = 'wang')"
)


def test_the_page_shows_what_each_role_may_see_and_a_suspicion_adds_nothing(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with desk.database.writing() as db:
        lead = Reporter(db, FileStore(tmp_path_factory.mktemp("files"))).report(Seen())
        firm = db.scalar(text("SELECT enterprise_id FROM lead"))
    path = f"/api/v1/enterprises/{firm}/page"
    page = desk.client_of(desk.bureau.officer).get(path).json()
    assert [one["id"] for one in page["leads"]] == [str(lead)]
    assert (page["tasks"], page["signals"]) == ([], [])
    assert term(page["risk"], "confirmed_leads")["told_zh"] == "0条"
    online = term(page["risk"], "cameras_online")
    assert (online["told_zh"], online["points"]) == ("在线率0%", 5)
    assert page["record"]["enterprise"]["id"] == str(firm)
    aide = desk.client_of(desk.bureau.aide).get(path).json()
    assert (aide["risk"], aide["signals"], aide["tasks"]) == (None, None, None)
    assert len(aide["leads"]) == 1
    with desk.database.writing() as db:
        db.execute(text(CONFIRMED), {"at": NOW})
    confirmed = desk.client_of(desk.bureau.officer).get(path).json()
    assert term(confirmed["risk"], "confirmed_leads")["points"] == 1


_WEIGHTS = (
    "INSERT INTO risk_weights SELECT gen_random_uuid(), state, version, weights, reason, author,"
    " created_at, approved_by, approved_at, {number} FROM risk_weights WHERE state = '{state}'"
)

#: Name of the constraint → SQL that violates it and nothing else.
VIOLATIONS = {
    "ck_risk_weights_state": "UPDATE risk_weights SET state = 'x' WHERE number IS NULL",
    "ck_risk_weights_version": "UPDATE risk_weights SET version = 0",
    "ck_risk_weights_number": "UPDATE risk_weights SET number = 0 WHERE state = 'superseded'",
    "ck_risk_weights_second_person": "UPDATE risk_weights SET approved_by = author"
    " WHERE number IS NOT NULL",
    "ck_risk_weights_approval": "UPDATE risk_weights SET number = 9 WHERE number IS NULL",
    "uq_risk_weights_number": _WEIGHTS.format(number="number", state="superseded"),
    "ix_risk_weights_one_approved": _WEIGHTS.format(number="number + 7", state="approved"),
    "ck_risk_contest_state": "UPDATE risk_contest SET state = 'x' WHERE state = 'upheld'",
    "ck_risk_contest_version": "UPDATE risk_contest SET version = 0",
    "ck_risk_contest_fingerprint": "UPDATE risk_contest SET fingerprint = 'x'",
    "ck_risk_contest_second_person": "UPDATE risk_contest SET decided_by = contested_by"
    " WHERE state = 'upheld'",
    "ck_risk_contest_decided": "UPDATE risk_contest SET decision = NULL WHERE state = 'upheld'",
    "ix_risk_contest_one_open": "INSERT INTO risk_contest SELECT gen_random_uuid(), enterprise_id,"
    " state, version, factor, fingerprint, told, reason, contested_by, contested_at"
    " FROM risk_contest WHERE state = 'open'",
    "fk_risk_contest_enterprise_id": "UPDATE risk_contest SET enterprise_id = gen_random_uuid()"
    " WHERE state = 'upheld'",
}


def test_the_database_refuses_what_no_program_may_do(desk: Desk) -> None:
    test_a_contested_term_counts_until_a_leader_upholds_it(desk)
    test_a_contest_waits_open(desk)
    body = {"weights": house_weights().model_dump(mode="json"), "reason": "系统默认"}
    approved_twice(desk, body)
    propose(desk, desk.bureau.officer, body)
    with desk.database.reading() as db:
        refused = {name: refused_by(db, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}
    named = {
        str(one.name)
        for table in ("risk_weights", "risk_contest")
        for one in metadata.tables[table].constraints
        if one.name not in {"pk_risk_weights", "pk_risk_contest"}
    }
    assert named - set(VIOLATIONS) == set()
