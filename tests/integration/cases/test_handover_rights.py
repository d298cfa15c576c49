"""Who may do what with hand-overs and referrals, and what the database itself refuses of them."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from handover_desk import HandoverDesk, handover_desk
from sqlalchemy import text
from violations import refused_by

from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Act, Role
from server.tables import metadata

_NOTE = {"note": "依法办理"}
_NOTICE = {"notice": "通知书 1号", "noticed_on": "2026-03-02"}
_REASON = {"reason": "理由如下"}
#: Collection → verb → what it lets somebody do, and a body that is well formed.
VERBS: dict[str, dict[str, tuple[Act, object]]] = {
    "handovers": {
        "write-item": (Act.HANDOVERS_EDIT, {"no": 1}),
        "attach": (Act.HANDOVERS_EDIT, {"no": 1, "evidence": str(uuid4()), "use": "clue"}),
        "detach": (Act.HANDOVERS_EDIT, {"no": 1, "evidence": str(uuid4()), **_REASON}),
        "leave-out": (Act.HANDOVERS_EDIT, {"no": 1, **_REASON}),
        "agree-leave-out": (Act.HANDOVERS_EDIT, {"no": 1}),
        "submit": (Act.HANDOVERS_EDIT, {"opinion": "建议移交"}),
        "pass": (Act.HANDOVERS_REVIEW, {"answers": {}, "opinion": "同意"}),
        "return": (Act.HANDOVERS_REVIEW, _REASON),
        "approve": (Act.HANDOVERS_APPROVE, {"opinion": "同意"}),
        "refuse": (Act.HANDOVERS_APPROVE, _REASON),
        "export": (Act.HANDOVERS_EXPORT, {"purpose": "移交"}),
        "receipt": (Act.HANDOVERS_EDIT, {"case_no": "案1号", "filed_on": "2026-03-02"}),
        "reject": (Act.HANDOVERS_EDIT, _REASON),
        "extend": (
            Act.HANDOVERS_APPROVE,
            {
                "days": 90,
                "approved_by": "负责人",
                "document_no": "1号",
                "approved_on": "2026-03-02",
            },
        ),
        "outcome": (
            Act.HANDOVERS_EDIT,
            {"decided_on": "2026-03-02", "document_no": "罚1号", "kind": "警告"},
        ),
        "conclude": (Act.HANDOVERS_EDIT, _NOTE),
    },
    "referrals": {
        "form-team": (Act.REFERRALS_EDIT, {"members": ["wang", "li"]}),
        "report": (Act.REFERRALS_EDIT, {"report": "书面报告"}),
        "approve": (Act.REFERRALS_DECIDE, _REASON),
        "refuse": (Act.REFERRALS_DECIDE, _REASON),
        "hand-over": (Act.REFERRALS_EDIT, {"authority": "公安局", "materials": []}),
        "receipt": (Act.REFERRALS_EDIT, {"receipt": "签收", "received_on": "2026-03-02"}),
        "filed": (Act.REFERRALS_EDIT, _NOTICE),
        "not-filed": (Act.REFERRALS_EDIT, _NOTICE),
        "uphold": (Act.REFERRALS_EDIT, _NOTICE),
        "deliver": (Act.REFERRALS_EDIT, {"goods": "清单所列物品"}),
        "conclude": (Act.REFERRALS_EDIT, _NOTE),
        "reconsider": (Act.REFERRALS_EDIT, _NOTE),
        "ask-prosecutor": (Act.REFERRALS_EDIT, _NOTE),
        "penalise": (Act.REFERRALS_EDIT, _NOTE),
        "note-contact": (
            Act.REFERRALS_EDIT,
            {"kind": "电话", "authority": "公安局", "minutes": "已沟通"},
        ),
    },
}
READS = {
    "handovers": Act.HANDOVERS_READ,
    "handovers/{id}": Act.HANDOVERS_READ,
    "handovers/{id}/packages/1": Act.HANDOVERS_EXPORT,
    "referrals": Act.REFERRALS_READ,
    "referrals/findings": Act.REFERRALS_READ,
    "referrals/{id}": Act.REFERRALS_READ,
}
BEGIN = {"finding": str(uuid4()), "reason": "疑似危险作业"}


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("rights")) as opened:
        yield opened


def asked(client: httpx.Client) -> dict[tuple[str, Act], int]:
    """Ask for everything of something that does not exist."""
    found = {}
    for path, act in READS.items():
        where = f"/api/v1/{path.format(id=uuid4())}"
        found[path, act] = client.get(where).status_code
    for collection, verbs in VERBS.items():
        for verb, (act, body) in verbs.items():
            path = f"{collection}/{uuid4()}/{verb}"
            answer = client.post(f"/api/v1/{path}", json=body, headers={"If-Match": '"1"'})
            found[f"{collection}/{verb}", act] = answer.status_code
    begun = client.post("/api/v1/referrals", json=BEGIN)
    found["referrals begin", Act.REFERRALS_EDIT] = begun.status_code
    return found


def test_every_route_stands_in_the_table(desk: HandoverDesk) -> None:
    ours = {
        path
        for path in desk.app.openapi()["paths"]
        if path.startswith(("/api/v1/handovers", "/api/v1/referrals"))
    }
    known = {f"/api/v1/{path}" for path in READS} - {"/api/v1/handovers/{id}/packages/1"}
    known |= {f"/api/v1/{one}/{{id}}/{verb}" for one, verbs in VERBS.items() for verb in verbs}
    assert ours == known | {"/api/v1/handovers/{id}/packages/{round}"}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_the_table_says(desk: HandoverDesk, role: Role) -> None:
    for (path, act), status in asked(desk.as_(desk.bureau.of(role))).items():
        if role in PERMISSIONS[act]:
            begins = path == "referrals begin"
            exists = path in {"handovers", "referrals", "referrals/findings"}
            assert status == (200 if exists else 422 if begins else 404), (role, path)
        else:
            assert status == (404 if role is Role.ENT_MGR else 403), (role, path)


def test_without_a_valid_certificate_an_officer_only_reads(desk: HandoverDesk) -> None:
    for (path, act), status in asked(desk.as_(desk.bureau.expired_officer)).items():
        lost = act in NEEDS_CERTIFICATE or Role.OFFICER not in PERMISSIONS[act]
        assert (status == 403) == lost, path


def test_another_units_officer_finds_nothing(desk: HandoverDesk) -> None:
    case = desk.case()
    answer = desk.as_(desk.bureau.stranger).get(f"/api/v1/handovers/{case['id']}")
    assert answer.status_code == 404


#: PART stands for one and the same person.
_PART = "jsonb_build_object('account', 'x', 'name', 'x', 'person', 'p')"
VIOLATIONS = {
    "ck_case_handover_state": "UPDATE case_handover SET state = 'lost'",
    "ck_case_handover_version": "UPDATE case_handover SET version = 0",
    "ck_case_handover_round": "UPDATE case_handover SET round = -1",
    "ck_case_handover_legal_person": "UPDATE case_handover SET parts = jsonb_build_object("
    "'handler', PART, 'legal', PART)",
    "ck_case_handover_leader_person": "UPDATE case_handover SET parts = jsonb_build_object("
    "'handler', PART, 'leader', PART)",
    "ck_case_handover_legal_first": "UPDATE case_handover SET state = 'leader_review'",
    "ck_case_handover_leader_first": "UPDATE case_handover SET state = 'approved',"
    " parts = jsonb_build_object('legal', PART)",
    "ck_case_handover_linked": "UPDATE case_handover SET case_no = 'x', filed_on = now()",
    "ck_case_handover_concluded": "UPDATE case_handover SET state = 'concluded', case_no = 'x',"
    " filed_on = now(), approved_at = now(), parts = jsonb_build_object('legal',"
    " jsonb_build_object('person', 'a'), 'leader', jsonb_build_object('person', 'b'))",
    "ck_case_handover_limit_days": "UPDATE case_handover SET limit_days = 90",
    "ck_case_handover_declined": "UPDATE case_handover SET state = 'declined'",
    "uq_case_handover_number": "UPDATE case_handover SET number = 'AJ-1'",
    "uq_case_handover_source_kind_source_id": "UPDATE case_handover SET source_id = 'same'",
    "fk_case_handover_unit_id": "UPDATE case_handover SET unit_id = gen_random_uuid()",
    "fk_case_handover_enterprise_id": "UPDATE case_handover SET enterprise_id = gen_random_uuid()",
    "ck_case_item_no": "UPDATE case_item SET no = 0",
    "ck_case_item_act": "UPDATE case_item SET act_from = act_to + 1",
    "ck_case_item_left_out": "UPDATE case_item SET left_out_because = 'x'",
    "ck_case_item_second_person": "UPDATE case_item SET left_out_because = 'x',"
    " left_out_by = PART, left_out_agreed_by = PART",
    "ck_case_item_harms_life": "UPDATE case_item SET harms_life = true, harms_life_because = 'x'",
    "uq_case_item_handover_id_no": "INSERT INTO case_item SELECT (jsonb_populate_record(item,"
    " jsonb_build_object('id', gen_random_uuid(), 'ref', 'other'))).* FROM case_item AS item",
    "uq_case_item_handover_id_ref": "INSERT INTO case_item SELECT (jsonb_populate_record(item,"
    " jsonb_build_object('id', gen_random_uuid(), 'no', 7))).* FROM case_item AS item",
    "fk_case_item_handover_id": "INSERT INTO case_item SELECT (jsonb_populate_record(item,"
    " jsonb_build_object('id', gen_random_uuid(), 'handover_id', gen_random_uuid()))).*"
    " FROM case_item AS item LIMIT 1",
    "ck_case_evidence_use": "UPDATE case_evidence SET use = 'art'",
    "uq_case_evidence_item_id_evidence_id": "INSERT INTO case_evidence SELECT gen_random_uuid(),"
    " item_id, evidence_id, use, attached_by, attached_at FROM case_evidence",
    "fk_case_evidence_item_id": "UPDATE case_evidence SET item_id = gen_random_uuid()",
    "fk_case_evidence_evidence_id": "UPDATE case_evidence SET evidence_id = gen_random_uuid()",
    "ck_case_package_round": "UPDATE case_package SET round = 0",
    "ck_case_package_sha256": "UPDATE case_package SET sha256 = 'x'",
    "ck_case_package_bytes": "UPDATE case_package SET bytes = 0",
    "uq_case_package_name": "INSERT INTO case_package SELECT (jsonb_populate_record(package,"
    " jsonb_build_object('round', 7))).* FROM case_package AS package",
    "fk_case_package_handover_id": "UPDATE case_package SET handover_id = gen_random_uuid()",
    "ck_tagged_finding_tag": "UPDATE tagged_finding SET tag = 'dust'",
    "ck_tagged_finding_two_people": "UPDATE tagged_finding SET second_person = first_person",
    "ck_tagged_finding_facts": "UPDATE tagged_finding SET facts = 'short'",
    "uq_tagged_finding_source_kind_source_id_ref": "INSERT INTO tagged_finding SELECT"
    " (jsonb_populate_record(found, jsonb_build_object('id', gen_random_uuid()))).*"
    " FROM tagged_finding AS found",
    "fk_tagged_finding_unit_id": "UPDATE tagged_finding SET unit_id = gen_random_uuid()",
    "fk_tagged_finding_enterprise_id": "UPDATE tagged_finding"
    " SET enterprise_id = gen_random_uuid()",
    "ck_criminal_referral_state": "UPDATE criminal_referral SET state = 'lost', report = 'x',"
    " reported_at = now(), decided_at = now(), decided_by = '{}', handed_at = now(),"
    " materials = '{}'",
    "ck_criminal_referral_version": "UPDATE criminal_referral SET version = 0",
    "ck_criminal_referral_reported": "UPDATE criminal_referral SET state = 'chief_review'",
    "ck_criminal_referral_decided": "UPDATE criminal_referral SET decided_at = now()",
    "ck_criminal_referral_reason": "UPDATE criminal_referral SET state = 'refused', report = 'x',"
    " reported_at = now(), decided_at = now(), decided_by = '{}', reason = ''",
    "ck_criminal_referral_handed": "UPDATE criminal_referral SET handed_at = now()",
    "uq_criminal_referral_number": "INSERT INTO criminal_referral SELECT"
    " (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(),"
    " 'finding_id', gen_random_uuid()))).* FROM criminal_referral AS one",
    "uq_criminal_referral_finding_id": "INSERT INTO criminal_referral SELECT"
    " (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(),"
    " 'number', 'SZ-2'))).* FROM criminal_referral AS one",
    "fk_criminal_referral_unit_id": "UPDATE criminal_referral SET unit_id = gen_random_uuid()",
    "fk_criminal_referral_enterprise_id": "UPDATE criminal_referral"
    " SET enterprise_id = gen_random_uuid()",
    "fk_criminal_referral_finding_id": "UPDATE criminal_referral"
    " SET finding_id = gen_random_uuid()",
    "ck_province_report_state": "UPDATE province_report SET state = 'lost'",
    "ck_province_report_no": "UPDATE province_report SET no = 0",
    "ck_province_report_receipt": "UPDATE province_report SET receipt = 'x'",
    "uq_province_report_referral_id_no": "INSERT INTO province_report SELECT"
    " (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid()))).*"
    " FROM province_report AS one",
    "fk_province_report_referral_id": "UPDATE province_report SET referral_id = gen_random_uuid()",
    "fk_referral_contact_referral_id": "INSERT INTO referral_contact SELECT gen_random_uuid(),"
    " gen_random_uuid(), now(), 'x', 'x', 'x', 'x'",
}
TABLES = (
    "case_handover",
    "case_item",
    "case_evidence",
    "case_package",
    "tagged_finding",
    "criminal_referral",
    "province_report",
    "referral_contact",
)


def test_the_database_itself_refuses_what_cannot_be(desk: HandoverDesk) -> None:
    first, _ = desk.case(), desk.case()
    desk.clue(first)
    with desk.database.writing() as db:
        db.execute(
            text(
                "INSERT INTO case_package SELECT id, 1, 'AJ-x.zip', repeat('a', 64), 1, '', '',"
                " 'x', now(), NULL FROM case_handover ORDER BY number LIMIT 1"
            )
        )
        db.execute(
            text(
                "INSERT INTO tagged_finding SELECT gen_random_uuid(), unit_id, '320115',"
                " enterprise_id, 'k', 'i', 'n', 'r', 'unlicensed_work', '现场检查发现无证作业',"
                " gen_random_uuid(), gen_random_uuid(), now() FROM case_handover LIMIT 1"
            )
        )
        db.execute(
            text(
                "INSERT INTO criminal_referral (id, number, state, version, unit_id,"
                " enterprise_id, finding_id, created_at, begun_by, team) SELECT"
                " gen_random_uuid(), 'SZ-1', 'assess', 1, unit_id, enterprise_id, id, now(),"
                " '{}', '{}' FROM tagged_finding"
            )
        )
        db.execute(
            text(
                "INSERT INTO province_report (id, referral_id, no, at, state, text_zh)"
                " SELECT gen_random_uuid(), id, 1, now(), state, 'x' FROM criminal_referral"
            )
        )
    with desk.database.reading() as db:
        refused = {
            name: refused_by(db, violation.replace("PART", _PART))
            for name, violation in VIOLATIONS.items()
        }
    assert refused == {name: name for name in VIOLATIONS}
    named = {
        str(constraint.name)
        for table in TABLES
        for constraint in metadata.tables[table].constraints
        if constraint.__visit_name__ != "primary_key_constraint"
    }
    assert named - set(VIOLATIONS) == set()
