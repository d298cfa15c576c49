"""AC-23, AC-25: a ★ dismissal needs a second person, and the machine decides nothing."""

from datetime import timedelta
from uuid import UUID

from bureau import FLAME, Reporter, Seen
from handover_desk import HandoverDesk, told

from hazard_library.contract.ids import CameraId
from server.leads import service as leads

NO = {"reason": "misdetection"}


def flame(desk: HandoverDesk, camera: str) -> UUID:
    """Report a flame of now."""
    now = desk.clock.now()
    with desk.database.writing() as db:
        seen = Seen(started=now, hazard=FLAME, zone=None, camera=CameraId(camera))
        return Reporter(db, desk.store).report(seen, now)


def passes(desk: HandoverDesk, **time: int) -> None:
    """Let time pass, and the clocks of leads come round."""
    desk.move_to(desk.clock.now() + timedelta(**time))
    with desk.database.writing() as db:
        leads.come_round(db, desk.clock.now())


def rules_of(desk: HandoverDesk, lead: UUID) -> set[str]:
    """Return the rules that a lead sets off now."""
    items = desk.read(desk.bureau.leader, "leads/pressing")["items"]
    return {rule["rule_id"] for item in items if item["id"] == str(lead) for rule in item["rules"]}


def test_a_starred_dismissal_opens_again_unless_another_person_agrees(desk: HandoverDesk) -> None:
    people = desk.bureau
    lead = flame(desk, "gate")
    desk.do(people.officer, f"leads/{lead}", "dismiss", NO)
    listed = desk.read(people.leader, "leads?second_look=true")["items"]
    assert [row["id"] for row in listed] == [str(lead)]
    own = desk.on_newest(people.officer, f"leads/{lead}", "second-look", {"opinion": "同意误报"})
    assert told(own) == (403, "WORKFLOW-2")
    passes(desk, hours=4)
    page = desk.read(people.leader, f"leads/{lead}")
    assert (page["state"], page["decision"]) == ("relook", None)
    assert [(one["verdict"], one["revoked_at"] is None) for one in page["said"]] == [
        ("false_alarm", False)
    ]
    desk.do(people.officer, f"leads/{lead}", "dismiss", NO)
    desk.do(people.leader, f"leads/{lead}", "second-look", {"opinion": "确为灯光反射"})
    passes(desk, hours=5)
    assert desk.read(people.leader, f"leads/{lead}")["state"] == "false_alarm"

    passes(desk, days=40)
    asked = desk.do(people.officer, f"leads/{lead}", "reopen", {"reason": "企业补充了录像"})
    assert (asked["state"], asked["waiting"]["event"]) == ("false_alarm", "reopen")
    opened = desk.do(people.leader, f"leads/{lead}", "approve", {"opinion": "同意复开"})
    assert opened["state"] == "relook"
    assert len(opened["said"]) == 2, "old decisions, reasons and authors stay"


def test_a_night_without_anybody_decides_nothing(desk: HandoverDesk) -> None:
    lead = flame(desk, "dock")
    passes(desk, minutes=11)
    assert rules_of(desk, lead) == {"R-001", "R-002"}
    passes(desk, hours=10)
    page = desk.read(desk.bureau.leader, f"leads/{lead}")
    assert (page["state"], page["decision"], page["children"]) == ("new", None, [])
    items = desk.read(desk.bureau.leader, "leads/pressing")["items"]
    calls = next(item for item in items if item["id"] == str(lead))["rules"]
    assert max(rule["calls"] for rule in calls) >= 120, "one person more every five minutes"
