"""Reminders over HTTP: what modules supply becomes items, told to whom it concerns, answered."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from bureau import BOX, FLAME, Reporter, Seen
from handover_desk import HandoverDesk, handover_desk, told

from server.audit import service as audit
from server.audit.service import Thing
from server.fleet import service as fleet
from server.identity.permissions import PERMISSIONS, Act, Role
from server.reminding import remind
from server.testing.fake_device import FakeDevice


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("desk")) as opened:
        yield opened


def items(desk: HandoverDesk, who: str, state: str = "open") -> dict[str, dict[str, object]]:
    """Return what somebody is told, by rule."""
    page = desk.read(getattr(desk.bureau, who), f"reminders?state={state}")
    return {item["rule"]: item for item in page["items"]}


def test_a_box_that_went_silent_is_told_once_climbs_and_settles_itself(desk: HandoverDesk) -> None:
    box = FakeDevice(id=BOX)
    with desk.database.writing() as db:
        fleet.hear(db, desk.clock.now(), box.state())
    assert remind(desk.database, desk.clock.now()).fired == 0
    desk.clock.advance(timedelta(minutes=30))
    assert [remind(desk.database, desk.clock.now()).fired for _ in range(2)] == [1, 0]
    item = items(desk, "devop")["R-031"]
    assert item["message_zh"] == "设备box-1离线。"
    assert (item["severity"], item["object_id"], item["events"]) == (
        "reminder",
        "box-1",
        ["handle"],
    )
    assert item["review_status"] == "UNREVIEWED"
    assert "R-031" not in items(desk, "leader")
    assert "R-031" not in items(desk, "stranger")
    # Nobody answers within a day: the leader hears.
    desk.clock.advance(timedelta(hours=24))
    assert remind(desk.database, desk.clock.now()).escalated >= 1
    assert items(desk, "leader")["R-031"]["steps_up"] == 1
    with desk.database.writing() as db:
        fleet.hear(db, desk.clock.now(), box.state(last_message_no=1))
    ran = remind(desk.database, desk.clock.now())
    assert (ran.fired, ran.settled) == (0, 1)
    assert items(desk, "devop", "auto_resolved")["R-031"]["events"] == []


def test_an_undecided_lead_is_told_to_officers_and_to_the_leader(desk: HandoverDesk) -> None:
    fire = Seen(started=desk.clock.now(), hazard=FLAME)
    with desk.database.writing() as db:
        lead = Reporter(db, desk.store).report(fire)
    desk.clock.advance(timedelta(minutes=5))
    assert remind(desk.database, desk.clock.now()).fired == 0
    desk.clock.advance(timedelta(hours=3))
    remind(desk.database, desk.clock.now())
    for who in ("officer", "leader"):
        item = items(desk, who)["R-001"]
        assert (item["object_id"], item["severity"]) == (str(lead), "warning")
        assert "已超过2小时未处置，请立即研判" in item["message_zh"]
    assert "无人查看" in items(desk, "leader")["R-002"]["message_zh"]
    assert "R-001" not in items(desk, "devop")


def test_an_answer_needs_a_reason_and_the_version_that_was_read(desk: HandoverDesk) -> None:
    box = FakeDevice(id=BOX, boot="fedcba9876543210")
    with desk.database.writing() as db:
        fleet.hear(db, desk.clock.now(), box.state())
    desk.clock.advance(timedelta(hours=1))
    remind(desk.database, desk.clock.now())
    item = items(desk, "devop")["R-031"]
    path = f"reminders/{item['id']}"
    devop = desk.bureau.devop
    assert told(desk.try_(desk.bureau.aide, f"{path}/handle", {"reason": "已处理"}, 1))[0] == 403
    assert (
        told(desk.try_(desk.bureau.stranger, f"{path}/handle", {"reason": "已处理"}, 1))[0] == 404
    )
    assert told(desk.try_(devop, f"{path}/handle", {"reason": " "}, 1))[0] == 422
    assert told(desk.try_(devop, f"{path}/handle", {"reason": "已处理"}, 7))[0] == 409
    done = desk.do(devop, path, "handle", {"reason": "电源已恢复"})
    assert (done["state"], done["handled_by"], done["events"]) == ("handled", devop.account, [])
    assert told(desk.try_(devop, f"{path}/handle", {"reason": "又一次"}, done["version"]))[0] == 422
    assert remind(desk.database, desk.clock.now()).fired == 0
    with desk.database.reading() as db:
        events = [entry.event for entry in audit.history(db, Thing("reminder", str(item["id"])))]
        assert events == ["fired", "handle"]
        assert audit.verify_chain(db).broken_at is None


def test_a_rule_is_switched_by_the_leader_and_never_one_that_blocks(desk: HandoverDesk) -> None:
    leader = desk.as_(desk.bureau.leader)
    off = {"on": False, "reason": "试用期间"}
    refused = leader.post("/api/v1/reminders/rules/R-043/switch", json=off)
    assert told(refused) == (403, "R-043")
    assert refused.json()["message_zh"] == "该规则不得停用"
    assert leader.post("/api/v1/reminders/rules/R-099/switch", json=off).status_code == 404
    table = leader.post("/api/v1/reminders/rules/R-014/switch", json=off).json()
    assert {rule["id"]: rule["is_on"] for rule in table["items"]}["R-014"] is False
    table = leader.post(
        "/api/v1/reminders/rules/R-014/switch", json={"on": True, "reason": "恢复"}
    ).json()
    assert all(rule["is_on"] for rule in table["items"])
    assert sum(rule["blocks"] for rule in table["items"]) == 5


def test_a_refused_act_is_recorded_and_told_once_a_day(desk: HandoverDesk) -> None:
    with desk.database.writing() as db:
        lead = Reporter(db, desk.store).report(Seen(started=desk.clock.now()))
    aide, path = desk.bureau.aide, f"leads/{lead}/confirm"
    for _ in range(2):
        answer = desk.try_(aide, path, {"finding": "画面中一人在装卸区未戴安全帽"}, 1)
        assert told(answer) == (403, "R-043")
    with desk.database.reading() as db:
        found = audit.history(db, Thing("refused_act", f"/api/v1/{path}"))
        assert [(one.actor, one.event, one.detail["rule"]) for one in found] == [
            (aide.account, "refused", "R-043")
        ] * 2
        assert audit.history(db, Thing("lead", str(lead)))[-1].event != "confirm"
        assert audit.verify_chain(db).broken_at is None
    auditor = desk.bureau.of(Role.AUDITOR)
    open_now = desk.read(auditor, "reminders")["items"]
    items_told = [one for one in open_now if one["object_id"].endswith(path)]
    assert [(one["rule"], one["severity"]) for one in items_told] == [("R-043", "supervision")]
    assert aide.full_name in items_told[0]["message_zh"]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_does_what_the_table_says(desk: HandoverDesk, role: Role) -> None:
    client = desk.as_(desk.bureau.of(role))
    nothing = "00000000-0000-7000-8000-000000000000"
    # For an enterprise what it may not see does not exist.
    refused = 404 if role is Role.ENT_MGR else 403
    reads = role in PERMISSIONS[Act.REMINDERS_READ]
    for path, found in (("", 200), ("/rules", 200), (f"/{nothing}", 404)):
        answer = client.get(f"/api/v1/reminders{path}")
        assert answer.status_code == (found if reads else refused), path
    for path, body, act in (
        (f"{nothing}/handle", {"reason": "已处理"}, Act.REMINDERS_HANDLE),
        ("rules/R-099/switch", {"on": True, "reason": "恢复"}, Act.REMINDERS_SWITCH),
    ):
        answer = client.post(f"/api/v1/reminders/{path}", json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == (404 if role in PERMISSIONS[act] else refused), path


def test_nobody_reads_without_signing_in(desk: HandoverDesk) -> None:
    with httpx.Client(base_url=desk.address, trust_env=False) as nobody:
        for path in ("reminders", "reminders/rules"):
            assert nobody.get(f"/api/v1/{path}").status_code == 401
