"""AC-22: two officers, one lead: one decides, the other is told by whom and when."""

from datetime import timedelta
from uuid import uuid4

from handover_desk import HandoverDesk, told
from jiangsu import FINDING, looked_at, reported


def test_exactly_one_wins_and_the_other_learns_who(desk: HandoverDesk) -> None:
    first, second = desk.bureau.officer, desk.bureau.second_officer
    lead = reported(desk)
    looked_at(desk, first, lead)
    seen = desk.read(second, f"leads/{lead}")
    assert (seen["held"]["by"], seen["held"]["mine"]) == (first.full_name, False)
    no = {"reason": "misdetection"}
    held = desk.try_(second, f"leads/{lead}/dismiss", no, seen["version"])
    assert (held.json()["code"], held.json()["holder"]) == ("not_held", first.full_name)

    key = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{seen["version"]}"'}
    path = f"/api/v1/leads/{lead}/confirm"
    twice = [desk.as_(first).post(path, json=FINDING, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [200, 200]
    assert twice[0].json() == twice[1].json()
    late = desk.try_(second, f"leads/{lead}/dismiss", no, seen["version"])
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert late.json()["changed_by"] == first.full_name
    assert desk.read(second, f"leads/{lead}")["decision"]["by"] == first.full_name


def test_whoever_is_idle_for_90_seconds_opens_it_again(desk: HandoverDesk) -> None:
    officer = desk.bureau.officer
    desk.move_to(desk.clock.now() + timedelta(days=40))
    lead = reported(desk)
    looked_at(desk, officer, lead)
    version = desk.read(officer, f"leads/{lead}")["version"]
    desk.move_to(desk.clock.now() + timedelta(seconds=91))
    idle = desk.try_(officer, f"leads/{lead}/confirm", FINDING, version)
    assert (told(idle)[0], idle.json()["code"]) == (409, "not_held")
    assert desk.read(officer, f"leads/{lead}")["state"] == "new"
    assert desk.try_(officer, f"leads/{lead}/confirm", FINDING, version).status_code == 200
