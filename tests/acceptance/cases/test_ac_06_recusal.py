"""AC-06: what somebody keeps away from is gone at once, also by its address."""

from handover_desk import HandoverDesk, told
from jiangsu import FINDING, looked_at, reported


def test_a_declared_interest_takes_the_firm_away(desk: HandoverDesk) -> None:
    people = desk.bureau
    lead = reported(desk)
    looked_at(desk, people.officer, lead)
    page = desk.read(people.officer, f"leads/{lead}")
    firm = page["enterprise"]["id"]
    silent = desk.as_(people.officer).post(
        f"/api/v1/enterprises/{firm}/recuse", json={"reason": " "}
    )
    assert (silent.status_code, silent.json()["missing_fields"]) == (422, ["reason"])
    why = {"reason": "近亲属在该企业任职"}
    declared = desk.as_(people.officer).post(f"/api/v1/enterprises/{firm}/recuse", json=why)
    assert declared.status_code == 200, declared.text
    assert desk.read(people.officer, "leads")["items"] == []
    assert desk.read(people.officer, "leads")["counts"] == {}
    for gone in (
        f"leads/{lead}",
        f"enterprises/{firm}",
        f"evidence/{page['picture_id']}/content",
        "sites/yard/assignments",
    ):
        assert desk.as_(people.officer).get(f"/api/v1/{gone}").status_code == 404, gone
    refused = desk.try_(people.officer, f"leads/{lead}/confirm", FINDING, page["version"])
    assert told(refused)[0] == 404
    assert desk.read(people.second_officer, f"leads/{lead}")["state"] == "new"

    held = desk.read(people.officer, "recusals")["items"]
    assert [one["reason"] for one in held] == [why["reason"]]
    own_end = desk.as_(people.officer).post(
        f"/api/v1/recusals/{held[0]['id']}/end", json={"reason": "已离职"}
    )
    assert own_end.status_code == 403
    ended = desk.as_(people.leader).post(
        f"/api/v1/recusals/{held[0]['id']}/end", json={"reason": "亲属已离职"}
    )
    assert ended.status_code == 200, ended.text
    assert desk.read(people.officer, f"leads/{lead}")["state"] == "new"
