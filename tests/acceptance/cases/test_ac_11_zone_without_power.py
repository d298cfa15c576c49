"""AC-11: a firm in a development zone is nobody's until a document says whose it is."""

from bureau import SETUP
from handover_desk import HandoverDesk, told
from jiangsu import DOC, FINDING, city_of, looked_at, reported
from sqlalchemy import text

from server.identity import units


def test_a_zones_firm_has_no_task_until_a_unit_is_assigned(desk: HandoverDesk) -> None:
    people, city = desk.bureau, city_of(desk)
    with desk.database.writing() as db:
        db.execute(text("DELETE FROM enforcement_assignment"))
        db.execute(text("UPDATE site SET division_code = '320371'"))
    lead = reported(desk)
    looked_at(desk, people.officer, lead)
    assert desk.read(people.officer, "sites/yard/assignments") == {"items": [], "holder": None}
    refused = desk.on_newest(people.officer, f"leads/{lead}", "confirm", FINDING)
    assert told(refused) == (403, "R-020")
    assert "尚未确定管辖单位" in refused.json()["message_zh"]
    assert desk.read(people.officer, "tasks")["items"] == []

    with desk.database.writing() as db:
        zone = units.add_unit(db, desk.clock.now(), "徐州市徐州经济技术开发区应急管理局", None)
    wanted = {"valid_from": desk.clock.now().isoformat(), "doc_no": DOC}
    powerless = desk.as_(city.leader).post(
        "/api/v1/sites/yard/designate", json=wanted | {"unit_id": str(zone.id)}
    )
    assert told(powerless)[0] == 409
    assert "尚无执法权" in powerless.json()["message_zh"]
    assigned = desk.as_(city.leader).post(
        "/api/v1/sites/yard/designate", json=wanted | {"unit_id": str(people.unit)}
    )
    assert assigned.json()["holder"] == "江宁区应急管理局"
    done = desk.do(people.officer, f"leads/{lead}", "confirm", FINDING)
    assert done["state"] == "tasked"
    with desk.database.writing() as db:
        units.give_power(db, desk.clock.now(), SETUP, zone.name, "徐府〔2026〕3号")
        assert units.unit_ref(db, zone.id).has_power
