"""AC-09, AC-10: another unit's firm, and a city that takes over in the middle of a case."""

from datetime import timedelta
from uuid import UUID

from handover_desk import HandoverDesk, told
from jiangsu import DOC, FINDING, City, city_of, looked_at, reported, soon

from server.identity.permissions import Role


def test_a_take_over_by_document_moves_what_comes_after_it(desk: HandoverDesk) -> None:
    county, city = desk.bureau, city_of(desk)
    old, handled = reported(desk), reported(desk)
    looked_at(desk, county.officer, handled)
    looked_at(desk, city.officer, handled)

    # Who stands above reads, and does not act.
    above = desk.on_newest(city.officer, f"leads/{handled}", "confirm", FINDING)
    assert told(above) == (403, "R-020")
    assert "江宁区应急管理局" in above.json()["message_zh"]
    assert told(desk.on_newest(county.stranger, f"leads/{old}", "confirm", FINDING))[0] == 404

    _taken_over(desk, city)

    # Until its minute everything stays; what was begun stays with who began it.
    done = desk.do(county.officer, f"leads/{handled}", "confirm", FINDING)
    desk.move_to(desk.clock.now() + timedelta(hours=3))
    assert desk.read(county.officer, "sites/yard/assignments")["holder"] == "南京市应急管理局"
    assert desk.read(county.officer, f"tasks/{done['task_id']}")["state"] == "draft"
    _handed_over(desk, city, old)
    _urged(desk, city)


def _taken_over(desk: HandoverDesk, city: City) -> None:
    """提级: only from above, only by document, and never two at a time."""
    county = desk.bureau
    wanted = {"doc_no": DOC, "valid_from": soon(desk, hours=2)}
    low = desk.as_(county.leader).post("/api/v1/sites/yard/take-over", json=wanted)
    assert told(low) == (403, "R-020")
    bare = wanted | {"doc_no": " "}
    nameless = desk.as_(city.leader).post("/api/v1/sites/yard/take-over", json=bare)
    assert nameless.json()["missing_fields"] == ["doc_no"]
    taken = desk.as_(city.leader).post("/api/v1/sites/yard/take-over", json=wanted)
    assert taken.status_code == 200, taken.text
    assert [one["basis_zh"] for one in taken.json()["items"]] == ["属地", "提级"]
    earlier = {"doc_no": DOC, "valid_from": soon(desk, hours=1)}
    overlap = desk.as_(city.leader).post("/api/v1/sites/yard/take-over", json=earlier)
    assert told(overlap)[0] in {403, 409}


def _handed_over(desk: HandoverDesk, city: City, old: UUID) -> None:
    """The county's officer makes no task any more; one step gives the lead to the city."""
    county = desk.bureau
    looked_at(desk, county.officer, old)
    refused = desk.on_newest(county.officer, f"leads/{old}", "confirm", FINDING)
    assert told(refused) == (403, "R-020")
    assert refused.json()["message_zh"] == "该企业由南京市应急管理局管辖，请移送或申请指定管辖"
    given = desk.on_newest(county.officer, f"leads/{old}", "hand-over", None)
    assert given.status_code == 200, given.text
    assert desk.as_(county.officer).get(f"/api/v1/leads/{old}").status_code == 404
    history = [act["event"] for act in desk.read(city.officer, f"leads/{old}")["acts"]]
    assert history == ["created", "handed_over"]

    # What comes after that minute is the city's from the beginning.
    new = reported(desk)
    assert desk.as_(county.officer).get(f"/api/v1/leads/{new}").status_code == 404
    looked_at(desk, city.officer, new)
    assert desk.do(city.officer, f"leads/{new}", "confirm", FINDING)["state"] == "tasked"


def _urged(desk: HandoverDesk, city: City) -> None:
    """督办: the city presses for what stayed with the county, and the county answers."""
    leads = desk.read(desk.bureau.officer, "leads")["items"]
    path = f"leads/{leads[0]['id']}"
    wanted = {"text": "请于明日前反馈", "due_at": soon(desk, days=1)}
    own = desk.as_(desk.bureau.leader).post(f"/api/v1/{path}/urge", json=wanted)
    assert told(own) == (403, "R-020")
    made = desk.as_(city.leader).post(f"/api/v1/{path}/urge", json=wanted)
    assert made.status_code == 200, made.text
    urging = desk.read(desk.bureau.officer, "urgings")["items"][0]
    answer = f"urgings/{urging['id']}/answer"
    done = {"answer": "已下发检查任务"}
    assert told(desk.try_(city.leader, answer, done, 1)) == (403, "R-020")
    assert told(desk.try_(desk.bureau.officer, answer, {"answer": " "}, 1))[0] == 422
    answered = desk.try_(desk.bureau.officer, answer, done, 1)
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    assert told(desk.try_(desk.bureau.officer, answer, done, 2))[0] == 422
    assert told(desk.try_(desk.bureau.of(Role.AIDE), answer, done, 2)) == (403, "R-043")
