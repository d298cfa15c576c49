"""一企一档 over HTTP: values with sources, conflicts that a person settles, a record's life."""

from typing import Any

import httpx
import pytest
from ledger_desk import Desk

from server.audit import service as audit
from server.audit.service import Thing

ADDRESS = "/api/v1/enterprises"


def enter(desk: Desk, **changes: Any) -> dict[str, Any]:
    made = officer(desk).post(ADDRESS, json=desk.firm(**changes))
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


def officer(desk: Desk) -> httpx.Client:
    return desk.client_of(desk.bureau.officer)


def act(
    desk: Desk, firm: dict[str, Any], verb: str, body: dict[str, Any] | None = None
) -> httpx.Response:
    version = record(desk, firm)["enterprise"]["version"]
    headers = {"If-Match": f'"{version}"'}
    return officer(desk).post(f"{ADDRESS}/{firm['id']}/{verb}", json=body, headers=headers)


def record(desk: Desk, firm: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = officer(desk).get(f"{ADDRESS}/{firm['id']}/record").json()
    return answer


def values(desk: Desk, firm: dict[str, Any], field: str) -> list[dict[str, Any]]:
    found = next(one for one in record(desk, firm)["fields"] if one["field"] == field)
    answer: list[dict[str, Any]] = found["values"]
    return answer


def telling(field: str, value: object, **more: Any) -> dict[str, Any]:
    one = {"field": field, "value": value, "source": "现场核对", "as_of": "2026-03-01"} | more
    return {"statements": [one], "reason": "现场核对营业执照"}


def test_a_draft_works_once_it_is_activated_and_ends_in_another(desk: Desk) -> None:
    first, second = enter(desk), enter(desk)
    assert (first["state"], first["sector"]) == ("draft", "dust")
    why = {"reason": "企业申请"}
    refused = act(desk, first, "resume", why)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_allowed_now")
    for verb, body, state in (
        ("activate", None, "active"),
        ("suspend", why, "suspended"),
        ("resume", why, "active"),
    ):
        assert act(desk, first, verb, body).json()["state"] == state
    itself = act(desk, first, "merge", why | {"into": first["id"]})
    assert (itself.status_code, itself.json()["missing_fields"]) == (422, ["into"])
    assert act(desk, second, "activate").status_code == 200
    merged = act(desk, first, "merge", why | {"into": second["id"]}).json()
    assert (merged["state"], merged["merged_into_id"]) == ("merged_into", second["id"])
    ended = act(desk, first, "tell", telling("name", "新名称"))
    assert ended.status_code == 422
    with desk.database.reading() as db:
        events = [e.event for e in audit.history(db, Thing("enterprise", first["id"]))]
    assert events == ["drafted", "activate", "suspend", "resume", "merge"]


def test_every_value_says_source_day_recorder_and_keeps_its_history(desk: Desk) -> None:
    firm = enter(desk)
    before = values(desk, firm, "address")[0]
    assert (before["source"], before["recorded_by"], before["stale"]) == (
        "现场登记",
        "wang",
        False,
    )
    assert act(desk, firm, "tell", telling("address", "江宁区演示路9号")).status_code == 200
    assert record(desk, firm)["enterprise"]["address"] == "江宁区演示路9号"
    path = f"{ADDRESS}/{firm['id']}/fields/address/history"
    said = officer(desk).get(path).json()["statements"]
    assert [one["value"] for one in said] == ["江宁区演示路3号", "江宁区演示路9号"]


def test_items_are_told_and_ended_one_by_one(desk: Desk) -> None:
    firm = enter(desk)
    licence = {"kind": "危险化学品经营许可证", "number": "苏-01", "valid_to": "2026-12-31"}
    assert act(desk, firm, "tell", telling("licence", licence)).status_code == 200
    assert [one["item"] for one in values(desk, firm, "licence")] == ["危险化学品经营许可证/苏-01"]
    unnamed = act(desk, firm, "tell", telling("licence", None))
    assert unnamed.status_code == 422
    ended = telling("licence", None, item="危险化学品经营许可证/苏-01", as_of="2026-03-02")
    assert act(desk, firm, "tell", ended).status_code == 200
    assert values(desk, firm, "licence") == []


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("sector", "banking", "sector"),
        ("standardisation", {"level": 4}, "standardisation.level"),
        ("name", None, "name"),
        ("name", "甲\x00乙", "name"),
        ("weather", "fine", "field"),
    ],
)
def test_a_wrong_value_is_refused_by_field(
    desk: Desk, field: str, value: object, named: str
) -> None:
    firm = enter(desk)
    refused = act(desk, firm, "tell", telling(field, value))
    assert (refused.status_code, refused.json()["missing_fields"]) == (422, [named])


def test_hostile_names_come_back_as_they_are(desk: Desk) -> None:
    hostile = '=HYPERLINK("http://x")<script>alert(1)</script>{{7*7}}%'
    firm = enter(desk, name=hostile)
    answer = officer(desk).get(f"{ADDRESS}/{firm['id']}/record")
    assert answer.json()["enterprise"]["name"] == hostile
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for text in ("<script>", "7*7", "'; DROP TABLE enterprise; --", "%%"):
        found = officer(desk).get(ADDRESS, params={"q": text})
        assert found.status_code == 200
        assert [row["id"] for row in found.json()["items"]] == (
            [firm["id"]] if text in hostile else []
        )


def test_namesake_districts_are_never_guessed(desk: Desk) -> None:
    """AC-11: 鼓楼区 is a district of 南京 and one of 徐州."""
    site = {"id": "gulou", "name": "主厂区", "address": "演示路3号", "division_code": "320106"}
    firm = enter(desk, sites=[site])
    refused = officer(desk).get(ADDRESS, params={"division": "鼓楼区"})
    assert refused.status_code == 422
    assert "320106" in refused.json()["message_zh"]
    assert "320302" in refused.json()["message_zh"]
    for wish, found in (
        ({"division": "鼓楼区", "city": "南京市"}, [firm["id"]]),
        ({"division": "320106"}, [firm["id"]]),
        ({"division": "鼓楼区", "city": "徐州市"}, []),
    ):
        rows = officer(desk).get(ADDRESS, params=wish).json()["items"]
        assert [row["id"] for row in rows] == found
    sites = record(desk, firm)["sites"]
    assert [one["division"] for one in sites] == ["南京市鼓楼区"]


def test_the_list_goes_on_where_it_stopped(desk: Desk) -> None:
    for _ in range(3):
        enter(desk)
    everything = officer(desk).get(ADDRESS, params={"limit": 100}).json()["items"]
    codes, cursor = [], None
    while True:
        wish = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = officer(desk).get(ADDRESS, params=wish).json()
        codes += [row["credit_code"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert codes == sorted(row["credit_code"] for row in everything)


def test_who_may_not_is_refused_and_who_is_elsewhere_finds_nothing(desk: Desk) -> None:
    firm = enter(desk)
    headers = {"If-Match": '"1"'}
    path = f"{ADDRESS}/{firm['id']}"
    aide = desk.client_of(desk.bureau.aide)
    assert aide.get(f"{path}/record").json()["allowed"] == []
    assert aide.post(f"{path}/activate", headers=headers).status_code == 403
    stranger = desk.client_of(desk.bureau.stranger)
    assert stranger.get(f"{path}/record").status_code == 404
    assert stranger.post(f"{path}/activate", headers=headers).status_code == 404
    assert officer(desk).post(f"{path}/activate").status_code == 428
    stale = officer(desk).post(f"{path}/activate", headers={"If-Match": '"7"'})
    assert stale.json()["code"] == "stale_version"
