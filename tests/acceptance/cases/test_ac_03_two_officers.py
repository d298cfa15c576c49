"""AC-03: the two-officer rule cannot be tricked: two persons, certified, each for himself."""

from datetime import date, timedelta
from itertools import count
from uuid import UUID

import pytest
from bureau import SETUP, VALID
from handover_desk import HandoverDesk, told
from inspections import Inspection, from_lead, team

from server.identity import service as identity
from server.identity.actor import Actor, Certificate
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.jurisdiction import service as jurisdiction

PASSWORD = "an-own-long-password"  # noqa: S105 - of accounts that exist in tests only
_numbers = count(1)


@pytest.fixture(scope="module")
def task(desk: HandoverDesk) -> Inspection:
    return from_lead(desk).approved()


def registered(desk: HandoverDesk, of: Actor | None = None, password: str | None = None) -> Actor:
    """Register an officer; of: another account of that person."""
    bureau, name = desk.bureau, f"officer-{next(_numbers)}"
    number = None if of is not None else Certificate(f"苏A-1{next(_numbers)}", *_VALID)
    new = NewAccount(
        name, name, Role.OFFICER, bureau.unit, password, number, of.id if of is not None else None
    )
    with desk.database.writing() as db:
        account = identity.add_account(db, desk.clock.now(), SETUP, new)
    return Actor(account, name, name, Role.OFFICER, bureau.officer.unit, number or VALID)


_VALID = (date(2025, 1, 1), date(2028, 12, 31))


def test_two_accounts_of_one_person_are_one_officer(desk: HandoverDesk, task: Inspection) -> None:
    a = desk.bureau.officer
    again = registered(desk, of=a)
    refused = task.try_(desk.bureau.leader, "assign", team(a, again, on=task.today))
    assert told(refused) == (403, "R-009")


def test_an_expert_is_none_of_the_two(desk: HandoverDesk, task: Inspection) -> None:
    bureau = desk.bureau
    expert = bureau.of(Role.EXPERT).account
    alone = team(bureau.officer, on=task.today, experts=(expert,))
    assert told(task.try_(bureau.leader, "assign", alone)) == (403, "R-009")
    as_officer = team(bureau.officer, bureau.of(Role.EXPERT), on=task.today)
    assert told(task.try_(bureau.leader, "assign", as_officer)) == (403, "R-009")


def test_an_aide_is_none_of_the_two(desk: HandoverDesk, task: Inspection) -> None:
    bureau = desk.bureau
    body = team(bureau.officer, bureau.aide, on=task.today)
    assert told(task.try_(bureau.leader, "assign", body)) == (403, "R-009")


def test_another_units_officer_needs_a_record_of_assistance(
    desk: HandoverDesk, task: Inspection
) -> None:
    bureau = desk.bureau
    body = team(bureau.officer, bureau.stranger, on=task.today)
    refused = task.try_(bureau.leader, "assign", body)
    assert told(refused) == (403, "R-009")
    assert "协助执法" in refused.json()["message_zh"]
    body["officers"][1]["assistance_doc"] = "协助函〔2026〕3号"
    assisted = task.do(bureau.leader, "assign", body)
    assert [one["assistance_doc"] for one in assisted["team"] if one["assistance_doc"]] == [
        "协助函〔2026〕3号"
    ]


def test_who_has_an_interest_does_not_go(desk: HandoverDesk) -> None:
    bureau = desk.bureau
    task = from_lead(desk).approved()
    recused = registered(desk)
    enterprise = task.page()["enterprise"]["id"]
    with desk.database.writing() as db:
        jurisdiction.declare(db, desk.clock.now(), recused, UUID(enterprise), "亲属任职")
    body = team(bureau.officer, recused, on=task.today)
    assert told(task.try_(bureau.leader, "assign", body)) == (403, "R-043")


def test_b_signs_at_as_device_with_the_own_password_only(desk: HandoverDesk) -> None:
    bureau = desk.bureau
    a, b = bureau.officer, registered(desk, password=PASSWORD)
    task = from_lead(desk).approved()
    task.do(bureau.leader, "assign", team(a, b, on=task.today))
    task.do(a, "sign-in")
    for wrong in ("not-the-password", "another-wrong-one"):
        body = {"signer": {"account": b.account, "password": wrong}}
        assert told(task.try_(a, "sign-in", body)) == (403, "INV-3")
    arrive = {"certificates_shown": True, "recorder_no": "JLY-02"}
    assert told(task.try_(a, "arrive", arrive)) == (422, "R-009")
    task.do(a, "sign-in", {"signer": {"account": b.account, "password": PASSWORD}})
    assert task.do(a, "arrive", arrive)["state"] == "onsite"


def test_sign_ins_further_apart_than_ten_minutes_ask_again(desk: HandoverDesk) -> None:
    bureau = desk.bureau
    task = from_lead(desk).assigned()
    arrive = {"certificates_shown": True, "recorder_no": "JLY-03"}
    task.do(bureau.officer, "sign-in")
    desk.move_to(desk.clock.now() + timedelta(minutes=11))
    task.do(bureau.second_officer, "sign-in")
    refused = task.try_(bureau.officer, "arrive", arrive)
    assert told(refused) == (422, "R-009")
    assert bureau.officer.full_name in refused.json()["message_zh"]
    task.do(bureau.officer, "sign-in")
    assert task.do(bureau.officer, "arrive", arrive)["state"] == "onsite"


def test_a_record_with_one_signature_is_none(desk: HandoverDesk) -> None:
    bureau = desk.bureau
    task = from_lead(desk).written()
    task.do(bureau.officer, "sign")
    task.do(bureau.officer, "sign")
    task.do(bureau.officer, "enterprise-sign", {"name": "某某", "post": "安全员"})
    refused = task.try_(bureau.officer, "record")
    assert told(refused) == (422, "R-010")
    assert refused.json()["missing_fields"] == ["两名执法人员签名"]


def test_nobody_else_signs_the_record(desk: HandoverDesk) -> None:
    task = from_lead(desk).written()
    assert told(task.try_(registered(desk), "sign")) == (403, "R-009")
