"""AC-05, the leader's part: who had another part in a matter does not approve it."""

from bureau import SETUP
from handover_desk import HandoverDesk, told
from inspections import from_lead, from_plan, team

from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Role
from server.identity.service import NewAccount

APPROVE = {"opinion": "同意", "frequency_reason": "另有线索，须到现场核实"}


def as_leader(desk: HandoverDesk, person: Actor, name: str) -> Actor:
    """Give a person a second account, in the leader's role."""
    new = NewAccount(name, name, Role.LEADER, desk.bureau.unit, None, None, person.id)
    with desk.database.writing() as db:
        account = identity.add_account(db, desk.clock.now(), SETUP, new)
    return Actor(account, name, name, Role.LEADER, person.unit, None, person=person.id)


def test_a_leader_who_is_to_go_himself_does_not_approve(desk: HandoverDesk) -> None:
    bureau = desk.bureau
    leader = as_leader(desk, bureau.second_officer, "li-leads")
    task = from_plan(desk, "PPE-01").submitted(proposed_officers=["wang", "li"])
    refused = task.try_(leader, "approve", APPROVE)
    assert told(refused) == (403, "WORKFLOW-2")
    assert "检查人员" in refused.json()["message_zh"]
    assert task.do(bureau.leader, "approve", APPROVE)["state"] == "approved"


def test_a_leader_who_submitted_it_under_another_account_does_not_approve(
    desk: HandoverDesk,
) -> None:
    leader = as_leader(desk, desk.bureau.officer, "wang-leads")
    task = from_plan(desk, "PPE-01").submitted()
    refused = task.try_(leader, "approve", APPROVE)
    assert told(refused) == (403, "WORKFLOW-2")
    assert "提交人" in refused.json()["message_zh"]


def test_who_confirmed_the_lead_does_not_approve_the_task(desk: HandoverDesk) -> None:
    bureau = desk.bureau
    task = from_lead(desk)
    body = {"planned_on": str(task.today), "reason": "线索复核"}
    task.do(bureau.second_officer, "edit", body)
    task.do(bureau.second_officer, "submit")
    leader = as_leader(desk, bureau.officer, "wang-leads-too")
    refused = task.try_(leader, "approve", APPROVE)
    assert told(refused) == (403, "WORKFLOW-2")
    assert "线索确认人" in refused.json()["message_zh"]


def test_who_approved_does_not_inspect(desk: HandoverDesk) -> None:
    bureau = desk.bureau
    leader = as_leader(desk, bureau.second_officer, "li-leads-again")
    task = from_plan(desk, "PPE-01").submitted()
    task.do(leader, "approve", APPROVE)
    body = team(bureau.officer, bureau.second_officer, on=task.today)
    refused = task.try_(bureau.leader, "assign", body)
    assert told(refused) == (403, "WORKFLOW-2")


def test_an_officer_approves_nothing(desk: HandoverDesk) -> None:
    task = from_plan(desk, "PPE-01").submitted()
    assert task.try_(desk.bureau.officer, "approve", APPROVE).status_code == 403
