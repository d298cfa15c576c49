"""What a confirmed lead makes of a task or a transfer, without a database."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from hazard_library.catalogue.hazard import Handling, Hazard
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.ids import HazardId
from server.documents.lead_brief import LeadBrief
from server.documents.mark import Mark
from server.documents.schemas import Field
from server.enterprises.service import Place
from server.enterprises.tables import Enterprise, RiskBand, Site
from server.handovers import prefill as transfers
from server.tasks import prefill as tasks

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
CATALOGUE = load_catalogue()
HELMET = CATALOGUE.hazards[HazardId("PPE-01")]
FLAME = CATALOGUE.hazards[HazardId("FIRE-01")]
FINDING = "画面中一人在装卸区未戴安全帽"

#: WORKFLOW §6: never filled by the system, whatever is known.
OFFICERS_OWN = {
    "planned_time",
    "officers",
    "division_of_work",
    "reason",
    "approval_opinion",
    "approver_signature",
}
TRANSFERS_OWN = {"reply_by", "approval_opinion", "signature_seal", "document_no"}


def brief(hazard: Hazard) -> LeadBrief:
    firm = Enterprise(
        id=UUID(int=1),
        name="演示企业甲",
        credit_code="91350100M000100Y43",
        address="演示路1号",
        legal_representative="演示法人",
        industry="其他工贸",
        risk_band=RiskBand.LOW,
        is_key_unit=False,
        is_demo=True,
        source="测试",
        registered_at=AT,
    )
    site = Site(
        id="yard",
        enterprise_id=firm.id,
        unit_id=UUID(int=2),
        name="一号厂区",
        address="演示路1号",
        division_code="320115",
    )
    return LeadBrief(
        id=UUID(int=3),
        number="XS-320115-2026-000001",
        unit_id=UUID(int=2),
        hazard=hazard,
        place=Place(site, firm),
        camera_name="大门",
        zone="装卸区",
        first_seen=AT,
        last_seen=AT,
        times_seen=3,
        finding=FINDING,
        confirmer_id=UUID(int=9),
        confirmed_by="王某",
        incidents=(UUID(int=4),),
    )


def fields_of(hazard: Hazard) -> dict[str, Field]:
    content = tasks.prefill(brief(hazard), CATALOGUE)
    return {field.key: field for group in content.groups for field in group.fields}


@pytest.mark.parametrize("hazard", CATALOGUE.hazards.values(), ids=lambda hazard: str(hazard.id))
def test_what_is_the_officers_stays_blank_for_every_hazard(hazard: Hazard) -> None:
    """INV-5."""
    fields = fields_of(hazard)
    assert set(fields) >= OFFICERS_OWN
    for field in fields.values():
        assert (field.value is None) == (field.mark is Mark.BLANK), field.key
        assert field.mark is Mark.BLANK or field.key not in OFFICERS_OWN


@pytest.mark.parametrize("hazard", CATALOGUE.hazards.values(), ids=lambda hazard: str(hazard.id))
def test_no_task_names_an_article_that_a_picture_cannot_support(hazard: Hazard) -> None:
    """TRAP-01 and its like, for every hazard of the catalogue."""
    content = tasks.prefill(brief(hazard), CATALOGUE)
    cited = {basis.id for basis in content.basis}
    cited |= {candidate.basis.id for candidate in content.candidates}
    assert not cited & set(hazard.never_cite_from_image)


def test_an_article_that_slips_into_the_basis_is_still_left_out() -> None:
    slipped = HELMET.model_copy(
        update={"never_cite_from_image": ("AQSCF-2021-57", "AQSCF-2021-102")}
    )
    content = tasks.prefill(brief(slipped), CATALOGUE)
    assert "AQSCF-2021-57" not in {basis.id for basis in content.basis}
    assert "AQSCF-2021-102" not in {candidate.basis.id for candidate in content.candidates}
    assert "AQSCF-2021-45" in {basis.id for basis in content.basis}


def test_a_helmet_lead_says_nothing_of_article_99_5() -> None:
    text = tasks.prefill(brief(HELMET), CATALOGUE).model_dump_json()
    assert "AQSCF-2021-99" not in text
    assert "AQSCF-2021-45" in text


def test_candidates_carry_the_condition_that_must_be_met_on_site() -> None:
    content = tasks.prefill(brief(HELMET), CATALOGUE)
    assert content.candidates
    assert all(candidate.only_when.zh for candidate in content.candidates)


def test_the_record_and_the_lead_answer_for_the_automatic_fields() -> None:
    fields = fields_of(HELMET)
    assert fields["enterprise_name"].value == "演示企业甲"
    assert fields["enterprise_name"].source == "一企一档"
    assert fields["credit_code"].mark is Mark.AUTO
    assert fields["times_seen"].value == "3 次"
    assert fields["first_seen"].value == "2026-03-02 16:30:00", "the time in China"
    assert fields["online_finding"].value == f"{FINDING}（王某）"


def test_the_machines_claim_is_only_ever_suspected() -> None:
    assert fields_of(HELMET)["suspected"].value == f"疑似{HELMET.name.zh}"
    facts = {f.key: f for f in transfers.prefill(brief(FLAME), CATALOGUE).fields}
    assert f"疑似{FLAME.name.zh}" in (facts["facts"].value or "")


def test_a_recording_is_a_lead_only() -> None:
    """TRAP-03, INV-2."""
    assert fields_of(HELMET)["evidence_grade"].value == "仅作线索，不得单独作为处罚证据"


def test_what_is_also_anothers_is_proposed_to_be_told() -> None:
    both = HELMET.model_copy(
        update={"handling": Handling.HANDLE_AND_NOTIFY, "transfer_to": ("住建部门",)}
    )
    assert fields_of(both)["notify"].value == "住建部门"
    assert "notify" not in fields_of(HELMET)


def test_a_transfer_names_no_penalty_and_leaves_approval_to_the_leader() -> None:
    """TRAP-07."""
    content = transfers.prefill(brief(FLAME), CATALOGUE)
    fields = {field.key: field for field in content.fields}
    assert [basis.id for basis in content.basis] == ["AQSCF-2021-69"]
    assert content.basis[0].review_status == "UNREVIEWED"
    assert fields["receiver"].value == "消防救援机构"
    assert fields["receiver"].mark is Mark.PROPOSED
    assert {key for key, f in fields.items() if f.mark is Mark.BLANK} == TRANSFERS_OWN
    assert "罚款" not in content.model_dump_json()
