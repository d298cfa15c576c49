"""What the database itself refuses of inspections and orders, whatever a program does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from handover_desk import handover_desk
from inspections import from_lead
from sqlalchemy.orm import Session
from violations import refused_by

from server.calendar.service import day_of
from server.identity.permissions import Role
from server.tables import metadata

_SIGNATURE = (
    "INSERT INTO signature SELECT gen_random_uuid(), {document}, object_id, {sha256}, {by},"
    " account_id, {name}, post, {certificate}, {note}, at FROM signature"
    " WHERE signed_by = 'officer' LIMIT 1"
)

_SIGN_IN = (
    "INSERT INTO site_sign_in SELECT gen_random_uuid(), task_id, account_id, at, device_at,"
    " {latitude}, {longitude} FROM site_sign_in LIMIT 1"
)
_CONSIDERED = (
    "INSERT INTO penalty_consideration SELECT gen_random_uuid(), task_id, item, {decision},"
    " {reason}, {basis}, decided_by, decided_at FROM penalty_consideration LIMIT 1"
)


def _signature(**other: str) -> str:
    kept = {
        "document": "document",
        "sha256": "content_sha256",
        "by": "signed_by",
        "name": "name",
        "certificate": "certificate_no",
        "note": "note",
    }
    return _SIGNATURE.format(**(kept | other))


def _sign_in(latitude: str, longitude: str) -> str:
    return _SIGN_IN.format(latitude=latitude, longitude=longitude)


def _considered(decision: str, reason: str, basis: str) -> str:
    return _CONSIDERED.format(decision=decision, reason=reason, basis=basis)


#: Name of the constraint → SQL that violates it and nothing else.
VIOLATIONS = {
    "ck_inspection_task_state": "UPDATE inspection_task SET state = 'lost'",
    "ck_inspection_task_source_kind": "UPDATE inspection_task SET source_kind = 'whim',"
    " lead_id = NULL, lead_number = NULL",
    "ck_inspection_task_inspection_type": "UPDATE inspection_task SET inspection_type = 'odd'",
    "ck_inspection_task_version": "UPDATE inspection_task SET version = 0",
    "ck_inspection_task_lead": "UPDATE inspection_task SET source_kind = 'plan'",
    "ck_inspection_task_lead_whole": "UPDATE inspection_task SET lead_number = NULL",
    "ck_inspection_task_submitted": "UPDATE inspection_task SET submitted_at = NULL",
    "ck_inspection_task_approved": "UPDATE inspection_task SET approved_by = NULL",
    "ck_inspection_task_arrived": "UPDATE inspection_task SET approved_at = NULL,"
    " approved_by = NULL",
    "ck_inspection_task_recorded": "UPDATE inspection_task SET record = NULL",
    "ck_task_member_duty": "UPDATE task_member SET duty = 'driver'",
    "ck_task_member_certificate": "UPDATE task_member SET certificate_no = NULL",
    "ck_task_member_assistance_doc": "UPDATE task_member SET assistance_doc = 'x'",
    "ck_site_sign_in_place": _sign_in("31.9", "NULL"),
    "ck_site_sign_in_latitude": _sign_in("91", "118"),
    "ck_site_sign_in_longitude": _sign_in("31", "181"),
    "ck_major_hazard_finding": "UPDATE major_hazard SET finding = 'x'",
    "ck_major_hazard_measure": "UPDATE major_hazard SET measure = 'x'",
    "ck_major_hazard_paperwork_due": "UPDATE major_hazard SET paperwork_due_at = found_at",
    "ck_major_hazard_paperwork": "UPDATE major_hazard SET paperwork_no = NULL",
    "ck_penalty_consideration_decision": _considered("'shrug'", "reason", "NULL"),
    "ck_penalty_consideration_reason": _considered("decision", "'x'", "basis"),
    "ck_penalty_consideration_basis": _considered("'no_penalty'", "reason", "NULL"),
    "ck_signature_document": _signature(document="'napkin'"),
    "ck_signature_signed_by": _signature(by="'nobody'", certificate="NULL"),
    "ck_signature_content_sha256": _signature(sha256="'x'"),
    "ck_signature_certificate_no": _signature(certificate="NULL"),
    "ck_signature_note": _signature(by="'refusal'", certificate="NULL", note="'x'"),
    "ck_signature_name": _signature(name="' '"),
    "ck_rectification_order_state": "UPDATE rectification_order SET state = 'lost'",
    "ck_rectification_order_version": "UPDATE rectification_order SET version = 0",
    "ck_rectification_order_issued": "UPDATE rectification_order SET official_no = NULL",
    "ck_rectification_order_issued_by": "UPDATE rectification_order SET issued_by = NULL",
    "ck_rectification_order_served": "UPDATE rectification_order SET served_at = NULL",
    "ck_rectification_order_service": "UPDATE rectification_order SET served_to = NULL",
    "ck_rectification_order_void_cause": "UPDATE rectification_order SET void_cause = '有误'",
    "ck_rectification_order_replaces": "UPDATE rectification_order SET replaces = id",
    "ck_rectification_order_no_case": "UPDATE rectification_order SET no_case_reason = '理由'",
    "ck_order_extension_reason": "UPDATE order_extension SET reason = 'x'",
    "ck_order_extension_decided": "UPDATE order_extension SET is_granted = NULL",
    "ck_recheck_opinion": "UPDATE recheck SET opinion = 'x'",
}
TABLES = (
    "inspection_task",
    "task_member",
    "site_sign_in",
    "major_hazard",
    "penalty_consideration",
    "signature",
    "rectification_order",
    "order_extension",
    "recheck",
)


@pytest.fixture(scope="module")
def filled(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One row at least in every table: an inspection with an order that failed."""
    with handover_desk(postgres_url, tmp_path_factory.mktemp("constraints")) as desk:
        bureau = desk.bureau
        task = from_lead(desk).arrived()
        found = {"criterion": "GM10-2023-13-I2", "finding": "未审批即作业", "measure": "停止作业"}
        page = task.do(bureau.officer, "stop-danger", found)
        paper = {"paperwork_no": "演示1号", "opinion": "同意"}
        entry = {"major_hazard_id": page["major_hazards"][0]["id"]}
        task.do(bureau.leader, "approve-measure", paper | entry)
        task.do(bureau.officer, "write", task.record(1))
        task.signed_and_complete()
        key = task.page()["violations"][0]["key"]
        body = {"item": key, "decision": "file", "reason": "拟立案调查"}
        task.do(bureau.officer, "consider", body)
        order = task.order().served()
        wanted = str(day_of(desk.clock.now()) + timedelta(days=25))
        asked = {"reason": "备件到货较晚", "wanted_on": wanted}
        order.do(bureau.of(Role.ENT_MGR), "request-extension", asked)
        order.do(bureau.leader, "grant", {"reason": "情况属实"})
        order.checked("not_done")
        with desk.database.reading() as db:
            yield db


def test_every_violation_is_refused_by_its_own_constraint(filled: Session) -> None:
    refused = {name: refused_by(filled, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}


def test_no_check_is_left_untried() -> None:
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in metadata.tables[table].constraints
        if constraint.__visit_name__ in {"check_constraint", "table_or_column_check_constraint"}
    }
    assert named == set(VIOLATIONS)


def test_what_is_signed_considered_or_signed_in_is_never_changed() -> None:
    for table in ("signature", "site_sign_in", "penalty_consideration"):
        assert metadata.tables[table].info["append_only"]
