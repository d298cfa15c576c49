"""Signals over HTTP: once by external id, matched by code, a queue for the rest, no informant."""

from typing import Any

import httpx
import pytest
from ledger_desk import Desk
from sqlalchemy import text
from violations import refused_by

from server.signals import service as signals
from server.tables import metadata

SIGNALS = "/api/v1/signals"
FILE_HEADER = (
    "类别,编号,来源系统,统一社会信用代码,企业名称,级别,发生时间,内容,监测点,监测量,数值,单位,举报人"
)


def officer(desk: Desk) -> httpx.Client:
    return desk.client_of(desk.bureau.officer)


def enter(desk: Desk, **changes: Any) -> dict[str, Any]:
    made = officer(desk).post("/api/v1/enterprises", json=desk.firm(**changes))
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


def signal(desk: Desk, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "complaint",
        "source_system": "12350",
        "external_id": f"T-{next(desk.numbers)}",
        "occurred_at": "2026-03-01T08:00:00+08:00",
    } | changes


def reading(value: float, quantity: str = "可燃气体浓度", unit: str = "%LEL") -> dict[str, Any]:
    told = {"point": "GT-01", "quantity": quantity, "value": value, "unit": unit}
    return {"kind": "monitoring_data", "source_system": "DCS", "reading": told}


def post(desk: Desk, *told: dict[str, Any]) -> list[dict[str, Any]]:
    answer = officer(desk).post(SIGNALS, json={"signals": told})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def act(desk: Desk, found: dict[str, Any], verb: str, version: int, **body: Any) -> httpx.Response:
    headers = {"If-Match": f'"{version}"'}
    told = {"reason": "核对名称地址"} | body
    return officer(desk).post(f"{SIGNALS}/{found['id']}/{verb}", json=told, headers=headers)


def test_a_signal_told_again_is_the_same_and_other_content_is_refused(desk: Desk) -> None:
    firm = enter(desk)
    told = signal(desk, credit_code=firm["credit_code"], text="夜间生产")
    [first] = post(desk, told)
    [again] = post(desk, told)
    [other] = post(desk, told | {"text": "白天生产"})
    assert (first["outcome"], first["state"]) == ("recorded", "matched")
    assert (again["outcome"], again["id"]) == ("known", first["id"])
    assert other["outcome"] == "refused"
    assert "新编号" in other["problem"]


def test_one_wrong_signal_stops_no_other(desk: Desk) -> None:
    future = signal(desk, occurred_at="2026-03-03T00:00:00Z")
    items = post(desk, future, signal(desk))
    assert [one["outcome"] for one in items] == ["refused", "recorded"]


def test_no_trace_of_the_informant_is_kept(desk: Desk) -> None:
    told = signal(desk, text="举报人：张小三，电话13812345678，反映粉尘堆积")
    [taken] = post(desk, told)
    found = officer(desk).get(f"{SIGNALS}/{taken['id']}").json()["signal"]
    assert "粉尘堆积" in found["text"]
    with desk.database.reading() as db:
        for table in ("signal", "audit_entry", "access_record", "live_change"):
            rows = db.execute(text(f"SELECT t::text FROM {table} AS t")).scalars()  # noqa: S608
            assert not any("张小三" in row or "13812345678" in row for row in rows), table
    refused = officer(desk).post(
        SIGNALS, json={"signals": [signal(desk) | {"informant": "张小三"}]}
    )
    assert refused.status_code == 422


def test_an_unmatched_signal_waits_and_a_name_alone_never_matches(desk: Desk) -> None:
    name = f"同名企业{next(desk.numbers)}"
    firm = enter(desk, name=name)
    [taken] = post(desk, signal(desk, enterprise_name=name))
    assert taken["state"] == "unmatched"
    page = officer(desk).get(f"{SIGNALS}/{taken['id']}").json()
    assert [one["id"] for one in page["candidates"]] == [firm["id"]]
    queue = officer(desk).get(SIGNALS, params={"state": "unmatched", "limit": 100}).json()
    assert taken["id"] in [one["id"] for one in queue["items"]]
    stranger = desk.client_of(desk.bureau.stranger)
    assert stranger.get(f"{SIGNALS}/{taken['id']}").status_code == 404
    assert act(desk, taken, "match", 7, enterprise_id=firm["id"]).status_code == 409
    elsewhere = act(desk, taken, "match", 1, enterprise_id=taken["id"])
    assert elsewhere.json()["missing_fields"] == ["enterprise_id"]
    assert act(desk, taken, "match", 1, enterprise_id=firm["id"]).json()["state"] == "matched"
    assert act(desk, taken, "set_aside", 2).status_code == 422
    assert act(desk, taken, "unmatch", 2).json()["enterprise_id"] is None
    assert act(desk, taken, "set_aside", 3).json()["set_aside_because"] == "核对名称地址"
    assert act(desk, taken, "reopen", 4).json()["state"] == "unmatched"


def test_a_waiting_signal_is_matched_once_its_code_is_registered(desk: Desk) -> None:
    firm = desk.firm()
    [taken] = post(desk, signal(desk, credit_code=firm["credit_code"]))
    assert taken["state"] == "unmatched"
    assert officer(desk).post("/api/v1/enterprises", json=firm).status_code == 201
    with desk.database.writing() as db:
        assert signals.match_waiting(db, desk.clock.now()) == 1
        assert signals.match_waiting(db, desk.clock.now()) == 0
    found = officer(desk).get(f"{SIGNALS}/{taken['id']}").json()["signal"]
    assert (found["state"], found["version"]) == ("matched", 2)


def test_plant_data_counts_only_beyond_a_threshold_the_plants_own_first(desk: Desk) -> None:
    firm = enter(desk)
    code = {"credit_code": firm["credit_code"]}
    below, red = post(
        desk, signal(desk, **code, **reading(20)), signal(desk, **code, **reading(60))
    )
    assert (below["outcome"], below["id"]) == ("below_threshold", None)
    found = officer(desk).get(f"{SIGNALS}/{red['id']}").json()["signal"]
    assert (found["level"], found["reading"]["limit"]) == ("red", 50)
    assert "house" in found["reading"]["threshold_source"]
    [unknown] = post(desk, signal(desk, **code, **reading(300, "温度", "℃")))
    assert (unknown["outcome"], "监测阈值" in unknown["problem"]) == ("refused", True)
    threshold = {
        "point": "GT-01",
        "quantity": "温度",
        "unit": "℃",
        "direction": "above",
        "limit": 280,
        "level": "orange",
    }
    one = {
        "field": "monitoring_threshold",
        "value": threshold,
        "source": "安全设施设计专篇",
        "as_of": "2026-03-01",
    }
    told = officer(desk).post(
        f"/api/v1/enterprises/{firm['id']}/tell",
        json={"statements": [one], "reason": "按设计文件登记"},
        headers={"If-Match": '"1"'},
    )
    assert told.status_code == 200, told.text
    [hot] = post(desk, signal(desk, **code, **reading(300, "温度", "℃")))
    found = officer(desk).get(f"{SIGNALS}/{hot['id']}").json()["signal"]
    assert (found["level"], found["reading"]["threshold_source"]) == (
        "orange",
        "安全设施设计专篇",
    )


def test_a_file_is_tried_without_a_trace_and_told_row_by_row(desk: Desk) -> None:
    firm = enter(desk)
    code, number = firm["credit_code"], next(desk.numbers)
    lines = [
        FILE_HEADER,
        f"投诉举报,F-{number}-1,12345,{code},,,2026-03-01 08:00,粉尘大,,,,,张小三",
        f"安全生产数据,F-{number}-2,DCS,{code},,,2026-03-01,,GT-01,可燃气体浓度,30,%LEL,",
        f"天气,F-{number}-3,12345,,,,2026-03-01,,,,,,",
        f"信访,F-{number}-4,12345,,某企业,紫,不详,,,,,,",
    ]
    content = "\n".join(lines).encode("gbk")
    client = officer(desk)

    def rows() -> list[object]:
        with desk.database.reading() as db:
            return [
                db.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our tables
                for table in metadata.tables
            ]

    before = rows()
    seen = client.post("/api/v1/signal-imports/preview", content=content).json()
    assert rows() == before
    assert (seen["applied"], seen["counts"]["recorded"]) == (False, 2)
    assert [(one["row"], one["column"]) for one in seen["faults"]] == [
        (4, "类别"),
        (5, "级别"),
        (5, "发生时间"),
    ]
    assert (seen["struck_columns"], seen["ignored_columns"]) == (["举报人"], [])
    taken = client.post("/api/v1/signal-imports", content=content).json()
    assert (taken["applied"], taken["counts"]["recorded"]) == (True, 2)
    again = client.post("/api/v1/signal-imports", content=content).json()
    assert (again["counts"]["recorded"], again["counts"]["known"]) == (0, 2)


def test_a_file_without_its_columns_is_refused(desk: Desk) -> None:
    answer = officer(desk).post("/api/v1/signal-imports", content="类别,编号".encode())
    assert (answer.status_code, answer.json()["missing_fields"]) == (422, ["file"])
    assert "来源系统" in answer.json()["message_zh"]


#: Name of the constraint → SQL that violates it and nothing else.
VIOLATIONS = {
    "ck_signal_kind": "UPDATE signal SET kind = 'gossip'",
    "ck_signal_level": "UPDATE signal SET level = 'pink'",
    "ck_signal_state": "UPDATE signal SET state = 'x', enterprise_id = NULL",
    "ck_signal_version": "UPDATE signal SET version = 0",
    "ck_signal_content_sha256": "UPDATE signal SET content_sha256 = 'x'",
    "ck_signal_matched": "UPDATE signal SET state = 'matched', enterprise_id = NULL",
    "ck_signal_aside": "UPDATE signal SET set_aside_because = 'x'",
    "ck_signal_reading": "UPDATE signal SET reading = '{}'",
    "uq_signal_source_system_external_id": "INSERT INTO signal SELECT gen_random_uuid(), kind,"
    " source_system, external_id, content_sha256, credit_code, enterprise_name, enterprise_id,"
    " unit_id, state, version, level, occurred_at, received_at, received_by FROM signal",
    "fk_signal_enterprise_id": "UPDATE signal SET state = 'matched', enterprise_id ="
    " gen_random_uuid()",
    "fk_signal_unit_id": "UPDATE signal SET unit_id = gen_random_uuid()",
}


@pytest.fixture(scope="module")
def filled(desk: Desk) -> Desk:
    with desk.database.writing() as db:
        db.execute(text("DELETE FROM signal"))
    post(desk, signal(desk))
    return desk


def test_the_database_refuses_what_no_program_may_do(filled: Desk) -> None:
    with filled.database.reading() as db:
        refused = {name: refused_by(db, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}
    named = {str(one.name) for one in metadata.tables["signal"].constraints} - {"pk_signal"}
    assert named == set(VIOLATIONS)
