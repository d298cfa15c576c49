"""AC-26: an order never stands in the place of a penalty."""

from datetime import timedelta

from bureau import CATALOGUE
from handover_desk import HandoverDesk, told
from inspections import Inspection, from_plan

from server.calendar import service as calendar
from server.identity.permissions import Role
from server.tasks import reminding
from server.tasks.penalty_rules import R_011, R_015


def three_violations(desk: HandoverDesk) -> Inspection:
    """Record three violations: two of a hazard with a penalty clause, one of one without."""
    task = from_plan(desk, "PPE-01", "BEH-01")
    keys = ["PPE-01.1", "PPE-01.2", "BEH-01.1"]
    task.do(desk.bureau.officer, "edit", {"items": keys})
    return task.recorded(violated=3)


def fired(desk: HandoverDesk, task: Inspection) -> set[str]:
    """Return the rules that are late on a task now."""
    with desk.database.reading() as db:
        days, now = calendar.current(db), desk.clock.now()
        found = list(reminding.facts(db, CATALOGUE, days, now))
    return {fact.rule for fact in found if fact.object_id == task.id and fact.since <= now}


def test_an_order_alone_is_not_enough(desk: HandoverDesk) -> None:
    officer = desk.bureau.officer
    task = three_violations(desk)
    page = task.page()
    assert [bool(one["penalty"]) for one in page["violations"]].count(True) == 2
    order = task.order().served(days=20)
    assert fired(desk, task) == set()
    desk.move_to(desk.clock.now() + timedelta(days=8))
    assert fired(desk, task) == {R_011}, "five workdays after the order was issued"

    first, second = (one["key"] for one in page["violations"] if one["penalty"])
    body = {"item": first, "decision": "file", "reason": "拟立案调查"}
    task.do(officer, "consider", body)
    assert fired(desk, task) == {R_011}, "the other one is still asked for"
    refrained = {"item": second, "decision": "no_penalty", "reason": "轻微并当场改正"}
    assert told(task.try_(officer, "consider", refrained)) == (422, "TRAP-11")
    task.do(officer, "consider", refrained | {"basis": "XZCFF-2021-33"})
    assert fired(desk, task) == set()

    order.checked("not_done")
    assert order.page()["state"] == "failed"
    assert fired(desk, task) == set(), "a case is meant for one of its violations"


def test_a_failed_recheck_without_a_case_is_told_and_keeps_the_task_open(
    desk: HandoverDesk,
) -> None:
    bureau = desk.bureau
    task = three_violations(desk)
    order = task.order().served(days=20)
    for one in task.page()["violations"]:
        if one["penalty"]:
            body = {"item": one["key"], "decision": "clause_not_met", "reason": "该条情形未查实"}
            task.do(bureau.officer, "consider", body)
    assert told(task.try_(bureau.officer, "close")) == (422, None), "the order still runs"
    order.checked("partly")
    desk.move_to(desk.clock.now() + timedelta(days=6))
    assert fired(desk, task) == {R_015}
    assert told(task.try_(bureau.officer, "close")) == (422, R_015)
    reason = {"reason": "剩余事项已于复查次日整改完毕，不予立案"}
    assert order.try_(bureau.officer, "decline-case", reason).status_code == 403
    order.do(bureau.leader, "decline-case", reason)
    assert fired(desk, task) == set()
    assert task.do(bureau.officer, "close")["state"] == "closed"


def test_closing_is_refused_while_a_consideration_is_missing(desk: HandoverDesk) -> None:
    task = three_violations(desk)
    task.order().served().checked("done")
    refused = task.try_(desk.bureau.officer, "close")
    assert told(refused) == (422, R_011)
    assert refused.json()["missing_fields"] == ["PPE-01.1", "PPE-01.2"]


def test_the_enterprise_reads_its_order_and_nothing_of_the_considerations(
    desk: HandoverDesk,
) -> None:
    task = three_violations(desk)
    order = task.order().issued()
    client = desk.as_(desk.bureau.of(Role.ENT_MGR))
    assert client.get(f"/api/v1/{order.path}").status_code == 200
    assert client.get(f"/api/v1/{task.path}").status_code == 404
