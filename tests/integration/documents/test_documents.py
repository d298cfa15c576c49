"""Documents over HTTP: filling in, what is refused, versions, files."""

import io
from collections.abc import Iterator
from itertools import count

import pytest
from bureau import SETUP
from docx import Document
from form_grounds import GROUNDS
from handover_desk import HandoverDesk, Page, handover_desk, told
from violations import refused_by

from server.documents import service as documents
from server.documents.form_spec import FormCode
from server.documents.grounds import AnyGround, F2Ground
from server.documents.service import About
from server.kit.errors import FieldsMissing
from server.tables import metadata

_numbers = count(1)


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("documents")) as opened:
        yield opened


def settled(
    desk: HandoverDesk,
    form: FormCode = FormCode.F2,
    ground: AnyGround | None = None,
    name: str = "",
) -> str:
    """Fill a form in for an object that nobody has seen before; return its path."""
    name = name or f"thing-{next(_numbers)}"
    about = About(
        "test", name, f"RW-320115-2026-{next(_numbers):06d}", desk.bureau.unit, "江宁区应急管理局"
    )
    with desk.database.writing() as db:
        made = documents.settle(db, desk.clock.now(), SETUP, about, ground or GROUNDS[form])
    return f"documents/{made}"


def field(page: Page, key: str) -> Page:
    return next(one for one in page["fields"] if one["key"] == key)


def test_a_new_document_knows_its_facts_and_nothing_that_is_a_persons(desk: HandoverDesk) -> None:
    page = desk.read(desk.bureau.officer, settled(desk))
    assert field(page, "enterprise_name")["value"] == "演示企业甲机械制造有限公司（虚构）"
    assert [one["key"] for one in page["fields"] if one["mark"] == "blank" and one["value"]] == []
    assert page["missing"]["submit"] == ["reason"]
    assert any("未经法制审核" in line for line in page["warnings"])


def test_an_officer_types_and_the_proposal_is_kept_beside_the_edit(desk: HandoverDesk) -> None:
    path = settled(desk)
    typed = {"reason": "线索属实，需现场核查", "inspection_type": "专项检查"}
    page = desk.do(desk.bureau.officer, path, "answer", {"answers": typed})
    assert page["version"] == 2
    assert page["missing"]["submit"] == []
    edited = field(page, "inspection_type")
    assert (edited["value"], edited["proposal"]) == ("专项检查", "个案检查")
    assert edited["typed_by"] == desk.bureau.officer.account
    newest, first = desk.as_(desk.bureau.officer).get(f"/api/v1/{path}/versions").json()
    assert newest["changes"]["inspection_type"] == ["个案检查", "专项检查"]
    assert (newest["by"], first["by"]) == (desk.bureau.officer.account, SETUP.id)


@pytest.mark.parametrize(
    ("who", "answers", "status", "rule"),
    [
        ("officer", {"credit_code": "x"}, 422, "WORKFLOW-6"),
        ("officer", {}, 422, None),
        ("officer", {"approval_opinion": "同意"}, 403, "WORKFLOW-2"),
        ("leader", {"reason": "核查"}, 403, "WORKFLOW-2"),
        ("expired_officer", {"reason": "核查"}, 403, "INV-3"),
        ("aide", {"reason": "核查"}, 403, "R-043"),
        ("sysadmin", {"reason": "核查"}, 403, "WORKFLOW-2"),
        ("stranger", {"reason": "核查"}, 404, None),
    ],
)
def test_who_may_not_type_what_changes_nothing(
    desk: HandoverDesk, who: str, answers: dict[str, str], status: int, rule: str | None
) -> None:
    path = settled(desk)
    answer = desk.try_(getattr(desk.bureau, who), f"{path}/answer", {"answers": answers}, 1)
    assert told(answer) == (status, rule)
    assert desk.read(desk.bureau.officer, path)["version"] == 1


def test_the_leader_fills_what_is_the_leaders(desk: HandoverDesk) -> None:
    typed = {"approval_opinion": "同意", "approver_signature": "周某 2026-03-02"}
    page = desk.do(desk.bureau.leader, settled(desk), "answer", {"answers": typed})
    assert page["missing"]["approve"] == ["reason"]


def test_a_stale_answer_is_refused(desk: HandoverDesk) -> None:
    path = settled(desk)
    desk.do(desk.bureau.officer, path, "answer", {"answers": {"reason": "核查"}})
    late = desk.try_(desk.bureau.officer, f"{path}/answer", {"answers": {"reason": "另一"}}, 1)
    assert told(late) == (409, None)


def test_new_facts_keep_what_people_typed_and_the_same_ones_change_nothing(
    desk: HandoverDesk,
) -> None:
    ground = GROUNDS[FormCode.F2]
    assert isinstance(ground, F2Ground)
    path = settled(desk, name="again")
    desk.do(desk.bureau.officer, path, "answer", {"answers": {"reason": "核查"}})
    settled(desk, name="again")
    assert desk.read(desk.bureau.officer, path)["version"] == 2
    newer = F2Ground(
        **{name: getattr(ground, name) for name in F2Ground.__slots__} | {"times_seen": "9 次"}
    )
    settled(desk, ground=newer, name="again")
    page = desk.read(desk.bureau.officer, path)
    assert (page["version"], field(page, "times_seen")["value"]) == (3, "9 次")
    assert field(page, "reason")["value"] == "核查"


def test_a_step_is_blocked_and_the_empty_field_named_in_chinese(desk: HandoverDesk) -> None:
    settled(desk, name="blocked")
    with desk.database.reading() as db, pytest.raises(FieldsMissing) as refused:
        documents.require(db, desk.clock.now(), "test", "blocked", (FormCode.F2, "submit"))
    assert refused.value.message_zh == "《检查任务审批表》尚有必填项未填写：检查事由"
    assert refused.value.fields == ("reason",)


def test_the_other_family_prints_under_its_own_name(desk: HandoverDesk) -> None:
    path = settled(desk)
    page = desk.do(desk.bureau.officer, path, "choose-family", {"family": "moj"})
    assert (page["title"], page["family"]) == ("行政检查审批表", "moj")


def test_every_version_can_be_printed_as_it_was(desk: HandoverDesk) -> None:
    path = settled(desk)
    desk.do(desk.bureau.officer, path, "answer", {"answers": {"reason": "线索属实"}})
    browser = desk.as_(desk.bureau.officer)
    now = browser.get(f"/api/v1/{path}/file.docx", params={"clean": True})
    before = browser.get(f"/api/v1/{path}/file.docx", params={"version": 1})
    gone = browser.get(f"/api/v1/{path}/file.docx", params={"version": 9})
    assert ("线索属实" in _text(now.content), "线索属实" in _text(before.content)) == (True, False)
    assert gone.status_code == 404
    assert "attachment" in now.headers["Content-Disposition"]


def _text(content: bytes) -> str:
    tables = Document(io.BytesIO(content)).tables
    return "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)


def test_the_registry_and_an_objects_documents_are_listed(desk: HandoverDesk) -> None:
    settled(desk, FormCode.F2, name="both")
    settled(desk, FormCode.F3, name="both")
    browser = desk.as_(desk.bureau.officer)
    assert len(browser.get("/api/v1/documents/forms").json()) == 16
    of = {"about_type": "test", "about_id": "both"}
    listed = browser.get("/api/v1/documents", params=of).json()
    assert [one["form"] for one in listed] == ["F2", "F3"]
    assert desk.as_(desk.bureau.stranger).get("/api/v1/documents", params=of).json() == []


VIOLATIONS = {
    "ck_document_form": "UPDATE document SET form = 'F9'",
    "ck_document_family": "UPDATE document SET family = 'own'",
    "ck_document_version": "UPDATE document SET version = 0",
    "uq_document_about_type_about_id_form": "UPDATE document SET about_id = 'same', form = 'F2'",
    "fk_document_unit_id": "UPDATE document SET unit_id = gen_random_uuid()",
    "ck_document_version_version": "INSERT INTO document_version SELECT document_id, 0, at, by,"
    " event, changes, content FROM document_version LIMIT 1",
    "fk_document_version_document_id": "INSERT INTO document_version SELECT gen_random_uuid(),"
    " version, at, by, event, changes, content FROM document_version LIMIT 1",
    "pk_document_version": "INSERT INTO document_version SELECT * FROM document_version",
    "pk_document": "INSERT INTO document SELECT id, form, family, about_type, about_id || 'x',"
    " about_number, unit_id, unit_name, version, facts, answers, created_at FROM document",
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_database_refuses_what_no_program_may_write(desk: HandoverDesk, name: str) -> None:
    settled(desk)
    settled(desk)
    with desk.database.reading() as db:
        assert refused_by(db, VIOLATIONS[name]) == name


def test_every_constraint_of_documents_is_violated_above() -> None:
    tables = [metadata.tables[name] for name in ("document", "document_version")]
    named = {str(one.name) for table in tables for one in table.constraints}
    assert named == set(VIOLATIONS)
