"""Rounds of online patrol over HTTP: what counts as a look, what is refused, what rolls over."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bureau import CAMERAS, CATALOGUE
from handover_desk import Page, handover_desk, told
from patrol_desk import PatrolDesk
from violations import refused_by

from server.online_patrols import service as patrols
from server.tables import metadata
from server.upkeep import Upkeep

EMPTY: dict[str, str] = {}


@pytest.fixture(scope="module")
def patrol(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatrolDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("patrols")) as desk:
        yield PatrolDesk(desk)


@pytest.fixture
def path(patrol: PatrolDesk) -> str:
    """A round that runs, on a day of its own."""
    patrol.desk.clock.advance(timedelta(days=1))
    with patrol.desk.database.writing() as db:
        patrols.lapse(db, patrol.desk.clock.now())
    assert patrol.roster(patrol.desk.bureau.officer).status_code == 200
    made = f"patrols/{patrol.planned()['id']}"
    patrol.desk.do(patrol.desk.bureau.officer, made, "start", EMPTY)
    return made


def test_every_look_shows_its_basis_its_reason_and_whether_a_lawyer_read_it(
    patrol: PatrolDesk, path: str
) -> None:
    item = patrol.item(path, "gate")
    assert item["basis"]["id"] == "AQSCF-2021-65-P1"
    assert item["basis"]["review_status"] == "UNREVIEWED"
    assert item["basis"]["quote"]
    assert item["why_zh"] in {"从未巡查", "上轮未看"}


def test_a_look_takes_eight_seconds_with_the_picture_open(patrol: PatrolDesk, path: str) -> None:
    patrol.take_pictures("gate")
    assert told(patrol.look(path, "gate", seconds=7)) == (422, "WORKFLOW-5.3")
    assert patrol.look(path, "gate", seconds=1).status_code == 200
    item = patrol.item(path, "gate")
    assert (item["result"], item["looked_by"]) == ("nothing", "wang")
    assert len(item["sha256"]) == 64


def test_ticking_without_the_picture_shown_is_refused(patrol: PatrolDesk, path: str) -> None:
    patrol.take_pictures("gate")
    item = patrol.item(path, "gate")
    patrol.desk.clock.advance(timedelta(seconds=20))
    body = {"item": item["id"], "result": "nothing", "picture": item["picture"]["id"]}
    refused = patrol.desk.on_newest(patrol.desk.bureau.officer, path, "look", body)
    assert told(refused) == (422, "WORKFLOW-5.3")
    body.pop("picture")
    refused = patrol.desk.on_newest(patrol.desk.bureau.officer, path, "look", body)
    assert told(refused) == (422, "WORKFLOW-5.3")


def test_an_old_picture_is_no_look_and_no_picture_is_a_result(
    patrol: PatrolDesk, path: str
) -> None:
    patrol.take_pictures("dock")
    assert told(patrol.look(path, "dock", "no_picture"))[0] == 422
    patrol.desk.clock.advance(timedelta(minutes=31))
    assert patrol.item(path, "dock")["picture"] is None
    assert told(patrol.look(path, "dock")) == (422, "WORKFLOW-5.3")
    assert patrol.look(path, "dock", "no_picture").status_code == 200


def test_what_is_suspected_is_said_in_words_and_belongs_to_a_lead_of_the_camera(
    patrol: PatrolDesk, path: str
) -> None:
    patrol.take_pictures("gate", "dock")
    other = patrol.item(path, "dock")["hints"]
    own = patrol.item(path, "gate")["hints"][-1]
    assert own["hazard"].startswith("疑似")
    assert told(patrol.look(path, "gate", "suspected"))[0] == 422
    words = {"description": "门口一人未戴安全帽"}
    foreign = patrol.look(path, "gate", "suspected", lead_id=other[-1]["lead_id"], **words)
    assert told(foreign)[0] == 422
    seen = patrol.look(path, "gate", "suspected", lead_id=own["lead_id"], **words)
    assert seen.status_code == 200, seen.text


def test_a_round_is_signed_only_when_every_camera_is_answered_and_with_the_own_name(
    patrol: PatrolDesk, path: str
) -> None:
    signed = {"disposition": "无需处理", "signature": patrol.desk.bureau.officer.full_name}
    unfinished = patrol.desk.on_newest(patrol.desk.bureau.officer, path, "finish", signed)
    assert told(unfinished)[0] == 422
    assert "尚有" in unfinished.json()["message_zh"]
    patrol.look_at_all(path)
    wrong = patrol.desk.on_newest(
        patrol.desk.bureau.officer, path, "finish", signed | {"signature": "某人"}
    )
    assert told(wrong)[0] == 422
    page = patrol.desk.do(patrol.desk.bureau.officer, path, "finish", signed)
    assert (page["state"], page["left"]) == ("done", 0)
    page = patrol.desk.do(
        patrol.desk.bureau.officer, path, "append", {"text": "第二路画面时间应为下午"}
    )
    assert [note["text"] for note in page["notes"]] == ["第二路画面时间应为下午"]
    assert patrol.desk.read(patrol.desk.bureau.leader, "patrols/coverage")["never_seen"] == 0


def test_what_a_round_leaves_is_looked_at_first_in_the_next(patrol: PatrolDesk, path: str) -> None:
    patrol.take_pictures("gate")
    assert patrol.look(path, "gate").status_code == 200
    items = patrol.desk.read(patrol.desk.bureau.officer, path)["items"]
    left = {one["camera"] for one in items if one["result"] is None}
    assert left
    patrol.desk.clock.advance(timedelta(days=1))
    late = patrol.look(path, next(iter(left)))
    assert told(late)[0] == 422
    with patrol.desk.database.writing() as db:
        assert patrols.lapse(db, patrol.desk.clock.now()) == 1
        assert patrols.lapse(db, patrol.desk.clock.now()) == 0
    ended = patrol.desk.read(patrol.desk.bureau.officer, path)
    assert (ended["state"], ended["left"]) == ("partial", len(left))
    patrol.roster(patrol.desk.bureau.officer)
    with patrol.desk.database.writing() as db:
        assert patrols.schedule_day(db, patrol.desk.clock.now(), CATALOGUE) == 1
        assert patrols.schedule_day(db, patrol.desk.clock.now(), CATALOGUE) == 0
    newest = patrol.desk.as_(patrol.desk.bureau.officer).get("/api/v1/patrols").json()[0]
    page = patrol.desk.read(patrol.desk.bureau.officer, f"patrols/{newest['id']}")
    first = page["items"][: len(left)]
    assert {one["camera"] for one in first} == left
    assert {one["why"] for one in first} <= {"left_over", "never_seen"}
    patrol.desk.clock.advance(timedelta(days=1))
    patrol.roster(patrol.desk.bureau.officer)
    Upkeep(patrol.desk.database, patrol.desk.clock, CATALOGUE, timedelta(minutes=5)).step()
    missed = patrol.desk.read(patrol.desk.bureau.officer, f"patrols/{newest['id']}")
    assert missed["state"] == "missed"
    today = patrol.desk.as_(patrol.desk.bureau.officer).get("/api/v1/patrols").json()[0]
    assert (today["state"], today["id"] != newest["id"]) == ("planned", True)


@pytest.mark.parametrize(
    ("who", "event", "status", "rule"),
    [
        ("aide", "start", 403, "R-043"),
        ("aide", "look", 403, "R-043"),
        ("expired_officer", "look", 403, "INV-3"),
        ("second_officer", "look", 403, "WORKFLOW-5.3"),
        ("leader", "look", 403, "WORKFLOW-2"),
        ("stranger", "look", 404, None),
        ("officer", "start", 422, None),
        ("officer", "append", 422, None),
        ("officer", "keep_watch", 422, None),
    ],
)
def test_who_may_not_and_what_the_state_forbids_changes_nothing(
    patrol: PatrolDesk, path: str, who: str, event: str, status: int, rule: str | None
) -> None:
    before = patrol.desk.read(patrol.desk.bureau.officer, path)
    bodies: dict[str, Page] = {
        "start": {},
        "keep_watch": {},
        "look": {"item": before["items"][0]["id"], "result": "no_picture"},
        "append": {"text": "更正"},
    }
    actor = getattr(patrol.desk.bureau, who)
    answer = patrol.desk.try_(actor, f"{path}/{event}", bodies[event], before["version"])
    assert told(answer) == (status, rule)
    assert patrol.desk.read(patrol.desk.bureau.officer, path)["version"] == before["version"]


def test_nobody_starts_who_is_not_on_the_roster_and_no_round_is_planned_without_one(
    patrol: PatrolDesk, path: str
) -> None:
    desk = patrol.desk
    assert path
    again = desk.as_(desk.bureau.leader).post("/api/v1/patrols", json={})
    assert again.status_code == 409
    desk.clock.advance(timedelta(days=1))
    nobody = desk.as_(desk.bureau.leader).post("/api/v1/patrols", json={})
    assert told(nobody)[0] == 422
    assert patrol.roster(desk.bureau.stranger).status_code == 422
    assert patrol.roster(desk.bureau.second_officer).status_code == 200
    made = f"patrols/{patrol.planned()['id']}"
    answer = desk.on_newest(desk.bureau.officer, made, "start", EMPTY)
    assert told(answer) == (403, "WORKFLOW-5.3")


VIOLATIONS = {
    "ck_patrol_round_state": "UPDATE patrol_round SET state = 'lost'",
    "ck_patrol_round_kind": "UPDATE patrol_round SET kind = 'walk'",
    "ck_patrol_round_version": "UPDATE patrol_round SET version = 0",
    "ck_patrol_round_seed": "UPDATE patrol_round SET seed = 'x'",
    "ck_patrol_round_window": "UPDATE patrol_round SET window_end = created_at",
    "ck_patrol_round_started": "UPDATE patrol_round SET started_at = NULL WHERE state = 'running'",
    "uq_patrol_round_number": "INSERT INTO patrol_round SELECT (jsonb_populate_record(r,"
    " jsonb_build_object('id', gen_random_uuid()))).* FROM patrol_round r LIMIT 1",
    "ck_patrol_officer_signed": "UPDATE patrol_officer SET signature = NULL, signed_at = now()",
    "ck_patrol_item_why": "UPDATE patrol_item SET why = 'mood'",
    "ck_patrol_item_result": "UPDATE patrol_item SET result = 'fine', looked_at = now(),"
    " looked_by = 'x', sha256 = 'x'",
    "ck_patrol_item_position": "UPDATE patrol_item SET position = 0",
    "ck_patrol_item_looked": "UPDATE patrol_item SET looked_at = now() WHERE result IS NULL",
    "ck_patrol_item_looked_by": "UPDATE patrol_item SET looked_by = 'x' WHERE result IS NULL",
    "ck_patrol_item_picture": "UPDATE patrol_item SET result = 'nothing', looked_at = now(),"
    " looked_by = 'x', sha256 = NULL",
    "ck_patrol_item_description": "UPDATE patrol_item SET result = 'suspected', sha256 = 'x',"
    " looked_at = now(), looked_by = 'x', description = NULL",
    "uq_patrol_item_round_id_device_camera": "UPDATE patrol_item SET camera = 'same'",
    "ck_patrol_note_text": "INSERT INTO patrol_note SELECT gen_random_uuid(), id, now(), 'x', ' '"
    " FROM patrol_round LIMIT 1",
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_database_refuses_what_no_program_may_write(
    patrol: PatrolDesk, path: str, name: str
) -> None:
    assert path
    with patrol.desk.database.reading() as db:
        assert refused_by(db, VIOLATIONS[name]) == name


def test_every_check_of_rounds_is_violated_above() -> None:
    tables = [table for name, table in metadata.tables.items() if name.startswith("patrol_")]
    named = {str(one.name) for table in tables for one in table.constraints}
    assert {one for one in named if one.startswith(("ck_", "uq_"))} == set(VIOLATIONS)
    assert len(CAMERAS) == 7
