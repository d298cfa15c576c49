"""AC-04: a round with a camera on a major hazard source of a chemical firm needs two officers."""

from datetime import timedelta

import pytest
from handover_desk import HandoverDesk, told
from patrol_desk import PatrolDesk

from server.audit import service as audit
from server.audit.service import Thing
from server.online_patrols import service as patrols


@pytest.fixture
def desk(fresh_desk: HandoverDesk) -> HandoverDesk:
    """A unit has one round a day: each story needs a day of its own."""
    return fresh_desk


def test_one_officer_is_refused_and_offered_an_internal_watch_and_two_sign_the_record(
    desk: HandoverDesk,
) -> None:
    patrol, bureau = PatrolDesk(desk), desk.bureau
    patrol.make_major_hazard_source()
    assert patrol.roster(bureau.officer, bureau.second_officer).status_code == 200
    path = f"patrols/{patrol.planned()['id']}"

    alone = desk.on_newest(bureau.officer, path, "start", {})
    assert told(alone) == (403, "R-009")
    assert "改为内部值守" in alone.json()["message_zh"]
    page = desk.read(bureau.officer, path)
    assert (page["state"], page["version"]) == ("planned", 1)
    assert "keep_watch" in page["allowed"]

    for second in (bureau.officer, bureau.expired_officer, bureau.aide, bureau.stranger):
        tricked = desk.on_newest(bureau.officer, path, "start", {"second_officer": second.account})
        assert told(tricked) == (403, "R-009"), second.account

    both = {"second_officer": bureau.second_officer.account}
    page = desk.do(bureau.officer, path, "start", both)
    assert page["state"] == "running"
    with desk.database.reading() as db:
        shown = patrols.announced(db, patrol.enterprise().id)
    assert [(one.full_name, one.certificate_no) for one in shown[0].officers] == [
        (bureau.second_officer.full_name, "苏A-0001"),
        (bureau.officer.full_name, "苏A-0001"),
    ]
    assert len(shown) == 1

    _look_and_sign(patrol, path)
    _check_record(desk, page["id"])


def _look_and_sign(patrol: PatrolDesk, path: str) -> None:
    desk, bureau = patrol.desk, patrol.desk.bureau
    patrol.look_at_all(path)
    early = {"disposition": "未见异常，按计划复看", "signature": bureau.officer.full_name}
    page = desk.do(bureau.officer, path, "finish", early)
    assert page["state"] == "running", "the second officer has not signed"
    page = desk.do(
        bureau.second_officer,
        path,
        "finish",
        early | {"signature": bureau.second_officer.full_name},
    )
    assert page["state"] == "done"
    assert all(one["signature"] for one in page["officers"])


def _check_record(desk: HandoverDesk, round_id: str) -> None:
    bureau = desk.bureau
    of = {"about_type": "patrol_round", "about_id": round_id}
    (record,) = desk.as_(bureau.officer).get("/api/v1/documents", params=of).json()
    assert (record["form"], record["title"]) == ("F1", "网络巡查记录")
    signed = next(one for one in record["fields"] if one["key"] == "signatures")
    assert bureau.officer.full_name in signed["value"]
    assert bureau.second_officer.full_name in signed["value"]
    assert record["missing"]["finish"] == []
    with desk.database.reading() as db:
        history = audit.history(db, Thing("patrol_round", round_id))
    assert [one.event for one in history][:2] == ["scheduled", "start"]


def test_an_internal_watch_needs_one_and_makes_no_record_of_a_patrol(desk: HandoverDesk) -> None:
    patrol, bureau = PatrolDesk(desk), desk.bureau
    desk.clock.advance(timedelta(days=1))
    patrol.roster(bureau.officer)
    path = f"patrols/{patrol.planned()['id']}"
    page = desk.do(bureau.officer, path, "keep_watch", {})
    assert page["kind"] == "watch"
    page = desk.do(bureau.officer, path, "start", {})
    cameras = [item["camera"] for item in page["items"]]
    for camera in cameras:
        patrol.take_pictures(camera)
        assert patrol.look(path, camera).status_code == 200
    signed = {"disposition": "内部值守，无异常", "signature": bureau.officer.full_name}
    page = desk.do(bureau.officer, path, "finish", signed)
    assert page["state"] == "done"
    of = {"about_type": "patrol_round", "about_id": page["id"]}
    assert desk.as_(bureau.officer).get("/api/v1/documents", params=of).json() == []
