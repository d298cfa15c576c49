"""AC-01, AC-05: an aide decides nothing; one person with two roles is still one person."""

from uuid import UUID

from handover_desk import HandoverDesk, told
from jiangsu import FINDING, grant, looked_at, reported

from server.identity.permissions import Role


def test_an_aide_suggests_and_an_officer_decides(desk: HandoverDesk) -> None:
    people = desk.bureau
    lead = reported(desk)
    looked_at(desk, people.aide, lead)
    for event, body in (("confirm", FINDING), ("dismiss", {"reason": "test"})):
        refused = desk.on_newest(people.aide, f"leads/{lead}", event, body)
        assert told(refused) == (403, "R-043"), event
    desk.do(people.aide, f"leads/{lead}", "prescreen", {"suggestion": "to_confirm"})
    assert desk.read(people.aide, f"leads/{lead}")["state"] == "prescreened"
    looked_at(desk, people.officer, lead)
    done = desk.do(people.officer, f"leads/{lead}", "confirm", FINDING)
    assert {act["actor"] for act in done["acts"]} >= {people.aide.account, people.officer.account}


def test_one_role_is_worn_at_a_time_and_the_chain_says_which(desk: HandoverDesk) -> None:
    people = desk.bureau
    account = people.second_officer.account
    grant(desk, account, Role.LEGAL, people.unit)
    client = desk.as_(people.second_officer)
    me = client.get("/api/v1/me").json()
    assert {held["role"]: held["worn"] for held in me["roles"]} == {"officer": True, "legal": False}
    legal = next(held["id"] for held in me["roles"] if held["role"] == "legal")
    changed = client.post("/api/v1/me/role", json={"id": legal}).json()
    assert (changed["role"], "leads.confirm" in changed["may"]) == ("legal", False)
    lead = reported(desk)
    refused = client.post(
        f"/api/v1/leads/{lead}/confirm", json=FINDING, headers={"If-Match": '"1"'}
    )
    assert told(refused)[0] == 403
    unknown = client.post("/api/v1/me/role", json={"id": str(UUID(int=1))})
    assert told(unknown)[0] == 404
