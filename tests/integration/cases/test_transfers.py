"""Transfers 移送函 from draft to closed, over HTTP: who may, what is refused, what is kept."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from bureau import FLAME, Seen
from handover_desk import HandoverDesk, Page, handover_desk, told
from violations import refused_by

from hazard_library.contract.ids import ZoneId
from server.audit import service as audit
from server.audit.service import Thing
from server.tables import metadata

_zones = count(1)

FINDING = "画面中装卸区地面有明火，附近无人"
BODIES: dict[str, object] = {
    "revise": {"fields": {"facts": "装卸区地面明火，请依法处理"}},
    "approve": {"opinion": "同意移送消防救援机构"},
    "send": {"document_no": "演示移〔2026〕1号", "how": "专人送达"},
    "receipt": {"receipt": "演示消防救援大队 签收"},
    "answer": {"answer": "已现场检查并责令改正"},
    "close": {"note": "已答复，办结"},
    "return": {"reason": "不属本单位管辖"},
    "redraft": {"reason": "改送住建部门"},
}


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, _folder(tmp_path_factory)) as opened:
        yield opened


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("transfers")


def drafted(desk: HandoverDesk) -> Page:
    """Confirm a lead of a flame that nobody has seen before."""
    seen = Seen(hazard=FLAME, zone=ZoneId(f"z{next(_zones)}"))
    lead = desk.confirmed(seen, FINDING)
    return desk.read(desk.bureau.officer, f"transfers/{lead['transfer_id']}")


def act(desk: HandoverDesk, transfer: Page, event: str) -> Page:
    who = desk.bureau.leader if event == "approve" else desk.bureau.officer
    return desk.do(who, f"transfers/{transfer['id']}", event, BODIES[event])


def test_a_transfer_goes_its_whole_way_and_every_step_is_kept(desk: HandoverDesk) -> None:
    transfer = drafted(desk)
    assert (transfer["to"], transfer["department"]) == ("消防救援机构", "fire")
    assert transfer["allowed"] == ["revise"]
    for event in ("revise", "approve", "send", "receipt", "answer", "close"):
        page = act(desk, transfer, event)
    assert (page["state"], page["allowed"]) == ("closed", [])
    assert page["opinion"] == "同意移送消防救援机构"
    assert page["document_no"] == "演示移〔2026〕1号"
    assert page["sent_at"] is not None
    facts = {field["key"]: field["value"] for field in page["fields"]}
    assert facts["facts"] == "装卸区地面明火，请依法处理"
    with desk.database.reading() as db:
        history = audit.history(db, Thing("transfer", transfer["id"]))
    assert [(one.event, one.to_state) for one in history] == [
        ("drafted", "draft"),
        ("revise", "draft"),
        ("approve", "approved"),
        ("send", "sent"),
        ("receipt", "received"),
        ("answer", "answered"),
        ("close", "closed"),
    ]
    before = history[1].detail["before"]["facts"]
    assert "疑似" in before, "what was proposed stays in the chain"


def test_a_returned_one_needs_a_new_approval(desk: HandoverDesk) -> None:
    transfer = drafted(desk)
    for event in ("approve", "send", "return", "redraft"):
        page = act(desk, transfer, event)
    assert (page["state"], page["approved_by"], page["document_no"]) == ("draft", None, None)
    assert page["returned_because"] == "不属本单位管辖"
    path = f"transfers/{transfer['id']}"
    page = desk.do(desk.bureau.officer, path, "revise", {"department": "construction"})
    assert page["to"] == "住房和城乡建设部门"
    assert {f["key"]: f["value"] for f in page["fields"]}["receiver"] == page["to"]
    assert told(desk.on_newest(desk.bureau.officer, path, "send", BODIES["send"]))[0] == 422


def test_a_receipt_before_the_sending_is_refused_with_what_is_allowed(desk: HandoverDesk) -> None:
    transfer = drafted(desk)
    act(desk, transfer, "approve")
    path = f"transfers/{transfer['id']}"
    answer = desk.on_newest(desk.bureau.officer, path, "receipt", BODIES["receipt"])
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "not_allowed_now")
    assert (problem["state"], problem["allowed"]) == ("approved", ["send"])
    assert desk.read(desk.bureau.officer, path)["state"] == "approved"


def test_the_receipt_is_wanted_in_five_working_days(desk: HandoverDesk) -> None:
    transfer = drafted(desk)
    for event in ("approve", "send"):
        page = act(desk, transfer, event)
    assert (page["receipt_due"], page["is_receipt_late"]) == ("2026-03-09", False)


def test_locked_and_blank_fields_are_not_the_officers_to_revise(desk: HandoverDesk) -> None:
    path = f"transfers/{drafted(desk)['id']}"
    for key in ("enterprise_name", "approval_opinion", "receiver", "nothing"):
        answer = desk.on_newest(desk.bureau.officer, path, "revise", {"fields": {key: "改成别的"}})
        assert answer.json()["missing_fields"] == [key]
    unknown = desk.on_newest(desk.bureau.officer, path, "revise", {"department": "moon"})
    assert unknown.json()["missing_fields"] == ["department"]


def test_no_penalty_can_be_proposed_and_no_reply_day_is_made_up(desk: HandoverDesk) -> None:
    transfer = drafted(desk)
    reply = next(field for field in transfer["fields"] if field["key"] == "reply_by")
    assert reply["value"] is None
    body = {"fields": {}, "penalty": 50000}
    answer = desk.on_newest(desk.bureau.officer, f"transfers/{transfer['id']}", "revise", body)
    assert answer.json()["missing_fields"] == ["penalty"]
    set_to = {"reply_by": "2026-03-20"}
    page = desk.do(desk.bureau.officer, f"transfers/{transfer['id']}", "revise", set_to)
    assert {f["key"]: f["value"] for f in page["fields"]}["reply_by"] == "2026-03-20"


def test_the_directory_knows_every_department_of_the_catalogue(desk: HandoverDesk) -> None:
    page = desk.read(desk.bureau.officer, "transfers/departments")
    assert page["review_status"] == "UNREVIEWED"
    known = {one["catalogue"] for one in page["items"]}
    assert {"消防救援机构", "市场监管", "住建", "公安", "卫生健康", "交通运输"} <= known


VIOLATIONS = {
    "ck_transfer_state": "UPDATE transfer SET state = 'lost', approved_by = 'x',"
    " approved_at = now(), sent_at = now(), document_no = 'x'",
    "ck_transfer_version": "UPDATE transfer SET version = 0",
    "ck_transfer_receiver": "UPDATE transfer SET receiver = ''",
    "ck_transfer_one_receiver": "UPDATE transfer SET department = 'fire', to_unit_id = unit_id",
    "ck_transfer_approval": "UPDATE transfer SET approved_at = now() WHERE state = 'draft'",
    "ck_transfer_second_person": "UPDATE transfer SET approved_by = drafted_by"
    " WHERE state = 'approved'",
    "ck_transfer_approved_state": "UPDATE transfer SET approved_by = NULL, approved_at = NULL"
    " WHERE state = 'approved'",
    "ck_transfer_sent_state": "UPDATE transfer SET sent_at = now() WHERE state = 'approved'",
    "ck_transfer_receipt": "UPDATE transfer SET receipt = 'x' WHERE state = 'approved'",
    "ck_transfer_answer": "UPDATE transfer SET answer = 'x' WHERE state = 'approved'",
    "uq_transfer_lead_id": "UPDATE transfer SET lead_id = (SELECT min(lead_id::text)::uuid"
    " FROM transfer)",
    "uq_transfer_number": "UPDATE transfer SET number = 'YS-1'",
    "fk_transfer_to_unit_id": "UPDATE transfer SET to_unit_id = gen_random_uuid(),"
    " department = NULL",
    "fk_transfer_unit_id": "UPDATE transfer SET unit_id = gen_random_uuid()",
    "fk_transfer_enterprise_id": "UPDATE transfer SET enterprise_id = gen_random_uuid()",
    "fk_transfer_lead_id": "UPDATE transfer SET lead_id = gen_random_uuid()"
    " WHERE number = (SELECT min(number) FROM transfer)",
}


def test_the_database_itself_refuses_what_cannot_be(desk: HandoverDesk) -> None:
    act(desk, drafted(desk), "approve")
    drafted(desk)
    with desk.database.reading() as db:
        refused = {name: refused_by(db, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}
    named = {
        str(constraint.name)
        for constraint in metadata.tables["transfer"].constraints
        if constraint.__visit_name__ != "primary_key_constraint"
    }
    assert named - set(VIOLATIONS) == set()
